// The action of a stretch of the chain on the values that pass through it, in both directions: a Moebius map
// (moebius.wgsl) or an affine map (affine.wgsl) each. Boundary values are pairs: the value that enters at the left
// end and the value that enters at the right end.

struct Element {
    first: vec4<f32>,
    second: vec4<f32>,
}
