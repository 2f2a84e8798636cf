//! The resolvent figures, on the chain whose diagonal is a quasi-periodic potential.

use crate::{examine, words};
use bk_lab::figure::scene::Command;
use bk_lab::figure::{DensityMap, Layout, Theme, density_map, green_lines};
use num_complex::Complex64;

/// Diagonal of (H − z)⁻¹ of a chain with neighbours coupled by 1, by the two continued fractions.
fn diagonal(potential: &[f64], z: Complex64) -> Vec<Complex64> {
    let sweep = |sites: &mut dyn Iterator<Item = usize>| {
        let mut fraction = vec![Complex64::ZERO; potential.len()];
        let mut before = Complex64::ZERO;
        for site in sites {
            before = (potential[site] - z - before).inv();
            fraction[site] = before;
        }
        fraction
    };
    let left = sweep(&mut (0..potential.len()));
    let right = sweep(&mut (0..potential.len()).rev());
    (0..potential.len())
        .map(|site| (left[site].inv() + right[site].inv() - (potential[site] - z)).inv())
        .collect()
}

fn quasi_periodic(sites: usize, strength: f64) -> Vec<f64> {
    let golden = (5f64.sqrt() - 1.0) / 2.0;
    (0..sites).map(|site| strength * (std::f64::consts::TAU * golden * site as f64).cos()).collect()
}

fn map(sites: usize, energies: usize) -> DensityMap {
    let potential = quasi_periodic(sites, 1.5);
    let energies: Vec<f64> =
        (0..energies).map(|k| -4.0 + 8.0 * k as f64 / (energies - 1).max(1) as f64).collect();
    let columns: Vec<Vec<Complex64>> =
        energies.iter().map(|&energy| diagonal(&potential, Complex64::new(energy, 0.05))).collect();
    let values = (0..sites)
        .flat_map(|site| columns.iter().map(move |column| (column[site].im / std::f64::consts::PI) as f32))
        .collect();
    DensityMap { sites, energies, values }
}

const SIZES: [(f64, f64); 3] = [(864.0, 420.0), (500.0, 360.0), (270.0, 300.0)];

#[test]
fn green_lines_are_readable_at_every_width() {
    for (width, height) in SIZES {
        for theme in [Theme::Light, Theme::Dark] {
            for sites in [1, 2, 24, 256, 100_000] {
                let z = Complex64::new(0.5, 0.05);
                let diagonal = diagonal(&quasi_periodic(sites, 1.5), z);
                let (re, im): (Vec<f64>, Vec<f64>) = diagonal.iter().map(|g| (g.re, g.im)).unzip();
                let scene = green_lines(&re, &im, z.re, z.im, &Layout::new(width, height, theme));
                let name = format!("green-{sites}-{width}-{theme:?}").to_lowercase();
                examine(&scene, theme, &name);
                let words = words(&scene);
                for word in ["Re G(i,i)", "Im G(i,i)", "Site i"] {
                    assert!(words.contains(&word), "{word} is missing from {name}: {words:?}");
                }
            }
        }
    }
}

#[test]
fn density_maps_are_readable_at_every_width() {
    for (width, height) in SIZES {
        for theme in [Theme::Light, Theme::Dark] {
            for (sites, energies) in [(1, 1), (12, 40), (233, 256), (4000, 64)] {
                let scene = density_map(&map(sites, energies), &Layout::new(width, height, theme));
                let name = format!("density-{sites}-{width}-{theme:?}").to_lowercase();
                examine(&scene, theme, &name);
            }
        }
    }
}

#[test]
fn a_map_of_more_sites_than_pixels_keeps_a_single_level() {
    let (sites, energies) = (5000, 3);
    let mut values = vec![1e-3; sites * energies];
    values[3 * 3210 + 1] = 1.0;
    let map = DensityMap { sites, energies: vec![-1.0, 0.0, 1.0], values };
    let scene = density_map(&map, &Layout::new(300.0, 300.0, Theme::Paper));
    let picture = scene.commands.iter().find_map(|command| match command {
        Command::Picture(picture) if picture.rows == 3 => Some(picture),
        _ => None,
    });
    let picture = picture.expect("a picture of three rows");
    let brightest = picture.pixels.chunks(4).enumerate().max_by_key(|(_, pixel)| pixel[1]);
    let (index, _) = brightest.expect("a pixel");
    assert_eq!((index / picture.columns, index % picture.columns), (1, 3210 * picture.columns / sites));
    let words = words(&scene);
    assert!(words.join(" ").contains("each pixel the greatest of up to"), "{words:?}");
}
