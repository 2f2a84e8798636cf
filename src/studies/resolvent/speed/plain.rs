//! The loops that anybody would write, which the kernels are compared with.

/// Sequences as a plain loop has them: rows of so many sites, at one point E + iη.
pub struct Rows<'a> {
    /// Sites of a row.
    pub sites: usize,
    /// E.
    pub energy: f64,
    /// η.
    pub eta: f64,
    /// v, layout \[sequence\]\[site\].
    pub diagonals: &'a [f64],
}

/// The loops that anybody would write: over sequences, one after the other, in f64. What they write is laid out as
/// what they read.
pub trait Plain {
    /// What it is written in.
    fn language(&self) -> &'static str;
    /// G_ii by two sweeps.
    fn green(&self, rows: &Rows, re: &mut [f64], im: &mut [f64]);
    /// L_i by one sweep.
    fn causal(&self, rows: &Rows, re: &mut [f64], im: &mut [f64]);
    /// G_ii, and for the cotangents g_i, given in their parts, −Re s_i = ∂Loss/∂v_i of resolvent-performance.md §3.
    fn gradient(
        &self,
        rows: &Rows,
        cotangents: [&[f64]; 2],
        re: &mut [f64],
        im: &mut [f64],
        derivatives: &mut [f64],
    );
}

/// The plain loop in Rust.
pub struct PlainRust;

impl Plain for PlainRust {
    fn language(&self) -> &'static str {
        "scalar f64 Rust"
    }

    fn green(&self, rows: &Rows, re: &mut [f64], im: &mut [f64]) {
        let Rows { sites, energy, eta, diagonals } = *rows;
        let results = re.chunks_exact_mut(sites).zip(im.chunks_exact_mut(sites));
        for (row, (re, im)) in diagonals.chunks_exact(sites).zip(results) {
            let (mut left_re, mut left_im) = (0.0, 0.0);
            for site in 0..sites {
                (re[site], im[site]) = (left_re, left_im);
                (left_re, left_im) = reciprocal(row[site] - energy - left_re, eta + left_im);
            }
            let (mut right_re, mut right_im) = (0.0, 0.0);
            for site in (0..sites).rev() {
                let (x, y) = (row[site] - energy - right_re, eta + right_im);
                (re[site], im[site]) = reciprocal(x - re[site], y + im[site]);
                (right_re, right_im) = reciprocal(x, y);
            }
        }
    }

    fn causal(&self, rows: &Rows, re: &mut [f64], im: &mut [f64]) {
        let Rows { sites, energy, eta, diagonals } = *rows;
        let results = re.chunks_exact_mut(sites).zip(im.chunks_exact_mut(sites));
        for (row, (re, im)) in diagonals.chunks_exact(sites).zip(results) {
            let (mut left_re, mut left_im) = (0.0, 0.0);
            for site in 0..sites {
                (left_re, left_im) = reciprocal(row[site] - energy - left_re, eta + left_im);
                (re[site], im[site]) = (left_re, left_im);
            }
        }
    }

    fn gradient(
        &self,
        rows: &Rows,
        [g_re, g_im]: [&[f64]; 2],
        re: &mut [f64],
        im: &mut [f64],
        derivatives: &mut [f64],
    ) {
        let Rows { sites, energy, eta, diagonals } = *rows;
        // g + A of the row at hand.
        let [mut sums_re, mut sums_im] = [0; 2].map(|_| vec![0.0; sites]);
        for first in (0..diagonals.len()).step_by(sites) {
            let row = first..first + sites;
            let (v, g_re, g_im) = (&diagonals[row.clone()], &g_re[row.clone()], &g_im[row.clone()]);
            let (re, im, derivatives) =
                (&mut re[row.clone()], &mut im[row.clone()], &mut derivatives[row.clone()]);
            let (mut left, mut carried) = ((0.0, 0.0), (0.0, 0.0));
            for site in 0..sites {
                (re[site], im[site]) = left;
                let sum = (g_re[site] + carried.0, g_im[site] + carried.1);
                (sums_re[site], sums_im[site]) = sum;
                left = reciprocal(v[site] - energy - left.0, eta + left.1);
                carried = product(product(left, left), sum);
            }
            let (mut right, mut carried) = ((0.0, 0.0), (0.0, 0.0));
            for site in (0..sites).rev() {
                let (x, y) = (v[site] - energy - right.0, eta + right.1);
                let green = reciprocal(x - re[site], y + im[site]);
                (re[site], im[site]) = green;
                let all = (sums_re[site] + carried.0, sums_im[site] + carried.1);
                derivatives[site] = -product(product(green, green), all).0;
                right = reciprocal(x, y);
                let sum = (g_re[site] + carried.0, g_im[site] + carried.1);
                carried = product(product(right, right), sum);
            }
        }
    }
}

/// The product of two complex numbers.
fn product(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0 * b.0 - a.1 * b.1, a.0 * b.1 + a.1 * b.0)
}

/// 1/(x − iy).
fn reciprocal(x: f64, y: f64) -> (f64, f64) {
    let inverse = 1.0 / (x * x + y * y);
    (x * inverse, y * inverse)
}
