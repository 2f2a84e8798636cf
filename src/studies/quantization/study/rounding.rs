//! Learned rounding: which of its neighbouring codes every value of v gets, so that G, not v, comes out best.
//!
//! Rounding each value to its nearest level makes the error of v least, but G at a site depends on all values around
//! it, and a rounding error there can make good for one here. Site by site, the codes one below and one above are
//! tried, and kept where they bring Ĝ nearer to G around that site.

use super::core::{Core, Green};
use bk_quantize::Quantizer;
use bk_resolvent::ResolventError;

/// Sites to either side whose error is looked at: a change of v_j moves G_ii by |G_ij|², at η = 1 less than a
/// ten-thousandth of that at j itself.
const NEAR: usize = 8;

/// Sites beyond these that are still part of the chain computed, so that its cut ends do not matter.
const MARGIN: usize = 16;

/// Times every site is visited; a third visit changes next to nothing.
const PASSES: usize = 2;

/// The levels of v for rows of values; `quantizers` are those of v, Re G and Im G.
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

/// The levels of v for one row: `potential` are its values, `exact` its G; `quantizers` are those of v, Re G and Im G.
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
    // Floats have no codes to choose between.
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
