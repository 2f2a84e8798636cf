//! The resolvent study: computes the finding of a panel, and compares it with the f64 continued fraction to measure the
//! deviation of the back end.

use super::panels;
use super::record::{Config, Finding, Resolvent};
use crate::kit::context::{Context, StudyError};
use crate::kit::record::{Manifest, Provenance};
use bk_resolvent::{Backend, BackendReport, Chain, Engine, Shift};

/// What a panel's study is given.
pub(crate) struct Problem<'a> {
    pub(crate) config: &'a Config,
    pub(crate) chain: Chain,
    pub(crate) shift: Shift,
    pub(crate) engine: &'a Engine,
    pub(crate) context: &'a Context,
}

/// What a panel's study comes to.
pub(crate) struct Outcome {
    pub(crate) finding: Finding,
    /// Wall time without what only checks the result.
    pub(crate) wall_seconds: f64,
    /// What computed it.
    pub(crate) report: BackendReport,
    /// How the numbers were made, in one sentence.
    pub(crate) origin: &'static str,
}

/// Computes the record of a config on an engine, in parts, so that progress is reported and a cancel is handled.
pub async fn run(config: &Config, engine: &Engine, context: &Context) -> Result<Resolvent, StudyError> {
    config.check()?;
    let (chain, shift) = config.problem()?;
    context.step(0, config.work()).await?;
    let engine = engine.prepared_for(usize::try_from(config.work()).unwrap_or(usize::MAX), shift.eta());
    let problem = Problem { config, chain, shift, engine: &engine, context };
    let Outcome { finding, wall_seconds, report, origin } = panels::run(&problem).await?;
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
pub(crate) fn double_precision(reason: &str) -> BackendReport {
    BackendReport { backend: Backend::F64, adapter: None, reason: reason.into() }
}

impl Problem<'_> {
    /// Reports progress and hears a cancel.
    pub(crate) async fn step(&self, done: usize) -> Result<(), StudyError> {
        self.context.step(done as u64, self.config.work()).await
    }
}
