//! The deviation of single precision from double precision as η decreases.

use crate::kit::context::StudyError;
use crate::studies::resolvent::record::{Curve, Finding, PRECISION_ETAS, Precision};
use crate::studies::resolvent::study::{Outcome, Problem};
use bk_resolvent::{BackendChoice, Engine, ErrorBound, Shift};
use num_complex::Complex;
use web_time::{Duration, Instant};

/// Values of η per decade.
const A_DECADE: f64 = 4.0;

/// The CPU in single precision at every η, and the GPU if the engine has one.
pub(crate) async fn run(problem: &Problem<'_>) -> Result<Outcome, StudyError> {
    let cpu = Engine::open(BackendChoice::F32).await?;
    let gpu = problem.engine.on_device();
    let engines: Vec<&Engine> = std::iter::once(&cpu).chain(&gpu).collect();
    let etas: Vec<f64> = (0..PRECISION_ETAS).map(|step| pxfm::f_exp10(-(step as f64) / A_DECADE)).collect();
    let mut curves: Vec<Curve> = engines
        .iter()
        .map(|engine| {
            let report = engine.report();
            Curve {
                backend: report.backend,
                adapter: report.adapter,
                deviations: vec![],
                bounds: vec![],
                ratios: vec![],
            }
        })
        .collect();
    let mut wall = Duration::ZERO;
    for (step, &eta) in etas.iter().enumerate() {
        let shift = Shift::new(problem.config.energy, eta)?;
        for (engine, curve) in engines.iter().zip(&mut curves) {
            wall += measure(problem, engine, shift, curve).await?;
        }
        problem.step(problem.chain.sites() * (step + 1)).await?;
    }
    Ok(Outcome {
        finding: Finding::Precision(Precision { etas, curves }),
        wall_seconds: wall.as_secs_f64(),
        report: problem.engine.report(),
        origin: "The diagonal of (H − z)⁻¹ in single precision, less the same in double precision.",
    })
}

/// Adds one η to a curve, and returns the time of the back end.
async fn measure(
    problem: &Problem<'_>,
    engine: &Engine,
    shift: Shift,
    curve: &mut Curve,
) -> Result<Duration, StudyError> {
    let started = Instant::now();
    let green: Vec<Complex<f64>> = engine.green(&problem.chain, shift).await?;
    let wall = started.elapsed();
    let deviation = engine.green_deviation(&problem.chain, shift, &green);
    let bound = ErrorBound::at(curve.backend, &problem.chain, shift);
    curve.deviations.push(deviation.max_absolute);
    curve.bounds.push(green.iter().map(|&value| bound.absolute(value)).fold(0.0, f64::max));
    curve.ratios.push(deviation.worst_ratio_to_bound);
    Ok(wall)
}
