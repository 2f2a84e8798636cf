//! The resolvent study: what a panel asks of a chain's (H − z)⁻¹, and beside it the f64 continued fraction that
//! says how far the back end is off.

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

/// What a panel's study is given.
struct Problem<'a> {
    config: &'a Config,
    chain: Chain,
    shift: Shift,
    engine: &'a Engine,
    context: &'a Context,
}

/// What a panel's study comes to.
struct Outcome {
    finding: Finding,
    /// Wall time without what only checks the result.
    wall_seconds: f64,
    /// What computed it.
    report: BackendReport,
    /// How the numbers were made, in one sentence.
    origin: &'static str,
}

/// Computes the record of a config on an engine, in parts so that progress is seen and a cancel is heard.
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

/// What computed a finding that is always in double precision, and why.
fn double_precision(reason: &str) -> BackendReport {
    BackendReport { backend: Backend::F64, adapter: None, reason: reason.into() }
}

impl Problem<'_> {
    /// Reports progress and hears a cancel.
    async fn step(&self, done: usize) -> Result<(), StudyError> {
        self.context.step(done as u64, self.config.work()).await
    }
}
