//! The data behind a figure as files.

use super::record::Ladder;
use crate::kit::data_files::DataFormat;
use crate::kit::record::table::Grid;
use bk_plot::export::Table;

/// Writes the data of a ladder: the costs of every model, or every step of each where losses are shown.
pub fn write(record: &Ladder, of_lengths: bool, format: DataFormat, manifest: &str) -> String {
    let table = |numbers: Grid| {
        let caption = format!("{}: {}. Data: {}.", Ladder::TITLE, numbers.heading, record.provenance.label());
        Table { caption, columns: numbers.columns, rows: numbers.rows }
    };
    let (values, in_print) = match of_lengths {
        true => (record.steps(), record.stability_table()),
        false => (record.values(), record.costs_table()),
    };
    match format {
        DataFormat::Csv => table(values).csv(Some(manifest)),
        DataFormat::Latex => table(in_print).latex(Some(manifest)),
        DataFormat::Json => manifest.into(),
    }
}
