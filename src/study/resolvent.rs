//! The resolvent study: lines of G along the chain at one z, and the map of the local density of states, each
//! beside the f64 continued fraction that says how far the back end is off.

use super::{Context, StudyError};
use crate::record::resolvent::{Config, Map, Resolvent};
use crate::record::{Manifest, Provenance};
use crate::resolvent::{Chain, Deviation, Engine, ErrorBound, Shift, Shifts};
use web_time::{Duration, Instant};

/// Computes the record of a config on an engine, tile by tile, so that progress is seen and a cancel is heard.
pub async fn run(config: &Config, engine: &Engine, context: &Context) -> Result<Resolvent, StudyError> {
    let (chain, shift) = config.problem()?;
    let energies = config.map_grid()?;
    let total = config.work();
    context.step(0, total).await?;

    let started = Instant::now();
    let green = engine.green(&chain, shift).await?;
    let wall_seconds = started.elapsed().as_secs_f64();
    context.step(config.sites as u64, total).await?;

    let deviation = engine.green_deviation(&chain, shift, &green);
    context.step(config.sites as u64, total).await?;
    let bound = ErrorBound::at(engine.report().backend, &chain, shift);
    let deviation_bound = green.iter().map(|&value| bound.absolute(value)).fold(0.0, f64::max);
    let map = match energies.is_empty() {
        true => None,
        false => Some(map(&chain, shift, energies, engine, context).await?),
    };
    Ok(Resolvent {
        provenance: Provenance::Computed,
        manifest: Manifest::new(vec![], "The diagonal of (H − z)⁻¹ by the two-sided continued fraction."),
        config: config.clone(),
        report: engine.report(),
        wall_seconds,
        deviation_bound,
        deviation,
        re: green.iter().map(|value| value.re).collect(),
        im: green.iter().map(|value| value.im).collect(),
        map,
    })
}

/// The map, in tiles of energies.
async fn map(
    chain: &Chain,
    shift: Shift,
    energies: Vec<f64>,
    engine: &Engine,
    context: &Context,
) -> Result<Map, StudyError> {
    let (sites, width) = (chain.sites(), energies.len());
    let total = (sites * (1 + width)) as u64;
    let tile_width = engine.tile_width(sites, width);
    let mut values = vec![0.0f32; sites * width];
    let mut wall = Duration::ZERO;
    let mut deviation = Deviation::default();
    for start in (0..width).step_by(tile_width) {
        let tile = Shifts::new(&energies[start..(start + tile_width).min(width)], shift.eta())?;
        let started = Instant::now();
        let density = engine.density_tile(chain, &tile).await?;
        wall += started.elapsed();
        // The reference takes as long again, so a cancel is heard on both sides of it.
        context.step((sites * (1 + start)) as u64, total).await?;
        deviation = deviation.or_worse(engine.density_deviation(chain, &tile, &density));
        let end = start + tile.energies().len();
        for (row, tile_row) in values.chunks_exact_mut(width).zip(density.chunks_exact(end - start)) {
            row[start..end].copy_from_slice(tile_row);
        }
        context.step((sites * (1 + end)) as u64, total).await?;
    }
    Ok(Map { energies, values, wall_seconds: wall.as_secs_f64(), deviation })
}
