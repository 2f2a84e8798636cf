//! Any record as text for the terminal.

use super::published_figure::fragility;
use super::record::Record;
use super::{language_models, lora, quantization, resolvent, robustness, scaling};
use crate::kit::command::report;

impl Record {
    /// Returns the record as text: its numbers, the checks, the claims.
    pub(crate) fn report(&self) -> String {
        match self {
            Record::Robustness(record) => report::figure(record),
            Record::Efficiency(record) => report::figure(record),
            Record::Stability(record) => report::figure(record),
            Record::Fragility(record) => fragility::report::count(record),
            Record::Resolvent(record) => resolvent::report::panel(record),
            Record::Quantize(record) => quantization::report::core(record),
            Record::ModeComparison(record) => quantization::report::mode_comparison(record),
            Record::Speed(record) => resolvent::report::speed(record),
            Record::LanguageModel(record) => language_models::report::language_model(record),
            Record::Mixed(record) => language_models::report::mixed(record),
            Record::Widths(record) => robustness::measured::report::bit_widths(record),
            Record::Ladder(record) => scaling::report::sweep(record),
            Record::Lora(record) => lora::report::study(record),
            Record::Adaptation(record) => lora::report::measured(record),
            Record::Table(record) => {
                let mut text = report::heading(&record.title, record.provenance, &record.manifest);
                record.grids.iter().for_each(|part| text += &format!("\n{}", report::grid(part)));
                text
            }
        }
    }
}
