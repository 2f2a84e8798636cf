//! A record as text for the terminal.

use super::record::Resolvent;
use super::speed::record::Speed;
use crate::kit::command::report::{DIGITS, grid, heading};
use crate::kit::record::table::Grid;
use std::fmt::Write;

/// The record of a resolvent study as columns of text.
pub(crate) fn panel(record: &Resolvent) -> String {
    let numbers = record.finding.numbers();
    let rows = (0..numbers.rows()).map(|row| numbers.row(row, DIGITS)).collect();
    let mut text = heading(record.config.panel.title(), record.provenance, &record.manifest);
    let facts = numbers.facts();
    let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0);
    for (name, value) in facts {
        let _ = writeln!(text, "{name:<width$}  {value}");
    }
    text.push('\n');
    text + &grid(&Grid { heading: numbers.caption().into(), columns: numbers.headings(), rows, omitted: 0 })
}

/// The record of a measurement of speed as text.
pub(crate) fn speed(record: &Speed) -> String {
    heading(Speed::TITLE, record.provenance, &record.manifest) + "\n" + &grid(&record.table())
}
