//! The comparison of modes over seeds: asked for, watched, stopped, or opened from a file.

use crate::kit::context::Progress;
use crate::kit::page::state::Lab;
use crate::kit::protocol::RequestId;
use crate::studies::quantization::record::{ComparisonConfig, ModeComparison};
use leptos::prelude::*;
use std::sync::Arc;

/// The comparison that is shown, and the one under way.
#[derive(Clone, Copy, Default)]
pub(crate) struct Modes {
    /// What is shown.
    pub(crate) record: RwSignal<Option<Arc<ModeComparison>>>,
    /// The request under way.
    pub(crate) asked: RwSignal<Option<RequestId>>,
    /// How far that has come.
    pub(crate) progress: RwSignal<Option<Progress>>,
}

impl Modes {
    /// Asks for a comparison; what is shown stays until it has come.
    pub(crate) fn ask(self, lab: Lab, config: ComparisonConfig) {
        let watch = move |progress| self.progress.set(Some(progress));
        let id = lab.ask_and_watch(&config, vec![], watch, move |compared| {
            match compared {
                Ok(record) => self.record.set(Some(Arc::new(record))),
                Err(stopped) => lab.tell(stopped),
            }
            self.asked.set(None);
            self.progress.set(None);
        });
        self.asked.set(Some(id));
    }

    /// Stops what is under way.
    pub(crate) fn stop(self, lab: Lab) {
        if let Some(id) = self.asked.get_untracked() {
            lab.cancel(id);
        }
    }
}
