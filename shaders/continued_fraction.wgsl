// The two-sided continued fraction, one thread an energy; the twin of src/resolvent/continued_fraction.rs.
//
//   L_i = 1/(v_i - z - L_{i-1}),  R_i = 1/(v_i - z - R_{i+1}),  G_ii = 1/(v_i - z - L_{i-1} - R_{i+1})
//
// left_sweep leaves L_{i-1} at site i of the output, right_sweep overwrites it with G_ii. A long chain is swept
// in segments, one dispatch each; the last L or R of a segment waits in `carry` for the next. Neighbouring threads
// touch neighbouring words, because the layout is [site][energy].

struct Segment {
    first: u32,
    after_last: u32,
    sites: u32,
    energies: u32,
    eta: f32,
}

override threads: u32;

@group(0) @binding(0) var<uniform> segment: Segment;
// v_i and E_k, both less the same origin.
@group(0) @binding(1) var<storage, read> diagonal: array<f32>;
@group(0) @binding(2) var<storage, read> energies: array<f32>;
// (Re, Im), one a thread.
@group(0) @binding(3) var<storage, read_write> carry: array<vec2<f32>>;
// (Re G, Im G), layout [site][energy].
@group(0) @binding(4) var<storage, read_write> green: array<vec2<f32>>;

// The conjugate of v_i - z - m.
fn pivot(site: u32, index: u32, m: vec2<f32>) -> vec2<f32> {
    return vec2<f32>(diagonal[site] - energies[index] - m.x, segment.eta + m.y);
}

// conj(1/s) = s/|s|^2 for s the conjugate of a denominator: s.y = eta + Im L + Im R is a sum of numbers that are
// not negative, and at least eta, so that nothing here can be infinite or not a number.
fn reciprocal(s: vec2<f32>) -> vec2<f32> {
    return s * (1.0 / dot(s, s));
}

@compute @workgroup_size(threads)
fn left_sweep(@builtin(global_invocation_id) thread: vec3<u32>) {
    let index = thread.x;
    if index >= segment.energies {
        return;
    }
    var left = vec2<f32>(0.0, 0.0);
    if segment.first > 0u {
        left = carry[index];
    }
    for (var site = segment.first; site < segment.after_last; site += 1u) {
        green[site * segment.energies + index] = left;
        left = reciprocal(pivot(site, index, left));
    }
    carry[index] = left;
}

@compute @workgroup_size(threads)
fn right_sweep(@builtin(global_invocation_id) thread: vec3<u32>) {
    let index = thread.x;
    if index >= segment.energies {
        return;
    }
    var right = vec2<f32>(0.0, 0.0);
    if segment.after_last < segment.sites {
        right = carry[index];
    }
    for (var after = segment.after_last; after > segment.first; after -= 1u) {
        let site = after - 1u;
        let place = site * segment.energies + index;
        let without_left = pivot(site, index, right);
        let left = green[place];
        green[place] = reciprocal(vec2<f32>(without_left.x - left.x, without_left.y + left.y));
        right = reciprocal(without_left);
    }
    carry[index] = right;
}
