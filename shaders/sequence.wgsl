// G_ii of long sequences at any η. `reduce` computes the element of every chunk, spine.wgsl computes from them X
// before and R after every chunk, and `apply_green` sweeps, starting the continued fraction early
// (boundaries.wgsl).

@compute @workgroup_size(64)
fn reduce(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let first = (group.x + group.y * groups.x) * LANES;
    load_tile(lane, first);
    let chunk = own_chunk(first + lane);
    if chunk.after > chunk.first {
        elements[first + lane] = element_of_chunk(lane + 1u, chunk);
    }
}

@compute @workgroup_size(64)
fn apply_green(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let first = (group.x + group.y * groups.x) * LANES;
    load_tile(lane, first);
    let row = lane + 1u;
    let chunk = own_chunk(first + lane);
    let left = scanned_left(row, first + lane, chunk);
    let right = scanned_right(row, first + lane, chunk);
    sweep_chunk(row, chunk, left, right);
    store_complex(lane);
}
