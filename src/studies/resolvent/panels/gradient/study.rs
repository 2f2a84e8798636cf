//! The gradient of a loss by the exact adjoint, by finite differences, and as published.

use crate::kit::context::StudyError;
use crate::studies::resolvent::record::{Blend, Finding, GRADIENT_DIFFERENCES, Gradient, Version};
use crate::studies::resolvent::study::{Outcome, Problem, double_precision};
use bk_resolvent as resolvent;
use bk_resolvent::{Batch, Chain, ComplexPlanes, green_adjoint, green_chain};
use num_complex::Complex;
use web_time::Instant;

/// ∂Loss/∂Re G + i ∂Loss/∂Im G at every site, for Loss = Σ Re G + 2 Σ Im G.
const COTANGENT: Complex<f64> = Complex::new(1.0, 2.0);

/// Step of the finite differences as a fraction of η. G varies on the scale of η, so the truncation error of the
/// central difference is of the order of 10⁻⁸; the rounding error, some multiple of 10⁻¹⁶/10⁻⁴, is smaller.
const STEP: f64 = 1e-4;

/// All gradients of the same loss.
pub(crate) async fn run(problem: &Problem<'_>) -> Result<Outcome, StudyError> {
    let Problem { config, chain, shift, .. } = problem;
    let sites = chain.sites();
    let started = Instant::now();
    let shifts = [*shift];
    let batch = Batch::new(sites, chain.diagonal(), &shifts)?;
    let cotangents = ComplexPlanes { re: vec![COTANGENT.re; sites], im: vec![-COTANGENT.im; sites] };
    let mut gradient = resolvent::Gradient::default();
    green_adjoint(&batch, &cotangents, &mut gradient)?;
    let wall_seconds = started.elapsed().as_secs_f64();
    problem.step(sites).await?;

    let cotangents = vec![COTANGENT; sites];
    let published = [Version::Original, Version::Later].map(|version| {
        let green = version.green(chain, *shift, config.division);
        Blend { version, values: version.gradient(&green.values, &cotangents, config.alpha).blended }
    });
    let count = sites.min(GRADIENT_DIFFERENCES);
    let places: Vec<usize> = (0..count).map(|index| (2 * index + 1) * sites / (2 * count)).collect();
    let mut differences = Vec::new();
    for &site in &places {
        differences.push(difference(problem, site)?);
        problem.step(sites * (1 + differences.len())).await?;
    }
    Ok(Outcome {
        finding: Finding::Gradient(Gradient {
            exact: gradient.diagonals,
            published: published.into(),
            sites: places,
            differences,
        }),
        wall_seconds,
        report: double_precision("gradients are compared with finite differences"),
        origin: "The gradient of Σ Re G + 2 Σ Im G by the exact adjoint, by central differences, and as published.",
    })
}

/// Returns the central difference of the loss in the potential of one site. Differences are taken site by site before
/// the sum, so that nothing cancels.
fn difference(problem: &Problem<'_>, site: usize) -> Result<f64, StudyError> {
    let step = STEP * problem.shift.eta();
    let green = |by: f64| {
        let mut diagonal = problem.chain.diagonal().to_vec();
        diagonal[site] += by;
        let moved = diagonal[site];
        let mut green = ComplexPlanes::<f64>::default();
        green_chain(&Chain::new(diagonal)?, problem.shift, &mut green)?;
        Ok::<_, StudyError>((moved, green))
    };
    let ((above, upper), (below, lower)) = (green(step)?, green(-step)?);
    let real: f64 = upper.re.iter().zip(&lower.re).map(|(one, other)| one - other).sum();
    let imaginary: f64 = upper.im.iter().zip(&lower.im).map(|(one, other)| one - other).sum();
    // The actual change of the potential, after rounding.
    Ok((COTANGENT.re * real + COTANGENT.im * imaginary) / (above - below))
}
