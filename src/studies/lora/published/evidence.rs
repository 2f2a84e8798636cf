//! Everything that a study of quantized LoRA shows beside its results: claims, tables, contradictions, true sizes.

use super::claims;
use super::contradiction::contradictions;
use super::demonstration::beside;
use super::size::Sizes;
use super::tables::{Explained, explained};
use crate::kit::claims::Claim;
use crate::studies::lora::record::Study;
use serde::{Deserialize, Serialize};

/// Findings about a study, computed from its results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The published claims, tested on the results.
    pub claims: Vec<Claim>,
    /// Tables, each with an explanation.
    pub tables: Vec<Explained>,
    /// The contradictions in each experiment, as sentences.
    pub contradictions: Vec<Vec<String>>,
    /// True bytes that each experiment stores: weights, scales, and adapters; `None` for unknown models.
    pub stored: Vec<Option<u64>>,
}

impl Evidence {
    /// Computes the evidence of a study.
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
