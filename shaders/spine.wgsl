// The values at the boundaries of all chunks from their elements, which are Moebius or affine maps.
//
// walk    one thread per sequence (or energy), chunk by chunk: for many sequences of few chunks
// fold    one workgroup per group of 1024 chunks: their product, which is one element of the level above
// spread  one workgroup per group: the values at all its boundaries, from those at its ends

struct Spine {
    // Number of sequences, or of energies of a map.
    sequences: u32,
    // Number of elements of a sequence.
    elements: u32,
    // Distance from one element of a sequence to the next.
    element_stride: u32,
    // Distance from one sequence to the next.
    sequence_stride: u32,
}

// Number of elements per thread of a group.
const SHARE: u32 = 16u;
const LEVELS: u32 = 6u;

@group(0) @binding(3) var<uniform> spine: Spine;
@group(0) @binding(4) var<storage, read_write> elements: array<Element>;
@group(0) @binding(5) var<storage, read_write> boundaries: array<vec4<f32>>;
// The elements and boundaries of the level above. At the top level the boundaries are zeros, since nothing enters
// at the ends of a sequence.
@group(0) @binding(6) var<storage, read_write> upper_elements: array<Element>;
@group(0) @binding(7) var<storage, read_write> upper_boundaries: array<vec4<f32>>;

@compute @workgroup_size(64)
fn walk(@builtin(global_invocation_id) thread: vec3<u32>, @builtin(num_workgroups) groups: vec3<u32>) {
    let sequence = thread.x + thread.y * groups.x * 64u;
    if sequence >= spine.sequences {
        return;
    }
    let first = sequence * spine.sequence_stride;
    var left = vec2<f32>();
    for (var index = 0u; index < spine.elements; index += 1u) {
        let place = first + index * spine.element_stride;
        boundaries[place] = vec4<f32>(left, 0.0, 0.0);
        left = to_the_right(elements[place], left);
    }
    var right = vec2<f32>();
    for (var after = spine.elements; after > 0u; after -= 1u) {
        let place = first + (after - 1u) * spine.element_stride;
        boundaries[place] = vec4<f32>(boundaries[place].xy, right);
        right = to_the_left(elements[place], right);
    }
}

// Returns the first element of a thread's share and the one after its last.
fn share_of(group: u32, lane: u32) -> vec2<u32> {
    let first = (group * LEAVES + lane) * SHARE;
    return min(vec2<u32>(first, first + SHARE), vec2<u32>(spine.elements));
}

fn product(start: u32, share: vec2<u32>) -> Element {
    var element = IDENTITY;
    for (var index = share.x; index < share.y; index += 1u) {
        element = joined(element, elements[start + index]);
    }
    return element;
}

@compute @workgroup_size(64)
fn fold(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let element = product(group.y * spine.sequence_stride, share_of(group.x, lane));
    grow(lane, element, LEVELS);
    if lane == 0u {
        let children = level_start(LEVELS - 1u);
        upper_elements[group.y * groups.x + group.x] = joined(nodes[children], nodes[children + 1u]);
    }
}

@compute @workgroup_size(64)
fn spread(
    @builtin(workgroup_id) group: vec3<u32>,
    @builtin(num_workgroups) groups: vec3<u32>,
    @builtin(local_invocation_index) lane: u32,
) {
    let start = group.y * spine.sequence_stride;
    let share = share_of(group.x, lane);
    grow(lane, product(start, share), LEVELS);
    descend(lane, upper_boundaries[group.y * groups.x + group.x], LEVELS);
    let end = ends[lane];
    var left = end.xy;
    for (var index = share.x; index < share.y; index += 1u) {
        boundaries[start + index] = vec4<f32>(left, 0.0, 0.0);
        left = to_the_right(elements[start + index], left);
    }
    var right = end.zw;
    for (var after = share.y; after > share.x; after -= 1u) {
        let place = start + after - 1u;
        boundaries[place] = vec4<f32>(boundaries[place].xy, right);
        right = to_the_left(elements[place], right);
    }
}
