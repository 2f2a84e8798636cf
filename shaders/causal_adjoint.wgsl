// The exact adjoint of the causal form, for cotangents g_i = ∂Loss/∂Re L_i − i ∂Loss/∂Im L_i:
//
//   s_j = L_j² (g_j + β_j s_{j+1}),  ∂Loss/∂β_j = Re(L_j s_{j+1})
//
// The output is Re s, Im s and ∂Loss/∂β. The contribution to s_{j+1} of the sites after it is a sum of products of
// L², which a sweep from left to right can accumulate, so that at large η one halo serves both L and s. Otherwise
// `reduce` (sequence.wgsl) and the spine compute X before the chunks, `reduce_causal_adjoint` their affine maps,
// the spine s after them, and `apply_causal_adjoint` sweeps.

// g, (Re, Im).
@group(0) @binding(6) var<storage, read> cotangents: array<vec2<f32>>;
// (unused, s after the chunk).
@group(0) @binding(8) var<storage, read_write> adjoint_boundaries: array<vec4<f32>>;

var<private> kept_bonds: array<vec2<f32>, 32>;

// The result of a sweep from left to right over some sites: X after the last site, and the affine map (D, r) from s
// after the last site to s of the first.
struct Gathered {
    left: vec2<f32>,
    map: vec4<f32>,
}

fn gather(before: Gathered, site: u32, value: f32) -> Gathered {
    let own = reciprocal(denominator(value, before.left));
    let passed = times(before.map.xy, times(own, own));
    let sum = before.map.zw + times(passed, cotangents[site]);
    return Gathered(bond(site) * own, vec4<f32>(bond(site) * passed, sum));
}

// Keeps L of the chunk in `kept` and returns X after it.
fn sweep_left(row: u32, chunk: Chunk, left_end: vec2<f32>) -> vec2<f32> {
    var left = left_end;
    let count = chunk.after - chunk.first;
    for (var index = 0u; index < CHUNK; index += 1u) {
        if index < count {
            let own = reciprocal(denominator(tile[row * PITCH + index], left));
            kept[index] = own;
            left = bond(chunk.first + index) * own;
        }
    }
    return left;
}

// Replaces L in `kept` by s, given s after the chunk.
fn sweep_right(chunk: Chunk, right_end: vec2<f32>) {
    var behind = right_end;
    let count = chunk.after - chunk.first;
    for (var after = CHUNK; after > 0u; after -= 1u) {
        let index = after - 1u;
        if index < count {
            let site = chunk.first + index;
            let own = kept[index];
            kept_bonds[index] = times(own, behind);
            behind = times(times(own, own), cotangents[site] + bond(site) * behind);
            kept[index] = behind;
        }
    }
}

fn store_causal_adjoint(lane: u32) {
    store_complex(lane);
    kept = kept_bonds;
    store_plane(lane, 2u, 0u);
}

@compute @workgroup_size(64)
fn halo_causal_adjoint(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let first = (group.x + group.y * groups.x) * LANES;
    load_tile(lane, first);
    let row = lane + 1u;
    let chunk = own_chunk(first + lane);
    let left = sweep_left(row, chunk, warm_up_left(row, chunk, problem.warm_up, vec2<f32>()));
    var behind = Gathered(left, vec4<f32>(1.0, 0.0, 0.0, 0.0));
    let reach = min(problem.warm_up, chunk.end - chunk.after);
    for (var distance = 1u; distance <= reach; distance += 1u) {
        behind = gather(behind, chunk.after + distance - 1u, value_behind(row, chunk, distance));
    }
    sweep_right(chunk, behind.map.zw);
    store_causal_adjoint(lane);
}

@compute @workgroup_size(64)
fn reduce_causal_adjoint(
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
    var gathered = Gathered(scanned_left(row, first + lane, chunk), vec4<f32>(1.0, 0.0, 0.0, 0.0));
    for (var index = 0u; index < count; index += 1u) {
        gathered = gather(gathered, chunk.first + index, tile[row * PITCH + index]);
    }
    elements[first + lane] = Element(vec4<f32>(1.0, 0.0, 0.0, 0.0), gathered.map);
}

@compute @workgroup_size(64)
fn apply_causal_adjoint(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let first = (group.x + group.y * groups.x) * LANES;
    load_tile(lane, first);
    let row = lane + 1u;
    let chunk = own_chunk(first + lane);
    sweep_left(row, chunk, scanned_left(row, first + lane, chunk));
    var behind = vec2<f32>();
    if chunk.after < chunk.end {
        behind = adjoint_boundaries[first + lane].zw;
    }
    sweep_right(chunk, behind);
    store_causal_adjoint(lane);
}
