// What a stretch of the chain does to what passes through it from either side: a Moebius map (moebius.wgsl) or an
// affine one (affine.wgsl), each both ways. Boundary values come in pairs: what enters at the left end, at the right.

struct Element {
    first: vec4<f32>,
    second: vec4<f32>,
}
