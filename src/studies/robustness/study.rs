//! The quantization robustness study: the published simulation, which is all that was published.

use super::published::simulate;
use super::record::{Config, Robustness};
use crate::kit::context::StudyError;
use crate::kit::record::{Manifest, Provenance};

/// Runs the published simulation. Nothing about the machine enters the record, so the same config gives the same bytes
/// everywhere.
pub fn run(config: &Config) -> Result<Robustness, StudyError> {
    config.check()?;
    Ok(Robustness {
        provenance: Provenance::PublishedSimulation,
        manifest: Manifest::new(
            vec![],
            "The published formula plus noise, recomputed; no model was trained or quantized.",
        ),
        config: Some(config.clone()),
        series: simulate(config),
    })
}
