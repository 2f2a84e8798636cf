//! The dynamic efficiency study: the published simulation, which is all that was published.

use super::StudyError;
use crate::published::efficiency::simulate;
use crate::record::efficiency::{Config, Efficiency};
use crate::record::{Manifest, Provenance};

/// Runs the published simulation. Nothing of the machine enters the record, so that the same config gives
/// the same bytes everywhere.
pub fn run(config: &Config) -> Result<Efficiency, StudyError> {
    config.check()?;
    Ok(Efficiency {
        provenance: Provenance::PublishedSimulation,
        manifest: Manifest::new(
            vec![],
            "The published formula plus noise, recomputed; no model was trained and no operation counted.",
        ),
        config: Some(config.clone()),
        series: simulate(config),
    })
}
