// The arithmetic that every kernel shares: one step of the continued fraction, with z = E + iη, s_i = v_i − z and
// β_i the bond between the sites i and i + 1.
//
//   L_i = 1/(s_i − X_{i−1}),  X_i = β_i L_i,   R_i = 1/(s_i − β_i R_{i+1}),   G_ii = 1/(s_i − X_{i−1} − β_i R_{i+1})
//
// X travels to the right with its bond in it, R to the left without: then the same 2 × 2 matrix serves both ways
// (moebius.wgsl). All sequences have the same length and lie one behind the other, so that a site is one index.

struct Problem {
    // Sites of a sequence.
    sites: u32,
    // How many, or how many energies of a map.
    sequences: u32,
    // Chunks of a sequence.
    chunks: u32,
    // Sites before its first and behind its last one at which a chunk takes the continued fraction up.
    warm_up: u32,
    // η of a map; sequences have their own each.
    eta: f32,
    // A chunk's product is rescaled after the sites k with k & rescale == rescale: before it can overflow.
    rescale: u32,
    // Of the tree that the chunks of one sequence share in a workgroup.
    levels: u32,
}

override bonded: bool = false;

@group(0) @binding(0) var<uniform> problem: Problem;
// v_i, less an energy.
@group(0) @binding(1) var<storage, read> diagonal: array<f32>;
// β_i; looked at only if `bonded`.
@group(0) @binding(2) var<storage, read> bonds: array<f32>;

// η of this thread's sequence.
var<private> eta: f32;

fn bond(site: u32) -> f32 {
    if bonded {
        return bonds[site];
    }
    return 1.0;
}

// The conjugate of v − z − m, m in the upper half plane: its imaginary part is a sum of numbers that are not
// negative, and at least η, so that no reciprocal of it can be infinite or not a number.
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
