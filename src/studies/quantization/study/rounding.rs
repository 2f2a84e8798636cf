//! Learned rounding: chooses between the neighboring codes of every value of v so that the error of G, not of v, is
//! small.
//!
//! Rounding each value to its nearest level minimizes the error of v. But G at a site depends on all values around it,
//! and a rounding error at one site can compensate for another. Site by site, this module tries the codes one below and
//! one above, and keeps them if they bring Ĝ nearer to G around that site.

use super::core::{Core, Green};
use bk_quantize::Quantizer;
use bk_resolvent::ResolventError;

/// Sites on either side whose error is evaluated. A change of v_j moves G_ii by |G_ij|², which at η = 1 is less than a
/// ten-thousandth of the change at j itself.
const NEAR: usize = 8;

/// Further sites on either side that are part of the computed chain, so that its cut ends do not matter.
const MARGIN: usize = 16;

/// Number of visits to every site; a third visit changes almost nothing.
const PASSES: usize = 2;

/// Returns the levels of v for rows of values; `quantizers` are those of v, Re G, and Im G.
pub(super) fn rows(
    core: &Core,
    potential: &[f32],
    quantizers: &[Quantizer],
) -> Result<Vec<f32>, ResolventError> {
    let sites = core.sites();
    let exact = core.green(potential)?;
    let mut levels = Vec::with_capacity(potential.len());
    for (row, values) in potential.chunks_exact(sites).enumerate() {
        let exact = exact.part(row * sites..(row + 1) * sites);
        levels.extend(learned(core, values, &exact, quantizers)?);
    }
    Ok(levels)
}

/// Returns the levels of v for one row: `potential` are its values, `exact` its G; `quantizers` are those of v, Re G,
/// and Im G.
fn learned(
    core: &Core,
    potential: &[f32],
    exact: &Green,
    quantizers: &[Quantizer],
) -> Result<Vec<f32>, ResolventError> {
    let [of_potential, of_re, of_im] = quantizers else { return Ok(potential.to_vec()) };
    let width = of_potential.scheme().width;
    let sites = potential.len();
    let grids: Option<Vec<_>> = (0..sites).map(|site| of_potential.grid_of(site)).collect();
    // Floats have no codes to choose from.
    let Some(grids) = grids else { return Ok(potential.to_vec()) };
    let mut codes: Vec<i8> =
        potential.iter().zip(&grids).map(|(&value, grid)| grid.encode(value, width)).collect();
    let mut levels: Vec<f64> =
        codes.iter().zip(&grids).map(|(&code, grid)| f64::from(grid.decode(code))).collect();
    let (lowest, highest) = width.codes();
    for site in (0..PASSES).flat_map(|_| 0..sites) {
        let near = site.saturating_sub(NEAR)..(site + NEAR + 1).min(sites);
        let part = near.start.saturating_sub(MARGIN)..(near.end + MARGIN).min(sites);
        let tried = [0, -1, 1].map(|step| i32::from(codes[site]) + step);
        let tried: Vec<i8> = tried
            .into_iter()
            .filter(|code| (lowest..=highest).contains(code))
            .map(|code| code as i8)
            .collect();
        let mut rows = Vec::with_capacity(tried.len() * part.len());
        for &code in &tried {
            let start = rows.len();
            rows.extend_from_slice(&levels[part.clone()]);
            rows[start + site - part.start] = f64::from(grids[site].decode(code));
        }
        let green = core.green_of(part.len(), &rows)?;
        let error = |which: usize| -> f64 {
            let at = |plane: &[f64], site: usize| plane[which * part.len() + site - part.start] as f32;
            let off = |quantizer: &Quantizer, plane: &[f64], exact: &[f32], site: usize| {
                let found = at(plane, site);
                let stored =
                    quantizer.grid_of(site).map_or(found, |grid| grid.round(found, quantizer.scheme().width));
                f64::from((stored - exact[site]).abs())
            };
            near.clone()
                .map(|site| off(of_re, &green.re, &exact.re, site) + off(of_im, &green.im, &exact.im, site))
                .sum()
        };
        let errors: Vec<f64> = (0..tried.len()).map(error).collect();
        let mut best = 0;
        for which in 1..tried.len() {
            if errors[which] < errors[best] {
                best = which;
            }
        }
        codes[site] = tried[best];
        levels[site] = f64::from(grids[site].decode(tried[best]));
    }
    Ok(levels.into_iter().map(|level| level as f32).collect())
}
