//! The exact Green's function beside the published routines.

use crate::kit::context::StudyError;
use crate::studies::resolvent::record::{Finding, Published, Reading, Version};
use crate::studies::resolvent::study::{Outcome, Problem, double_precision};
use bk_resolvent::{ComplexPlanes, green_chain};
use web_time::Instant;

/// All routines on the same chain.
pub(crate) async fn run(problem: &Problem<'_>) -> Result<Outcome, StudyError> {
    let Problem { config, chain, shift, .. } = problem;
    let started = Instant::now();
    let mut exact = ComplexPlanes::<f64>::default();
    green_chain(chain, *shift, &mut exact)?;
    let wall_seconds = started.elapsed().as_secs_f64();
    let versions = [Version::Original, Version::Later, Version::PrefixProduct];
    let mut readings = Vec::new();
    for version in versions {
        let green = version.green(chain, *shift, config.division);
        readings.push(Reading {
            version,
            replaced: green.replaced,
            clipped: green.clipped,
            theta_ends: green.theta_ends,
            phi_ends: green.phi_ends,
            re: green.values.iter().map(|value| value.re).collect(),
            im: green.values.iter().map(|value| value.im).collect(),
        });
        problem.step(chain.sites() * readings.len()).await?;
    }
    Ok(Outcome {
        finding: Finding::Published(Published { re: exact.re, im: exact.im, readings }),
        wall_seconds,
        report: double_precision("the published routines are compared with exact numbers"),
        origin: "The diagonal of (H − z)⁻¹ by the continued fraction, and by the published routines with their defects.",
    })
}
