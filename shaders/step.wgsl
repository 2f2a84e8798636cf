// The arithmetic common to all kernels: one step of the continued fraction, with z = E + iη, s_i = v_i − z and β_i
// the bond between the sites i and i + 1.
//
//   L_i = 1/(s_i − X_{i−1}),  X_i = β_i L_i,   R_i = 1/(s_i − β_i R_{i+1}),   G_ii = 1/(s_i − X_{i−1} − β_i R_{i+1})
//
// X, which travels to the right, includes its bond; R, which travels to the left, does not. With this choice the
// same 2 × 2 matrix serves both directions (moebius.wgsl). All sequences have the same length and lie one after the
// other, so that a single index identifies a site.

struct Problem {
    // Number of sites of a sequence.
    sites: u32,
    // Number of sequences, or of energies of a map.
    sequences: u32,
    // Number of chunks of a sequence.
    chunks: u32,
    // Number of sites before the first and after the last site of a chunk at which its sweeps start.
    warm_up: u32,
    // η of a map; each sequence has its own η.
    eta: f32,
    // The product of a chunk is rescaled after the sites k with k & rescale == rescale, before it can overflow.
    rescale: u32,
    // Number of levels of the tree shared by the chunks of one sequence in a workgroup.
    levels: u32,
}

override bonded: bool = false;

@group(0) @binding(0) var<uniform> problem: Problem;
// v_i, minus an energy.
@group(0) @binding(1) var<storage, read> diagonal: array<f32>;
// β_i; read only if `bonded`.
@group(0) @binding(2) var<storage, read> bonds: array<f32>;

// η of this thread's sequence.
var<private> eta: f32;

fn bond(site: u32) -> f32 {
    if bonded {
        return bonds[site];
    }
    return 1.0;
}

// Returns the conjugate of v − z − m, where m is in the upper half plane. Its imaginary part is a sum of
// non-negative numbers and at least η, so that its reciprocal is never infinite or not a number.
fn denominator(value: f32, m: vec2<f32>) -> vec2<f32> {
    return vec2<f32>(value - m.x, eta + m.y);
}

// 1/conj(s) = s/|s|².
fn reciprocal(s: vec2<f32>) -> vec2<f32> {
    return s * (1.0 / dot(s, s));
}

// X_i from X_{i−1}.
fn left_step(site: u32, value: f32, left: vec2<f32>) -> vec2<f32> {
    return bond(site) * reciprocal(denominator(value, left));
}

// R_i from R_{i+1}.
fn right_step(site: u32, value: f32, right: vec2<f32>) -> vec2<f32> {
    return reciprocal(denominator(value, bond(site) * right));
}

// G_ii from X_{i−1} and R_{i+1}.
fn green_at(site: u32, value: f32, left: vec2<f32>, right: vec2<f32>) -> vec2<f32> {
    return reciprocal(denominator(value, left + bond(site) * right));
}

fn times(a: vec2<f32>, b: vec2<f32>) -> vec2<f32> {
    return vec2<f32>(a.x * b.x - a.y * b.y, a.x * b.y + a.y * b.x);
}
