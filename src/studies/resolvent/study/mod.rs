//! The resolvent study: computes the finding of a panel, and compares it with the f64 continued fraction to measure the
//! deviation of the back end.

mod birman_schwinger;
mod causality;
mod density;
mod gradient;
mod green;
mod precision;
mod published;

use super::record::{Config, Finding, Panel, Resolvent};
use crate::kit::context::{Context, StudyError};
use crate::kit::record::{Manifest, Provenance};
use bk_resolvent::{Backend, BackendReport, Chain, Engine, Shift};

/// The input of a panel's study.
struct Problem<'a> {
    config: &'a Config,
    chain: Chain,
    shift: Shift,
    engine: &'a Engine,
    context: &'a Context,
}

/// The result of a panel's study.
struct Outcome {
    finding: Finding,
    /// Wall time in seconds, without the time of checks.
    wall_seconds: f64,
    /// The back end that computed it.
    report: BackendReport,
    /// The origin of the numbers, one sentence.
    origin: &'static str,
}

/// Computes the record of a config on an engine, in parts, so that progress is reported and a cancel is handled.
pub async fn run(config: &Config, engine: &Engine, context: &Context) -> Result<Resolvent, StudyError> {
    config.check()?;
    let (chain, shift) = config.problem()?;
    context.step(0, config.work()).await?;
    let engine = engine.prepared_for(usize::try_from(config.work()).unwrap_or(usize::MAX), shift.eta());
    let problem = Problem { config, chain, shift, engine: &engine, context };
    let Outcome { finding, wall_seconds, report, origin } = match config.panel {
        Panel::Green => green::run(&problem).await?,
        Panel::Density => density::run(&problem).await?,
        Panel::Published => published::run(&problem).await?,
        Panel::Gradient => gradient::run(&problem).await?,
        Panel::Causality => causality::run(&problem)?,
        Panel::BirmanSchwinger => birman_schwinger::run(&problem).await?,
        Panel::Precision => precision::run(&problem).await?,
    };
    context.step(config.work(), config.work()).await?;
    Ok(Resolvent {
        provenance: Provenance::Computed,
        manifest: Manifest::new(vec![], origin),
        config: config.clone(),
        report,
        wall_seconds,
        diagonal: problem.chain.diagonal().to_vec(),
        finding,
    })
}

/// Returns the report of a finding that is always computed in double precision, with the reason.
fn double_precision(reason: &str) -> BackendReport {
    BackendReport { backend: Backend::F64, adapter: None, reason: reason.into() }
}

impl Problem<'_> {
    /// Reports progress and handles a cancel.
    async fn step(&self, done: usize) -> Result<(), StudyError> {
        self.context.step(done as u64, self.config.work()).await
    }
}
