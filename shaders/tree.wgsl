// The scan within one workgroup: products of elements up a binary tree, then boundary values alone down it.

const LEAVES: u32 = 64u;

// The levels from the leaves up: 64, 32, 16, 8, 4 and 2 nodes.
var<workgroup> nodes: array<Element, 126>;
var<workgroup> ends: array<vec4<f32>, 64>;

// Returns the index in `nodes` at which a level begins.
fn level_start(level: u32) -> u32 {
    return 2u * LEAVES - ((2u * LEAVES) >> level);
}

// Fills `nodes` from one element per thread, up to the level below the roots.
fn grow(lane: u32, element: Element, levels: u32) {
    nodes[lane] = element;
    workgroupBarrier();
    for (var level = 1u; level < levels; level += 1u) {
        if lane < (LEAVES >> level) {
            let children = level_start(level - 1u) + 2u * lane;
            nodes[level_start(level) + lane] = joined(nodes[children], nodes[children + 1u]);
        }
        workgroupBarrier();
    }
}

// Sets `ends` to the boundary values of each thread's element. 2^levels threads share a tree, and `outer` are the
// values that enter at its two ends.
fn descend(lane: u32, outer: vec4<f32>, levels: u32) {
    if lane < (LEAVES >> levels) {
        ends[lane] = outer;
    }
    workgroupBarrier();
    for (var above = levels; above > 0u; above -= 1u) {
        let level = above - 1u;
        var end = vec4<f32>();
        let taking_part = lane < (LEAVES >> level);
        if taking_part {
            end = ends[lane / 2u];
            let sibling = nodes[level_start(level) + (lane ^ 1u)];
            if (lane & 1u) == 0u {
                end = vec4<f32>(end.xy, to_the_left(sibling, end.zw));
            } else {
                end = vec4<f32>(to_the_right(sibling, end.xy), end.zw);
            }
        }
        workgroupBarrier();
        if taking_part {
            ends[lane] = end;
        }
        workgroupBarrier();
    }
}
