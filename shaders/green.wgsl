// G_ii of a thread's chunk from X before it and R after it, by both sweeps of the two-sided continued fraction.

fn sweep_chunk(row: u32, chunk: Chunk, left_end: vec2<f32>, right_end: vec2<f32>) {
    var left = left_end;
    let count = chunk.after - chunk.first;
    for (var index = 0u; index < CHUNK; index += 1u) {
        if index < count {
            kept[index] = left;
            left = left_step(chunk.first + index, tile[row * PITCH + index], left);
        }
    }
    var right = right_end;
    for (var after = CHUNK; after > 0u; after -= 1u) {
        let index = after - 1u;
        if index < count {
            let site = chunk.first + index;
            let value = tile[row * PITCH + index];
            kept[index] = green_at(site, value, kept[index], right);
            right = right_step(site, value, right);
        }
    }
}
