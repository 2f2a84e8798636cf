//! The study of the quantized BK core: draw, calibrate, train, quantize, measure.

mod adam;
mod comparison;
mod core;
mod report;
mod rounding;
mod store;
mod training;

use super::published;
use super::record::{Config, Quantize, Reading, Trained, TrainingRun};
use crate::kit::context::{Context, StudyError};
use bk_quantize::{Calibrated, Calibration, Quantizer};
use core::{Core, Draws};
use store::Store;
use training::Training;

pub use comparison::compare;

/// Computes the record of a config. Training resumes from `earlier`, if given, and stops before step `until`. The
/// record then holds everything needed to resume, and quantizes with the parameters learned so far.
///
/// The same config gives the same record on every machine, whether trained in one go or with interruptions.
pub async fn run(
    config: &Config,
    earlier: Option<TrainingRun>,
    until: usize,
    context: &Context,
) -> Result<Quantize, StudyError> {
    config.check()?;
    let core = Core::of(config)?;
    let until = steps(config, until);
    let total = units(config, until);
    context.step(0, total).await?;
    let draws = Draws::of(config);
    if let Some(store) = Store::of(config) {
        let record = report::record(config, &core, &draws.test, &draws.test, [&store; 3], None)?;
        context.step(total, total).await?;
        return Ok(record);
    }
    let exact = core.green(&draws.calibration)?;
    context.step(1, total).await?;
    let mut quantizers = Vec::with_capacity(3);
    let widths = [config.potential_bits, config.green_bits, config.green_bits];
    for (width, values) in widths.into_iter().zip([&draws.calibration, &exact.re, &exact.im]) {
        let scheme = match config.reading {
            Reading::Exact => config.scheme(width),
            Reading::Published => published::scheme(width, config.group),
        };
        let mut calibration = Calibration::start(scheme, config.sites)?;
        calibration.collect(values)?;
        quantizers.push(calibration.calibrate()?);
        context.step(1, total).await?;
    }
    let training = match (config.trained, config.reading) {
        (Trained::Nothing, _) => None,
        (_, Reading::Published) => Some(without_gradient(&core, &draws, &exact, &quantizers, until)?),
        (_, Reading::Exact) => {
            let mut training = Training::new(config, &quantizers, earlier)?;
            while training.steps() < until {
                training.step(&core, &draws, &exact)?;
                context.step(2 + training.steps() as u64, total).await?;
            }
            quantizers = training.grids(quantizers)?;
            Some(training.run())
        }
    };
    let quantizers: Vec<Quantizer> =
        quantizers.into_iter().map(|calibrated| calibrated.apply().quantizer().clone()).collect();
    let learned = config.trained == Trained::Rounding
        && training.as_ref().is_some_and(|training| training.loss.len() >= config.steps);
    let chosen = if learned { Some(rounding::rows(&core, &draws.test, &quantizers)?) } else { None };
    let levels = chosen.as_ref().unwrap_or(&draws.test);
    let stores: Vec<Store> = quantizers.into_iter().map(Store::Grids).collect();
    let record = report::record(
        config,
        &core,
        &draws.test,
        levels,
        [0, 1, 2].map(|tensor| &stores[tensor]),
        training,
    )?;
    context.step(total, total).await?;
    Ok(record)
}

/// Returns the number of training steps of a config before step `until`.
fn steps(config: &Config, until: usize) -> usize {
    if config.trained == Trained::Nothing { 0 } else { until.min(config.steps) }
}

/// Returns the units of work of a config that is trained up to a step. Drawing and calibration take about as long as
/// some training steps; the progress counts one unit for each of them.
fn units(config: &Config, until: usize) -> u64 {
    steps(config, until) as u64 + 3
}

/// Runs the published training: forward passes whose gradient is zero, so nothing changes.
fn without_gradient(
    core: &Core,
    draws: &Draws,
    exact: &core::Green,
    quantizers: &[Calibration<Calibrated>],
    until: usize,
) -> Result<TrainingRun, StudyError> {
    let quantizers: Vec<Quantizer> = quantizers.iter().map(|one| one.quantizer().clone()).collect();
    let mut run = TrainingRun::default();
    for step in 0..until {
        let rows = draws.batch(step);
        let found = report::road(core, &draws.calibration[rows.clone()], &quantizers)?;
        let target = exact.part(rows);
        run.loss.push(report::relative_percent(&target, &found));
        run.gradient.push(0.0);
    }
    Ok(run)
}
