//! The Birman–Schwinger operator with each kernel, and the Mourre checks.

use crate::kit::context::StudyError;
use crate::studies::resolvent::published::birman_schwinger as published;
use crate::studies::resolvent::published::birman_schwinger::{DensePath, MourreCheck};
use crate::studies::resolvent::record::{BirmanSchwinger, Finding, Kernel, KernelName};
use crate::studies::resolvent::study::{Outcome, Problem, double_precision};
use bk_resolvent::birman_schwinger as exact;
use bk_resolvent::birman_schwinger::{
    BirmanSchwingerError, DenseOperator, EnergyWindow, FreeResolvent, MourreEstimate, SchattenBounds,
    SchattenNorms, Weight,
};
use bk_resolvent::green;
use num_complex::Complex;
use web_time::Instant;

/// Added to |V| under the square root of the published operator.
const ROOT_GUARD: f64 = 1e-10;

/// All kernels on the same chain.
pub(crate) async fn run(problem: &Problem<'_>) -> Result<Outcome, StudyError> {
    let Problem { config, chain, shift, .. } = problem;
    let started = Instant::now();
    let (weight, part) = (config.weight, (config.work() / 4) as usize);
    let mut kernels = Vec::new();
    for (name, free) in
        [(KernelName::Chain, FreeResolvent::Chain), (KernelName::Exponential, FreeResolvent::Exponential)]
    {
        let operator = exact::BirmanSchwinger::new(chain, *shift, free, weight)?;
        kernels.push(kernel(name, operator.operator(), operator.bounds())?);
        problem.step(part * kernels.len()).await?;
    }
    kernels.push(published_kernel(problem)?);
    problem.step(3 * part).await?;

    let plain = exact::BirmanSchwinger::new(chain, *shift, FreeResolvent::Chain, Weight::None)?;
    let diagonal = green::<f64>(chain, *shift);
    let inverse = plain.operator().plus_identity().inverse_diagonal().ok();
    let identity_residual = inverse.map(|inverse| plain.identity_residual(&inverse, &diagonal));
    let window = EnergyWindow { from: config.mourre_from, to: config.mourre_to };
    let finding = Finding::BirmanSchwinger(BirmanSchwinger {
        kernels,
        identity_residual,
        mourre: MourreEstimate::new(chain, window)?,
        mourre_original: MourreCheck::original(chain.sites()).verified,
        mourre_later: MourreCheck::later(chain.sites()).verified,
    });
    Ok(Outcome {
        finding,
        wall_seconds: started.elapsed().as_secs_f64(),
        report: double_precision("singular values are wanted over many orders of magnitude"),
        origin: "Singular values of the Birman–Schwinger operator, exact and as published.",
    })
}

/// Returns singular values and norms of a finite operator.
fn kernel(
    name: KernelName,
    operator: &DenseOperator,
    bounds: SchattenBounds,
) -> Result<Kernel, BirmanSchwingerError> {
    let singular_values = operator.singular_values()?;
    let condition = operator.plus_identity().condition_number()?;
    Ok(Kernel {
        name,
        norms: Some(SchattenNorms::of(&singular_values)),
        singular_values,
        bounds,
        condition_number: Some(condition).filter(|number| number.is_finite()),
    })
}

/// Returns the published operator: its norms and its condition number from the published path, in single precision; its
/// singular values in double precision, where more of them rise above rounding errors.
fn published_kernel(problem: &Problem<'_>) -> Result<Kernel, BirmanSchwingerError> {
    let Problem { config, chain, shift, .. } = problem;
    let weighted = config.weight != Weight::None;
    let path = DensePath::new(chain, *shift, weighted)?;
    let root = |site: usize| {
        let weight = if weighted { published::weight(site) } else { 1.0 };
        weight * (chain.diagonal()[site].abs() + ROOT_GUARD).sqrt()
    };
    let element =
        |row, column| -> Complex<f64> { root(row) * published::kernel(*shift, row, column) * root(column) };
    let values = DenseOperator::new(chain.sites(), element).and_then(|operator| operator.singular_values());
    Ok(Kernel {
        name: KernelName::Published,
        singular_values: values.unwrap_or_default(),
        norms: path.norms,
        bounds: path.bounds,
        condition_number: Some(path.condition_number).filter(|number| number.is_finite()),
    })
}
