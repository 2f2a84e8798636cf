// A stretch of the chain as a 2 × 2 matrix [[a, b], [c, d]] of complex numbers up to a common factor, stored as its
// columns (a, c) and (b, d). One site is [[0, β], [−1, s]]; a stretch is the product of its sites, the rightmost
// site first:
//
//   X after it = (a X + b)/(c X + d),   R before it = (a R − c)/(d − b R).

const IDENTITY = Element(vec4<f32>(1.0, 0.0, 0.0, 0.0), vec4<f32>(0.0, 0.0, 1.0, 0.0));

// Returns the stretch with one more site at its right end.
fn extend(stretch: Element, site: u32, value: f32) -> Element {
    return Element(site_times(site, value, stretch.first), site_times(site, value, stretch.second));
}

fn site_times(site: u32, value: f32, column: vec4<f32>) -> vec4<f32> {
    let q = column.zw;
    let turned = vec2<f32>(value * q.x + eta * q.y, value * q.y - eta * q.x);
    return vec4<f32>(bond(site) * q, turned - column.xy);
}

// Divides by the power of two that brings the largest entry into [1, 2). This is exact and allowed, since only
// ratios matter.
fn rescaled(element: Element) -> Element {
    let largest = max(abs(element.first), abs(element.second));
    let scale = inverse_power(max(max(largest.x, largest.y), max(largest.z, largest.w)));
    return Element(element.first * scale, element.second * scale);
}

// Returns 2^−e for a number in [2^e, 2^(e+1)).
fn inverse_power(number: f32) -> f32 {
    let exponent = clamp(bitcast<u32>(number) >> 23u, 1u, 253u);
    return bitcast<f32>((254u - exponent) << 23u);
}

// Returns the stretch `left` followed by the stretch `right`.
fn joined(left: Element, right: Element) -> Element {
    return rescaled(Element(matrix_times(right, left.first), matrix_times(right, left.second)));
}

fn matrix_times(matrix: Element, column: vec4<f32>) -> vec4<f32> {
    return vec4<f32>(
        times(matrix.first.xy, column.xy) + times(matrix.second.xy, column.zw),
        times(matrix.first.zw, column.xy) + times(matrix.second.zw, column.zw),
    );
}

// X at the right end of a stretch from X at its left end.
fn to_the_right(stretch: Element, left: vec2<f32>) -> vec2<f32> {
    return ratio(
        times(stretch.first.xy, left) + stretch.second.xy,
        times(stretch.first.zw, left) + stretch.second.zw,
    );
}

// R at the left end of a stretch from R at its right end.
fn to_the_left(stretch: Element, right: vec2<f32>) -> vec2<f32> {
    return ratio(
        times(stretch.first.xy, right) - stretch.first.zw,
        stretch.second.zw - times(stretch.second.xy, right),
    );
}

// Returns p/q, with its imaginary part clamped to be non-negative, since rounding may have made it negative. The
// result is finite whatever the rounding errors of q.
fn ratio(p: vec2<f32>, q: vec2<f32>) -> vec2<f32> {
    let larger = max(abs(p), abs(q));
    let scale = inverse_power(max(larger.x, larger.y));
    let above = p * scale;
    let below = q * scale;
    let quotient = times(above, vec2<f32>(below.x, -below.y)) / max(dot(below, below), 1e-36);
    return vec2<f32>(quotient.x, max(quotient.y, 0.0));
}
