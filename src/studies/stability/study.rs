//! The long-context stability study: the published simulation, which is all that was published.

use super::published::simulate;
use super::record::{Config, Stability};
use crate::kit::context::StudyError;
use crate::kit::record::{Manifest, Provenance};

/// Runs the published simulation. Nothing about the machine enters the record, so the same config gives the same bytes
/// everywhere.
pub fn run(config: &Config) -> Result<Stability, StudyError> {
    config.check()?;
    Ok(Stability {
        provenance: Provenance::PublishedSimulation,
        manifest: Manifest::new(
            vec![],
            "The published curves plus noise, recomputed; no model was trained, and which diverge was decided beforehand.",
        ),
        config: Some(config.clone()),
        series: simulate(config),
    })
}
