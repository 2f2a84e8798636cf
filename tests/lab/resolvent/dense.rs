//! (H − z)⁻¹ as a dense matrix: slow, and independent of any recursion.

use bk_resolvent::Chain;
use num_complex::Complex;

/// (H − z)⁻¹ by Gauss–Jordan elimination with partial pivoting, for the symmetric H with off-diagonal elements √β.
pub fn dense_inverse(chain: &Chain, z: Complex<f64>) -> Vec<Vec<Complex<f64>>> {
    let sites = chain.sites();
    let (zero, one) = (Complex::new(0.0, 0.0), Complex::new(1.0, 0.0));
    let coupling = |bond: usize| Complex::from(chain.bonds().map_or(1.0, |bonds| bonds[bond].sqrt()));
    let mut rows: Vec<Vec<Complex<f64>>> = (0..sites)
        .map(|row| {
            let mut entries = vec![zero; 2 * sites];
            entries[row] = chain.diagonal()[row] - z;
            if row > 0 {
                entries[row - 1] = coupling(row - 1);
            }
            if row + 1 < sites {
                entries[row + 1] = coupling(row);
            }
            entries[sites + row] = one;
            entries
        })
        .collect();
    for column in 0..sites {
        let pivot = (column..sites)
            .max_by(|a, b| rows[*a][column].norm().total_cmp(&rows[*b][column].norm()))
            .unwrap();
        rows.swap(column, pivot);
        let inverse = rows[column][column].inv();
        rows[column].iter_mut().for_each(|entry| *entry *= inverse);
        let pivot_row = rows[column].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(index, _)| *index != column) {
            let factor = row[column];
            row.iter_mut().zip(&pivot_row).for_each(|(entry, pivot)| *entry -= factor * pivot);
        }
    }
    rows.into_iter().map(|row| row[sites..].to_vec()).collect()
}

/// The diagonal of [`dense_inverse`].
pub fn dense_diagonal(chain: &Chain, z: Complex<f64>) -> Vec<Complex<f64>> {
    dense_inverse(chain, z).iter().enumerate().map(|(site, row)| row[site]).collect()
}
