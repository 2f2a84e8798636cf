//! The work of the study: the published simulation, its evidence and its files, and the runs that are measured here.

use super::measured::worker as measured;
use super::messages::{ExamineLora, ExaminedStudy, PackLora};
use super::published::Evidence;
use super::published::tree::tree;
use super::record::{Config, Study};
use crate::kit::browser::Payload;
use crate::kit::context::Context;
use crate::kit::protocol::{Stopped, WrittenFile};
use crate::kit::record::Document;
use crate::kit::worker::{Perform, Performing, finished, read};
use bk_plot::export;

/// Returns what does the task of a name.
pub fn work(task: &str) -> Option<Perform> {
    match task {
        "simulate" => Some(simulate),
        "examine" => Some(examine),
        "pack" => Some(pack),
        "adapt" => Some(measured::adapt),
        "explain" => Some(measured::explain),
        "pictures" => Some(measured::pictures),
        _ => None,
    }
}

/// The published simulation of quantized LoRA.
fn simulate(task: Payload, _: &Context) -> Performing<'_> {
    Box::pin(async move {
        let config: Config = read(&task)?;
        finished(examined(&super::study::run(&config)?)?)
    })
}

/// What a study of quantized LoRA shows.
fn examine(task: Payload, _: &Context) -> Performing<'_> {
    Box::pin(async move {
        let ExamineLora(study) = read(&task)?;
        finished(examined(&study.open()?)?)
    })
}

/// All files of a study of quantized LoRA.
fn pack(task: Payload, _: &Context) -> Performing<'_> {
    Box::pin(async move {
        let PackLora(study) = read(&task)?;
        let files = tree(&study.open()?)?;
        let files = files.iter().map(|file| (file.path.as_str(), file.text.as_str()));
        finished(WrittenFile {
            bytes: export::zip(files).map_err(|error| Stopped::Failed(error.to_string()))?,
        })
    })
}

/// A study with what can be said of it.
fn examined(study: &Study) -> Result<ExaminedStudy, serde_json::Error> {
    Ok(ExaminedStudy { study: Document::of(study)?, evidence: Evidence::of(study) })
}
