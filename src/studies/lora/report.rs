//! Records as text for the terminal.

use super::measured::record::{Adaptation, Arm, Run};
use super::published::Evidence;
use super::published::measured::beside;
use super::record::Study;
use crate::kit::command::report::{claims, grid, heading};
use std::fmt::Write;

/// The record of a study of quantized LoRA as text: what was claimed, then its tables.
pub(crate) fn study(study: &Study) -> String {
    let evidence = Evidence::of(study);
    let title = format!("Quantized LoRA: study of {} experiments", study.experiments.len());
    let mut text = heading(&title, study.provenance, &study.manifest);
    evidence.tables.iter().for_each(|table| text += &format!("\n{}", grid(&table.grid)));
    text + &claims(evidence.claims)
}

/// A run of quantized LoRA in a line.
pub(crate) fn run(run: &Run) -> String {
    let Arm { size, task, rank, storage, seed } = run.arm;
    format!(
        "{} on {}, rank {rank}, {}, seed {seed}: {:.1} % of {} images after {} steps{}",
        size.label(),
        task.label(),
        storage.label(),
        100.0 * run.held_out.accuracy(),
        run.held_out.images(),
        run.trajectory.losses.len(),
        if run.trajectory.stopped_early { ", ended early" } else { "" },
    )
}

/// The record of quantized LoRA as it was really run as text.
pub(crate) fn measured(record: &Adaptation) -> String {
    let mut text = heading(&record.title(), record.provenance, &record.manifest);
    record.sentences().iter().for_each(|sentence| text += &format!("\n{sentence}"));
    text.push('\n');
    for numbers in [record.accuracy_table(), record.cost_table(), beside(record)] {
        let _ = write!(text, "\n{}", grid(&numbers));
    }
    text
}
