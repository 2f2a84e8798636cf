//! The published study of quantized LoRA: its simulation, which is all that was published.

use super::published::simulate;
use super::record::{Config, Stated, Study};
use crate::kit::context::StudyError;
use crate::kit::record::{Manifest, Provenance};

/// Runs the published simulation. No clock enters the record, so the same config gives the same bytes everywhere.
pub fn run(config: &Config) -> Result<Study, StudyError> {
    config.check()?;
    let origin = format!(
        "The published simulation with Python's random seeded by {}: every result is drawn around chosen values; no model was trained or quantized.",
        config.seed
    );
    Ok(Study {
        provenance: Provenance::PublishedSimulation,
        manifest: Manifest::new(vec![], origin),
        config: config.clone(),
        experiments: simulate(config),
        stated: Stated::default(),
    })
}
