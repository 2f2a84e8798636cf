// The two-sided continued fraction, one thread an energy; the twin of src/resolvent/continued_fraction.rs.
//
//   L_i = 1/(v_i - z - L_{i-1}),  R_i = 1/(v_i - z - R_{i+1}),  G_ii = 1/(v_i - z - L_{i-1} - R_{i+1})
//
// The first sweep leaves L in the output, the second overwrites it with G. Neighbouring threads touch
// neighbouring words, because the layout is [site][energy].

struct Problem {
    sites: u32,
    energies: u32,
    eta: f32,
}

override threads: u32;

@group(0) @binding(0) var<uniform> problem: Problem;
// v_i and E_k, both less the same origin.
@group(0) @binding(1) var<storage, read> diagonal: array<f32>;
@group(0) @binding(2) var<storage, read> energies: array<f32>;
// (Re G, Im G), layout [site][energy].
@group(0) @binding(3) var<storage, read_write> green: array<vec2<f32>>;

// conj(1/s) = s/|s|^2 for s the conjugate of a denominator: s.y = eta + Im L + Im R is a sum of numbers that are
// not negative, and at least eta, so that nothing here can be infinite or not a number.
fn reciprocal(s: vec2<f32>) -> vec2<f32> {
    return s * (1.0 / dot(s, s));
}

@compute @workgroup_size(threads)
fn continued_fraction(@builtin(global_invocation_id) thread: vec3<u32>) {
    let index = thread.x;
    if index >= problem.energies {
        return;
    }
    let energy = energies[index];

    var left = vec2<f32>(0.0, 0.0);
    for (var site = 0u; site < problem.sites; site += 1u) {
        green[site * problem.energies + index] = left;
        left = reciprocal(vec2<f32>(diagonal[site] - energy - left.x, problem.eta + left.y));
    }

    var right = vec2<f32>(0.0, 0.0);
    for (var after = problem.sites; after > 0u; after -= 1u) {
        let site = after - 1u;
        let place = site * problem.energies + index;
        let without_left = vec2<f32>(diagonal[site] - energy - right.x, problem.eta + right.y);
        let from_left = green[place];
        green[place] = reciprocal(vec2<f32>(without_left.x - from_left.x, without_left.y + from_left.y));
        right = reciprocal(without_left);
    }
}
