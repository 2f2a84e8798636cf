// A workgroup's part of the chains: 64 chunks of 32 sites, one chunk per thread. The contiguous values in memory
// belong to one thread, so that loads and stores go through workgroup memory, where a pitch of 33 avoids bank
// conflicts.

const CHUNK: u32 = 32u;
const LANES: u32 = 64u;
// The chunks of the workgroup and one neighbor on either side.
const ROWS: u32 = 66u;
const PITCH: u32 = 33u;

// η, one per sequence.
@group(0) @binding(3) var<storage, read> etas: array<f32>;

var<workgroup> tile: array<f32, 2178>;
// The first site of each row, and its number of sites.
var<workgroup> row_first: array<u32, 66>;
var<workgroup> row_count: array<u32, 66>;

// One value per site of this thread's chunk, kept from one sweep to the next.
var<private> kept: array<vec2<f32>, 32>;

// A chunk: its sites are [first, after), those of its sequence [begin, end).
struct Chunk {
    first: u32,
    after: u32,
    begin: u32,
    end: u32,
    sequence: u32,
}

const NOWHERE = Chunk(0u, 0u, 0u, 0u, 0u);

// Returns the chunk with this number among the chunks of all sequences, or a chunk without sites if there is none.
fn chunk_at(number: u32) -> Chunk {
    let sequence = number / problem.chunks;
    if sequence >= problem.sequences {
        return NOWHERE;
    }
    let begin = sequence * problem.sites;
    let end = begin + problem.sites;
    let first = begin + (number % problem.chunks) * CHUNK;
    return Chunk(first, min(first + CHUNK, end), begin, end, sequence);
}

// Returns the same chunk as that of this thread, and sets `eta`.
fn own_chunk(number: u32) -> Chunk {
    let chunk = chunk_at(number);
    eta = etas[chunk.sequence];
    return chunk;
}

fn describe_row(row: u32, chunk: Chunk) {
    row_first[row] = chunk.first;
    row_count[row] = chunk.after - chunk.first;
}

// Sets the first site and the number of sites of all rows, where row 1 is the chunk `first`, and loads v.
fn load_tile(lane: u32, first: u32) {
    for (var row = lane; row < ROWS; row += LANES) {
        // For row 0 of the first workgroup the number wraps around and identifies no chunk.
        describe_row(row, chunk_at(first + row - 1u));
    }
    load_rows(lane);
}

fn load_rows(lane: u32) {
    workgroupBarrier();
    let site = lane % CHUNK;
    for (var row = lane / CHUNK; row < ROWS; row += LANES / CHUNK) {
        if site < row_count[row] {
            tile[row * PITCH + site] = diagonal[row_first[row] + site];
        }
    }
    workgroupBarrier();
}

// Returns v at the `distance`-th site before a chunk; 1 is its neighbor.
fn value_before(row: u32, chunk: Chunk, distance: u32) -> f32 {
    if distance <= CHUNK {
        return tile[row * PITCH - PITCH + CHUNK - distance];
    }
    return diagonal[chunk.first - distance];
}

// Returns v at the `distance`-th site after a chunk; 1 is its neighbor.
fn value_behind(row: u32, chunk: Chunk, distance: u32) -> f32 {
    if distance <= CHUNK {
        return tile[row * PITCH + PITCH + distance - 1u];
    }
    return diagonal[chunk.after + distance - 1u];
}

// Returns X before a chunk, from X `sites` sites before it.
fn warm_up_left(row: u32, chunk: Chunk, sites: u32, start: vec2<f32>) -> vec2<f32> {
    var left = start;
    for (var distance = min(sites, chunk.first - chunk.begin); distance > 0u; distance -= 1u) {
        left = left_step(chunk.first - distance, value_before(row, chunk, distance), left);
    }
    return left;
}

// Returns R after a chunk, from R `sites` sites after it.
fn warm_up_right(row: u32, chunk: Chunk, sites: u32, start: vec2<f32>) -> vec2<f32> {
    var right = start;
    for (var distance = min(sites, chunk.end - chunk.after); distance > 0u; distance -= 1u) {
        right = right_step(chunk.after + distance - 1u, value_behind(row, chunk, distance), right);
    }
    return right;
}
