// The causal form: L_i alone, which depends only on the sites up to i. One dispatch at large η; otherwise it
// follows `reduce` (sequence.wgsl) and the spine.

fn sweep_causal(row: u32, chunk: Chunk, left_end: vec2<f32>) {
    var left = left_end;
    let count = chunk.after - chunk.first;
    for (var index = 0u; index < CHUNK; index += 1u) {
        if index < count {
            let value = reciprocal(denominator(tile[row * PITCH + index], left));
            kept[index] = value;
            left = bond(chunk.first + index) * value;
        }
    }
}

@compute @workgroup_size(64)
fn halo_causal(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let first = (group.x + group.y * groups.x) * LANES;
    load_tile(lane, first);
    let row = lane + 1u;
    let chunk = own_chunk(first + lane);
    sweep_causal(row, chunk, warm_up_left(row, chunk, problem.warm_up, vec2<f32>()));
    store_complex(lane);
}

@compute @workgroup_size(64)
fn apply_causal(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let first = (group.x + group.y * groups.x) * LANES;
    load_tile(lane, first);
    let row = lane + 1u;
    let chunk = own_chunk(first + lane);
    sweep_causal(row, chunk, scanned_left(row, first + lane, chunk));
    store_complex(lane);
}
