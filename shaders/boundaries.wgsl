// X and R at a chunk's ends from the values that the spine has left. The scan's matrix products have lost what the
// continued fraction keeps; so it is taken up `warm_up` sites early, by whole chunks, and forgets their errors.

@group(0) @binding(4) var<storage, read_write> elements: array<Element>;
// (X before, R behind) each chunk.
@group(0) @binding(5) var<storage, read_write> boundaries: array<vec4<f32>>;

// How many chunks before a chunk its sweep starts.
fn chunks_back(chunk: Chunk) -> u32 {
    return min(problem.warm_up, chunk.first - chunk.begin) / CHUNK;
}

// How many chunks behind a chunk its sweep starts; the last may be a short one.
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
