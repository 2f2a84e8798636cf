//! Records as text for the terminal.

use super::leak::Leak;
use super::mixed_precision::record::{Mixed, comparison_table};
use super::prediction::Prediction;
use super::record::LanguageModel;
use crate::kit::command::report::{grid, heading, plain};
use bk_models::causality::Causality;
use std::fmt::Write;

/// The record of a language model as text.
pub(crate) fn language_model(record: &LanguageModel) -> String {
    let mut text = heading(&record.title(), record.provenance, &record.manifest);
    let _ = writeln!(
        text,
        "{}; {} operations a token, {} a step of training",
        record.storage(),
        record.flops_a_token,
        record.flops_a_step
    );
    let _ = write!(text, "\n{}", grid(&record.table()));
    record.warnings().iter().for_each(|warning| {
        let _ = write!(text, "\n{}\n", plain(warning));
    });
    text
}

/// What a model expects as text.
pub(crate) fn prediction(record: &Prediction) -> String {
    heading(&record.title(), record.provenance, &record.manifest) + "\n" + &grid(&record.table())
}

/// Whether a model sees the future, as text.
pub(crate) fn causality(found: &Causality) -> String {
    let verdict = if found.holds() { "sees the past alone" } else { "sees the future" };
    let leak = found.largest_leak();
    format!(
        "The model {verdict}: of {} changed tokens, none moves an earlier logit by more than {leak:.1e}.\n",
        found.changed.len()
    )
}

/// The demonstration of the leak as text.
pub(crate) fn leak(found: &Leak) -> String {
    let LanguageModel { provenance, manifest, .. } = &found.two_sided;
    heading(Leak::TITLE, *provenance, manifest) + "\n" + &grid(&found.table())
}

/// The record of a study of mixed precision as text.
pub(crate) fn mixed(record: &Mixed) -> String {
    let mut text = heading(&record.title(), record.provenance, &record.manifest);
    let points = (!record.points.is_empty()).then(|| record.points_table());
    for numbers in record.published_table().into_iter().chain(points).chain([record.layer_table()]) {
        let _ = write!(text, "\n{}", grid(&numbers));
    }
    text
}

/// Mixed precision of several models as text: what they have in common.
pub(crate) fn mixed_models(records: &[Mixed]) -> String {
    grid(&comparison_table(records)) + "\n"
}
