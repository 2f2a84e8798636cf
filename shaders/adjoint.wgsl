// The exact adjoint of the two-sided form, for cotangents g_i = ∂Loss/∂Re G_ii − i ∂Loss/∂Im G_ii:
//
//   A_{j+1} = β_j L_j² (g_j + A_j),  B_{j−1} = β_{j−1} R_j² (g_j + B_j),  s_j = G_jj² (g_j + A_j + B_j)
//   ∂Loss/∂β_j = Re[ R_{j+1} G_jj² (g_j + A_j) + L_j G_{j+1,j+1}² (g_{j+1} + B_{j+1}) ]
//
// The output is Re s, Im s and ∂Loss/∂β. A travels with X, and B with R, so that at large η one halo serves both.
// Otherwise `reduce` (sequence.wgsl) and the spine compute X and R at the ends of the chunks, `reduce_adjoint` the
// affine maps of the chunks, the spine A and B at their ends, and `apply_adjoint` sweeps.

// g, (Re, Im).
@group(0) @binding(6) var<storage, read> cotangents: array<vec2<f32>>;
// (A, B).
@group(0) @binding(8) var<storage, read_write> adjoint_boundaries: array<vec4<f32>>;

var<private> kept_adjoint: array<vec2<f32>, 32>;

// (X_i, A_{i+1}) after site i from (X_{i−1}, A_i) before it.
fn adjoint_left_step(site: u32, value: f32, before: vec4<f32>) -> vec4<f32> {
    let own = reciprocal(denominator(value, before.xy));
    let left = bond(site) * own;
    return vec4<f32>(left, times(times(left, own), cotangents[site] + before.zw));
}

// β between a site and the one before it. At the first site of a sequence the value is meaningless and not used.
fn bond_before(site: u32) -> f32 {
    return bond(max(site, 1u) - 1u);
}

// (R_i, B_{i−1}) before site i from (R_{i+1}, B_i) after it.
fn adjoint_right_step(site: u32, value: f32, behind: vec4<f32>) -> vec4<f32> {
    let right = right_step(site, value, behind.xy);
    let passed = bond_before(site) * times(right, right);
    return vec4<f32>(right, times(passed, cotangents[site] + behind.zw));
}

// The values after a chunk that the derivative with respect to its last bond needs.
struct Behind {
    // (R_{j+1}, B_j) of the chunk's last site j.
    right: vec4<f32>,
    // (R_{j+2}, B_{j+1}), one site further.
    further: vec4<f32>,
}

fn adjoint_warm_up_left(row: u32, chunk: Chunk, sites: u32, start: vec4<f32>) -> vec4<f32> {
    var left = start;
    for (var distance = min(sites, chunk.first - chunk.begin); distance > 0u; distance -= 1u) {
        left = adjoint_left_step(chunk.first - distance, value_before(row, chunk, distance), left);
    }
    return left;
}

fn adjoint_warm_up_right(row: u32, chunk: Chunk, sites: u32, start: vec4<f32>) -> Behind {
    var behind = Behind(start, start);
    for (var distance = min(sites, chunk.end - chunk.after); distance > 0u; distance -= 1u) {
        let site = chunk.after + distance - 1u;
        behind.further = behind.right;
        behind.right = adjoint_right_step(site, value_behind(row, chunk, distance), behind.right);
    }
    return behind;
}

fn sweep_adjoint(row: u32, chunk: Chunk, left_end: vec4<f32>, right_end: Behind) {
    let count = chunk.after - chunk.first;
    var left = left_end;
    for (var index = 0u; index < CHUNK; index += 1u) {
        if index < count {
            kept[index] = left.xy;
            kept_adjoint[index] = left.zw;
            left = adjoint_left_step(chunk.first + index, tile[row * PITCH + index], left);
        }
    }
    // G_{j+1,j+1}² (g_{j+1} + B_{j+1}).
    var from_next = vec2<f32>();
    if chunk.after < chunk.end {
        let value = value_behind(row, chunk, 1u);
        let green = green_at(chunk.after, value, left.xy, right_end.further.xy);
        from_next = times(times(green, green), cotangents[chunk.after] + right_end.further.zw);
    }
    var right = right_end.right;
    for (var after = CHUNK; after > 0u; after -= 1u) {
        let index = after - 1u;
        if index < count {
            let site = chunk.first + index;
            let value = tile[row * PITCH + index];
            let cotangent = cotangents[site];
            let own = reciprocal(denominator(value, kept[index]));
            let green = green_at(site, value, kept[index], right.xy);
            let squared = times(green, green);
            let from_left = times(squared, cotangent + kept_adjoint[index]);
            kept[index] = from_left + times(squared, right.zw);
            kept_adjoint[index] = times(right.xy, from_left) + times(own, from_next);
            from_next = times(squared, cotangent + right.zw);
            right = adjoint_right_step(site, value, right);
        }
    }
}

fn store_adjoint(lane: u32) {
    store_complex(lane);
    kept = kept_adjoint;
    store_plane(lane, 2u, 0u);
}

@compute @workgroup_size(64)
fn halo_adjoint(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let first = (group.x + group.y * groups.x) * LANES;
    load_tile(lane, first);
    let row = lane + 1u;
    let chunk = own_chunk(first + lane);
    let left = adjoint_warm_up_left(row, chunk, problem.warm_up, vec4<f32>());
    let right = adjoint_warm_up_right(row, chunk, problem.warm_up, vec4<f32>());
    sweep_adjoint(row, chunk, left, right);
    store_adjoint(lane);
}

@compute @workgroup_size(64)
fn reduce_adjoint(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let first = (group.x + group.y * groups.x) * LANES;
    load_tile(lane, first);
    let row = lane + 1u;
    let chunk = own_chunk(first + lane);
    let count = chunk.after - chunk.first;
    if count == 0u {
        return;
    }
    var left = scanned_left(row, first + lane, chunk);
    // The affine map (D, r) from A before the chunk to A after it.
    var to_right = vec4<f32>(1.0, 0.0, 0.0, 0.0);
    for (var index = 0u; index < count; index += 1u) {
        let site = chunk.first + index;
        let own = reciprocal(denominator(tile[row * PITCH + index], left));
        left = bond(site) * own;
        let passed = times(left, own);
        to_right = vec4<f32>(times(passed, to_right.xy), times(passed, cotangents[site] + to_right.zw));
    }
    var right = scanned_right(row, first + lane, chunk);
    // The affine map (D, r) from B after the chunk to B before it.
    var to_left = vec4<f32>(1.0, 0.0, 0.0, 0.0);
    for (var after = count; after > 0u; after -= 1u) {
        let site = chunk.first + after - 1u;
        right = right_step(site, tile[row * PITCH + after - 1u], right);
        let passed = bond_before(site) * times(right, right);
        to_left = vec4<f32>(times(passed, to_left.xy), times(passed, cotangents[site] + to_left.zw));
    }
    elements[first + lane] = Element(to_right, to_left);
}

@compute @workgroup_size(64)
fn apply_adjoint(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let first = (group.x + group.y * groups.x) * LANES;
    load_tile(lane, first);
    let row = lane + 1u;
    let chunk = own_chunk(first + lane);
    let back = first + lane - chunks_back(chunk);
    let before = vec4<f32>(boundaries[back].xy, adjoint_boundaries[back].xy);
    let left = adjoint_warm_up_left(row, chunk, problem.warm_up, before);
    let ahead = first + lane + chunks_ahead(chunk);
    let behind = vec4<f32>(boundaries[ahead].zw, adjoint_boundaries[ahead].zw);
    let right = adjoint_warm_up_right(row, chunk, problem.warm_up, behind);
    sweep_adjoint(row, chunk, left, right);
    store_adjoint(lane);
}
