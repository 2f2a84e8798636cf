//! The work of the study: one core, and all modes over seeds.

use super::messages::Quantization;
use super::record::ComparisonConfig;
use crate::kit::browser::Payload;
use crate::kit::context::Context;
use crate::kit::worker::{Perform, Performing, finished, read};

/// Returns what does the task of a name.
pub fn work(task: &str) -> Option<Perform> {
    match task {
        "core" => Some(core),
        "compare" => Some(compare),
        _ => None,
    }
}

/// A quantized core: goes on with a training run, if one is given, up to a step.
fn core(task: Payload, context: &Context) -> Performing<'_> {
    Box::pin(async move {
        let Quantization { config, training, until } = read(&task)?;
        finished(super::study::run(&config, training, until, context).await?)
    })
}

/// All modes of the core over seeds.
fn compare(task: Payload, context: &Context) -> Performing<'_> {
    Box::pin(async move {
        let config: ComparisonConfig = read(&task)?;
        finished(super::study::compare(&config, context).await?)
    })
}
