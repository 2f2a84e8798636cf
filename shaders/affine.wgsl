// A stretch of the chain in the adjoint, as two affine maps: A after it = D A + r, stored as (D, r); B before it =
// D' B + r', stored likewise.

const IDENTITY = Element(vec4<f32>(1.0, 0.0, 0.0, 0.0), vec4<f32>(1.0, 0.0, 0.0, 0.0));

// The map `before` followed by the map `after`.
fn after_map(after: vec4<f32>, before: vec4<f32>) -> vec4<f32> {
    return vec4<f32>(times(after.xy, before.xy), times(after.xy, before.zw) + after.zw);
}

// The stretch `left` followed by the stretch `right`.
fn joined(left: Element, right: Element) -> Element {
    return Element(after_map(right.first, left.first), after_map(left.second, right.second));
}

// A at the right end of a stretch from A at its left end.
fn to_the_right(stretch: Element, left: vec2<f32>) -> vec2<f32> {
    return times(stretch.first.xy, left) + stretch.first.zw;
}

// B at the left end of a stretch from B at its right end.
fn to_the_left(stretch: Element, right: vec2<f32>) -> vec2<f32> {
    return times(stretch.second.xy, right) + stretch.second.zw;
}
