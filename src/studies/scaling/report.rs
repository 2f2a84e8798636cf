//! A record as text for the terminal.

use super::record::Ladder;
use crate::kit::command::report::{cautions, grid, heading, statements};
use crate::studies::{efficiency, stability};
use std::fmt::Write;

/// The record of a ladder as text.
pub(crate) fn sweep(record: &Ladder) -> String {
    let mut text = heading(Ladder::TITLE, record.provenance, &record.manifest);
    let tables =
        [record.costs_table(), record.exits_table(), record.sparsity_table(), record.stability_table()];
    for numbers in tables.iter().filter(|table| !table.rows.is_empty()) {
        let _ = write!(text, "\n{}", grid(numbers));
    }
    // As in the rooms: several contexts are trained for their losses, one for what models cost.
    let found = match record.config.contexts.len() {
        1 => efficiency::measured::findings(record),
        _ => stability::measured::findings(record),
    };
    text + &statements(found, ", one of the published checks") + &cautions(&record.warnings())
}
