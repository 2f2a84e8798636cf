//! The work of the study: its published simulation.

use crate::kit::browser::Payload;
use crate::kit::context::Context;
use crate::kit::worker::{Perform, Performing, finished, read};

/// Returns what does the task of a name.
pub fn work(task: &str) -> Option<Perform> {
    match task {
        "simulate" => Some(simulate),
        _ => None,
    }
}

/// The published simulation of stability.
fn simulate(task: Payload, _: &Context) -> Performing<'_> {
    Box::pin(async move { finished(super::study::run(&read(&task)?)?) })
}
