//! The long-context stability study: the published simulation, which is all that was published.

use super::StudyError;
use crate::published::stability::simulate;
use crate::record::stability::{Config, Stability};
use crate::record::{Manifest, Provenance};

/// Runs the published simulation. Nothing of the machine enters the record, so that the same config gives
/// the same bytes everywhere.
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
