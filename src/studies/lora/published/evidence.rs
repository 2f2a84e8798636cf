//! All that a study of quantized LoRA shows beside its results: what was claimed, tables, contradictions, true sizes.

use super::claims;
use super::contradiction::contradictions;
use super::demonstration::beside;
use super::size::Sizes;
use super::tables::{Explained, explained};
use crate::kit::claims::Claim;
use crate::studies::lora::record::Study;
use serde::{Deserialize, Serialize};

/// What can be said of a study by looking at its results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// What was claimed, against the results.
    pub claims: Vec<Claim>,
    /// Tables, each with what it says.
    pub tables: Vec<Explained>,
    /// What cannot be true in each experiment, in sentences.
    pub contradictions: Vec<Vec<String>>,
    /// Bytes of what each experiment stores in truth: weights, scales and adapters; `None` for unknown models.
    pub stored: Vec<Option<u64>>,
}

impl Evidence {
    /// The evidence of a study.
    pub fn of(study: &Study) -> Self {
        let mut sizes = Sizes::default();
        let runs = &study.experiments;
        let found = |run| contradictions(run, &mut sizes).into_iter().map(|found| found.sentence).collect();
        let contradictions = runs.iter().map(found).collect();
        let first = Explained {
            grid: beside(runs),
            explanation: "The published numbers come back to the last digit from the six results that were published with them; but where all six are labelled stable, the study's own formula says so of two. The published program sets no seed, and of the seeds 0 to 999,999 none gives the first published draw: what is simulated here is another run.".into(),
        };
        Evidence {
            claims: claims(study),
            tables: [vec![first], explained(study)].concat(),
            contradictions,
            stored: runs.iter().map(|run| sizes.stored(&run.config)).collect(),
        }
    }
}
