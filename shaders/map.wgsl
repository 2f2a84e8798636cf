// The local density of states Im G_ii/π of one chain at many energies, layout [site][energy]. Neighboring threads
// hold neighboring energies, and no thread needs the sites of another. `map_reduce` computes the element of every
// chunk of 64 sites at every energy, spine.wgsl walks along the elements, and `map_apply` sweeps blocks of two
// chunks. Its sweeps start `warm_up` sites early, in whole chunks, as in boundaries.wgsl.

const CHUNK: u32 = 64u;
const BLOCK: u32 = 128u;
// The number of sites of a part. A thread stores X at the start of every part, and recomputes it at the sites of
// one part at a time.
const PART: u32 = 32u;
const PARTS: u32 = 4u;
const INVERSE_PI: f32 = 0.318309886;

// E_k, relative to the same origin as v.
@group(0) @binding(3) var<storage, read> energies: array<f32>;
@group(0) @binding(4) var<storage, read_write> elements: array<Element>;
@group(0) @binding(5) var<storage, read_write> boundaries: array<vec4<f32>>;
@group(0) @binding(7) var<storage, read_write> density: array<f32>;

@compute @workgroup_size(64)
fn map_reduce(
    @builtin(global_invocation_id) thread: vec3<u32>,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let column = thread.x + group.z * groups.x * 64u;
    if column >= problem.sequences {
        return;
    }
    eta = problem.eta;
    let energy = energies[column];
    let first = group.y * CHUNK;
    let after = min(first + CHUNK, problem.sites);
    var element = IDENTITY;
    for (var site = first; site < after; site += 1u) {
        element = extend(element, site, diagonal[site] - energy);
        if (site & problem.rescale) == problem.rescale {
            element = rescaled(element);
        }
    }
    elements[group.y * problem.sequences + column] = rescaled(element);
}

@compute @workgroup_size(64)
fn map_apply(
    @builtin(global_invocation_id) thread: vec3<u32>,
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
) {
    let column = thread.x + group.z * groups.x * 64u;
    if column >= problem.sequences {
        return;
    }
    eta = problem.eta;
    let energy = energies[column];
    let first = group.y * BLOCK;
    let after = min(first + BLOCK, problem.sites);

    var left = vec2<f32>();
    if first > 0u {
        let start = first - min(problem.warm_up, first);
        left = boundaries[start / CHUNK * problem.sequences + column].xy;
        for (var site = start; site < first; site += 1u) {
            left = left_step(site, diagonal[site] - energy, left);
        }
    }
    var right = vec2<f32>();
    if after < problem.sites {
        let start = min(after + problem.warm_up, problem.sites);
        right = boundaries[(start - 1u) / CHUNK * problem.sequences + column].zw;
        for (var behind = start; behind > after; behind -= 1u) {
            right = right_step(behind - 1u, diagonal[behind - 1u] - energy, right);
        }
    }

    var part_left: array<vec2<f32>, 4>;
    for (var part = 0u; part < PARTS; part += 1u) {
        part_left[part] = left;
        for (var site = first + part * PART; site < min(first + (part + 1u) * PART, after); site += 1u) {
            left = left_step(site, diagonal[site] - energy, left);
        }
    }
    var kept: array<vec2<f32>, 32>;
    for (var parts = PARTS; parts > 0u; parts -= 1u) {
        let start = first + (parts - 1u) * PART;
        left = part_left[parts - 1u];
        for (var index = 0u; index < PART; index += 1u) {
            let site = start + index;
            if site < after {
                kept[index] = left;
                left = left_step(site, diagonal[site] - energy, left);
            }
        }
        for (var behind = PART; behind > 0u; behind -= 1u) {
            let site = start + behind - 1u;
            if site < after {
                let value = diagonal[site] - energy;
                let green = green_at(site, value, kept[behind - 1u], right);
                density[site * problem.sequences + column] = green.y * INVERSE_PI;
                right = right_step(site, value, right);
            }
        }
    }
}
