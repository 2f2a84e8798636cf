// The output in planes: all real parts, then all imaginary parts, then any further plane of a kernel.

@group(0) @binding(7) var<storage, read_write> output: array<f32>;

// Writes one component of `kept`, for all chunks of the workgroup, to a plane of the output.
fn store_plane(lane: u32, plane: u32, component: u32) {
    // Neighboring threads may still be reading this thread's row.
    workgroupBarrier();
    for (var site = 0u; site < CHUNK; site += 1u) {
        tile[(lane + 1u) * PITCH + site] = kept[site][component];
    }
    workgroupBarrier();
    let start = plane * problem.sequences * problem.sites;
    let site = lane % CHUNK;
    for (var row = 1u + lane / CHUNK; row <= LANES; row += LANES / CHUNK) {
        if site < row_count[row] {
            output[start + row_first[row] + site] = tile[row * PITCH + site];
        }
    }
}

fn store_complex(lane: u32) {
    store_plane(lane, 0u, 0u);
    store_plane(lane, 1u, 1u);
}
