//! Several configs computed one after another, each shown as it arrives.

use crate::lab::page::state::Lab;
use crate::lab::protocol::Quantization;
use crate::record::quantize::{Config, Quantize};
use leptos::prelude::*;
use std::sync::Arc;

/// A list of configs under way, and what has come of it.
#[derive(Clone, Copy, Default)]
pub(super) struct Series {
    /// Name and record of every config done.
    pub(super) done: RwSignal<Vec<(String, Arc<Quantize>)>>,
    waiting: RwSignal<Vec<(String, Config)>>,
    pub(super) running: RwSignal<bool>,
}

impl Series {
    /// Computes a list from its beginning.
    pub(super) fn start(self, lab: Lab, mut configs: Vec<(String, Config)>) {
        configs.reverse();
        self.done.set(vec![]);
        self.waiting.set(configs);
        if !self.running.get_untracked() {
            self.next(lab);
        }
    }

    /// Leaves what is not yet done.
    pub(super) fn stop(self) {
        self.waiting.set(vec![]);
    }

    fn next(self, lab: Lab) {
        let Some((name, config)) = self.waiting.try_update(Vec::pop).flatten() else {
            return self.running.set(false);
        };
        self.running.set(true);
        let until = config.steps;
        let task = Quantization { config, training: None, until };
        lab.ask(&task, vec![], move |quantized| {
            match quantized {
                Ok(record) => self.done.update(|done| done.push((name, Arc::new(record)))),
                Err(stopped) => {
                    self.stop();
                    lab.tell(stopped);
                }
            }
            self.next(lab);
        });
    }
}
