//! The work of the study: counting.

use crate::kit::browser::Payload;
use crate::kit::context::Context;
use crate::kit::worker::{Perform, Performing, finished, read};

/// Returns what does the task of a name.
pub fn work(task: &str) -> Option<Perform> {
    match task {
        "count" => Some(count),
        _ => None,
    }
}

/// How often published checks hold.
fn count(task: Payload, context: &Context) -> Performing<'_> {
    Box::pin(async move { finished(super::study::run(&read(&task)?, context).await?) })
}
