//! A record as text for the terminal.

use super::claims::findings;
use super::record::Widths;
use crate::kit::command::report::{cautions, grid, heading, statements};
use std::fmt::Write;

/// The record of measured perplexities as text.
pub(crate) fn bit_widths(record: &Widths) -> String {
    let mut text = heading(Widths::TITLE, record.provenance, &record.manifest);
    let places = Some(record.places_table()).filter(|table| !table.rows.is_empty());
    let tuned = Some(record.tuned_table()).filter(|table| !table.rows.is_empty());
    let lengths = Some(record.lengths_table()).filter(|table| !table.rows.is_empty());
    let tables = [record.points_table()].into_iter().chain(places).chain(lengths).chain(tuned);
    for numbers in tables.chain([record.leak_table(), record.models_table()]) {
        let _ = write!(text, "\n{}", grid(&numbers));
    }
    text + &statements(findings(record), ", one of the six checks") + &cautions(&record.warnings())
}
