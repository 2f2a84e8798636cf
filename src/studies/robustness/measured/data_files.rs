//! The data behind a figure as files.

use super::record::Widths;
use crate::kit::data_files::DataFormat;
use crate::kit::record::table::Grid;
use bk_plot::export::Table;

/// Writes the data of measured perplexities against bit width: every point of every model, or the means over seeds.
pub fn write(record: &Widths, format: DataFormat, manifest: &str) -> String {
    let table = |numbers: Grid| {
        let caption = format!("{}: {}. Data: {}.", Widths::TITLE, numbers.heading, record.provenance.label());
        Table { caption, columns: numbers.columns, rows: numbers.rows }
    };
    match format {
        DataFormat::Csv => table(record.values()).csv(Some(manifest)),
        DataFormat::Latex => {
            table(record.points_table()).latex(None)
                + "\n"
                + &table(record.models_table()).latex(Some(manifest))
        }
        DataFormat::Json => manifest.into(),
    }
}
