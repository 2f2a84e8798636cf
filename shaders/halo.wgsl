// G_ii in one dispatch, at η so large that the effect of a wrong start decays within `warm_up` sites. The sweeps of
// every chunk start from zero that many sites before its first site and after its last.

@compute @workgroup_size(64)
fn halo_green(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let first = (group.x + group.y * groups.x) * LANES;
    load_tile(lane, first);
    let row = lane + 1u;
    let chunk = own_chunk(first + lane);
    let left = warm_up_left(row, chunk, problem.warm_up, vec2<f32>());
    let right = warm_up_right(row, chunk, problem.warm_up, vec2<f32>());
    sweep_chunk(row, chunk, left, right);
    store_complex(lane);
}
