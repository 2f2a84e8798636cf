//! The comparison of modes over seeds: asked for, watched, stopped, or opened from a file.

use crate::lab::page::state::{Lab, Tone};
use crate::lab::protocol::{Answer, RequestId, Task};
use crate::record::Record;
use crate::record::quantize::{ComparisonConfig, ModeComparison};
use crate::study::Progress;
use leptos::prelude::*;
use std::sync::Arc;

/// The comparison that is shown, and the one under way.
#[derive(Clone, Copy, Default)]
pub(super) struct Modes {
    /// What is shown.
    pub(super) record: RwSignal<Option<Arc<ModeComparison>>>,
    /// The request under way.
    pub(super) asked: RwSignal<Option<RequestId>>,
    /// How far that has come.
    pub(super) progress: RwSignal<Option<Progress>>,
}

impl Modes {
    /// Asks for a comparison; what is shown stays until it has come.
    pub(super) fn ask(self, lab: Lab, config: ComparisonConfig) {
        let id = lab.ask(Task::CompareModes(config), vec![], move |answer| {
            match answer {
                Answer::Ready => return,
                Answer::Progress(progress) => return self.progress.set(Some(progress)),
                Answer::Records { records, .. } => {
                    if let Some(Record::ModeComparison(record)) = records.into_iter().next() {
                        self.record.set(Some(Arc::from(record)));
                    }
                }
                Answer::Failed(sentence) => lab.notify(Tone::Trouble, sentence),
                Answer::Cancelled | Answer::Potential { .. } | Answer::File { .. } | Answer::Lora { .. } => {}
            }
            self.asked.set(None);
            self.progress.set(None);
        });
        self.asked.set(Some(id));
    }

    /// Stops what is under way.
    pub(super) fn stop(self, lab: Lab) {
        if let Some(id) = self.asked.get_untracked() {
            lab.cancel(id);
        }
    }
}
