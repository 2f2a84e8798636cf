// X and R at the ends of a chunk, from the boundary values computed by the spine. The scan's matrix products are
// less accurate than the continued fraction, which therefore starts `warm_up` sites early, in whole chunks, so that
// their errors decay.

@group(0) @binding(4) var<storage, read_write> elements: array<Element>;
// (X before, R after) each chunk.
@group(0) @binding(5) var<storage, read_write> boundaries: array<vec4<f32>>;

// Returns how many chunks before a chunk its sweep starts.
fn chunks_back(chunk: Chunk) -> u32 {
    return min(problem.warm_up, chunk.first - chunk.begin) / CHUNK;
}

// Returns how many chunks after a chunk its sweep starts. The last chunk of a sequence may be shorter.
fn chunks_ahead(chunk: Chunk) -> u32 {
    return (min(problem.warm_up, chunk.end - chunk.after) + CHUNK - 1u) / CHUNK;
}

fn scanned_left(row: u32, number: u32, chunk: Chunk) -> vec2<f32> {
    let start = boundaries[number - chunks_back(chunk)].xy;
    return warm_up_left(row, chunk, problem.warm_up, start);
}

fn scanned_right(row: u32, number: u32, chunk: Chunk) -> vec2<f32> {
    let start = boundaries[number + chunks_ahead(chunk)].zw;
    return warm_up_right(row, chunk, problem.warm_up, start);
}
