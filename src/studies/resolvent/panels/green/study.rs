//! G along the chain at one z.

use crate::kit::context::StudyError;
use crate::studies::resolvent::record::{Finding, Green};
use crate::studies::resolvent::study::{Outcome, Problem};
use bk_resolvent::ErrorBound;
use web_time::Instant;

/// G_ii of every site, and how far it is off.
pub(crate) async fn run(problem: &Problem<'_>) -> Result<Outcome, StudyError> {
    let Problem { chain, shift, engine, .. } = problem;
    let started = Instant::now();
    let green = engine.green(chain, *shift).await?;
    let wall_seconds = started.elapsed().as_secs_f64();
    problem.step(chain.sites()).await?;

    let deviation = engine.green_deviation(chain, *shift, &green);
    let bound = ErrorBound::at(engine.report().backend, chain, *shift);
    let finding = Finding::Green(Green {
        deviation_bound: green.iter().map(|&value| bound.absolute(value)).fold(0.0, f64::max),
        deviation,
        re: green.iter().map(|value| value.re).collect(),
        im: green.iter().map(|value| value.im).collect(),
    });
    let origin = "The diagonal of (H − z)⁻¹ by the two-sided continued fraction.";
    Ok(Outcome { finding, wall_seconds, report: engine.report(), origin })
}
