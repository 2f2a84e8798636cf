// G_ii of sequences of at most 2048 sites in one dispatch: the work of the three dispatches of sequence.wgsl within
// a workgroup. 2^levels threads share a sequence; a workgroup takes as many sequences as fit.

@compute @workgroup_size(64)
fn fused_green(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let levels = problem.levels;
    let row = lane + 1u;
    let sequence = (((group.x + group.y * groups.x) * LANES) >> levels) + (lane >> levels);
    let index = lane & ((1u << levels) - 1u);
    var chunk = NOWHERE;
    if sequence < problem.sequences && index < problem.chunks {
        chunk = own_chunk(sequence * problem.chunks + index);
    }
    describe_row(row, chunk);
    if lane < 2u {
        // The chunks next to those of the workgroup belong to other sequences.
        describe_row(lane * (ROWS - 1u), NOWHERE);
    }
    load_rows(lane);

    var left = vec2<f32>();
    var right = vec2<f32>();
    // Uniform control flow: all sequences have the same length.
    if levels > 0u {
        grow(lane, element_of_chunk(row, chunk), levels);
        descend(lane, vec4<f32>(), levels);
        left = warm_up_left(row, chunk, problem.warm_up, ends[lane - chunks_back(chunk)].xy);
        right = warm_up_right(row, chunk, problem.warm_up, ends[lane + chunks_ahead(chunk)].zw);
    }
    sweep_chunk(row, chunk, left, right);
    store_complex(lane);
}
