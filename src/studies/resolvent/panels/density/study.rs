//! The map of the local density of states, in tiles of energies.

use crate::kit::context::StudyError;
use crate::studies::resolvent::record::{Density, Finding};
use crate::studies::resolvent::study::{Outcome, Problem};
use bk_resolvent::{Deviation, Shifts};
use web_time::{Duration, Instant};

/// Im G_ii/π of every site at every energy, and how far it is off.
pub(crate) async fn run(problem: &Problem<'_>) -> Result<Outcome, StudyError> {
    let Problem { config, chain, shift, engine, .. } = problem;
    let energies = config.map_grid()?;
    let (sites, width) = (chain.sites(), energies.len());
    let tile_width = engine.tile_width(sites, width);
    let mut values = vec![0.0f32; sites * width];
    let mut wall = Duration::ZERO;
    let mut deviation = Deviation::default();
    for start in (0..width).step_by(tile_width) {
        let tile = Shifts::new(&energies[start..(start + tile_width).min(width)], shift.eta())?;
        let started = Instant::now();
        let density = engine.density_tile(chain, &tile).await?;
        wall += started.elapsed();
        // The reference takes as long again, so a cancel is handled before and after it.
        problem.step(sites * start).await?;
        deviation = deviation.or_worse(engine.density_deviation(chain, &tile, &density));
        let end = start + tile.energies().len();
        for (row, tile_row) in values.chunks_exact_mut(width).zip(density.chunks_exact(end - start)) {
            row[start..end].copy_from_slice(tile_row);
        }
        problem.step(sites * end).await?;
    }
    let finding = Finding::Density(Density { energies, deviation, values });
    let origin = "Im G/π at every site and energy by the two-sided continued fraction.";
    Ok(Outcome { finding, wall_seconds: wall.as_secs_f64(), report: engine.report(), origin })
}
