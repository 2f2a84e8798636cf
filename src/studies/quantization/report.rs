//! Records as text for the terminal.

use super::published;
use super::record::{ModeComparison, Quantize};
use crate::kit::command::report::{claims, grid, heading};
use std::fmt::Write;

/// The record of a quantized core as text.
pub(crate) fn core(record: &Quantize) -> String {
    let mut text = heading(&record.title(), record.provenance, &record.manifest);
    for numbers in [record.error_table(), record.byte_table()] {
        let _ = write!(text, "\n{}", grid(&numbers));
    }
    text
}

/// The record of a comparison of modes as text.
pub(crate) fn mode_comparison(record: &ModeComparison) -> String {
    let mut text = heading(ModeComparison::TITLE, record.provenance, &record.manifest);
    for numbers in [record.error_table(), record.ratio_table()] {
        let _ = write!(text, "\n{}", grid(&numbers));
    }
    text + &claims(published::claims(record))
}
