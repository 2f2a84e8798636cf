//! Several configs computed one after another, each shown as it arrives.

use crate::kit::page::state::Lab;
use crate::studies::quantization::messages::Quantization;
use crate::studies::quantization::record::{Config, Quantize};
use leptos::prelude::*;
use std::sync::Arc;

/// A list of configs under way, and what has come of it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Series {
    /// Name and record of every config done.
    pub(crate) done: RwSignal<Vec<(String, Arc<Quantize>)>>,
    waiting: RwSignal<Vec<(String, Config)>>,
    pub(crate) running: RwSignal<bool>,
}

impl Series {
    /// Computes a list from its beginning.
    pub(crate) fn start(self, lab: Lab, mut configs: Vec<(String, Config)>) {
        configs.reverse();
        self.done.set(vec![]);
        self.waiting.set(configs);
        if !self.running.get_untracked() {
            self.next(lab);
        }
    }

    /// Leaves what is not yet done.
    pub(crate) fn stop(self) {
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
