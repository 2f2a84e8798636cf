//! The data behind a figure as files: every value for programs, the numbers in print for a paper, and the JSON
//! that shows the figure again.

use super::claims::PublishedFigure;
use bk_plot::export::Table;

/// What a figure's data can be written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DataFormat {
    /// Every run with all its digits, for spreadsheets and programs.
    Csv,
    /// The numbers as a paper prints them, a table for each record.
    Latex,
    /// The manifest itself.
    Json,
}

impl DataFormat {
    /// All of them.
    pub const ALL: [DataFormat; 3] = [DataFormat::Csv, DataFormat::Latex, DataFormat::Json];

    /// How a file's name ends, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            DataFormat::Csv => "csv",
            DataFormat::Latex => "tex",
            DataFormat::Json => "json",
        }
    }

    /// The media type (MIME) of the files.
    pub fn media_type(self) -> &'static str {
        match self {
            DataFormat::Csv => "text/csv",
            DataFormat::Latex => "application/x-tex",
            DataFormat::Json => "application/json",
        }
    }
}

/// Writes the data of the records that a figure shows. Every row and every caption says where its numbers come
/// from, and the manifest goes into the file.
pub fn write<Figure: PublishedFigure>(records: &[&Figure], format: DataFormat, manifest: &str) -> String {
    match format {
        DataFormat::Csv => every_value(records).csv(Some(manifest)),
        DataFormat::Latex => {
            let mut tables: Vec<String> =
                records.iter().map(|&record| in_print(record).latex(None)).collect();
            if let (Some(last), Some(&record)) = (tables.last_mut(), records.last()) {
                *last = in_print(record).latex(Some(manifest));
            }
            tables.join("\n")
        }
        DataFormat::Json => manifest.into(),
    }
}

/// All runs of all records, each row with its origin.
fn every_value<Figure: PublishedFigure>(records: &[&Figure]) -> Table {
    let mut table = Table { caption: Figure::TITLE.into(), columns: vec![], rows: vec![] };
    for record in records {
        let values = record.values();
        let origin = [record.provenance().label().to_owned(), record.manifest().files.join("; ")];
        table.columns = ["Data".to_owned(), "Files".into()].into_iter().chain(values.columns).collect();
        let rows = values.rows.into_iter().map(|row| origin.iter().cloned().chain(row).collect());
        table.rows.extend(rows);
    }
    table
}

/// The numbers of a record, rounded as the page shows them.
fn in_print<Figure: PublishedFigure>(record: &Figure) -> Table {
    let numbers = record.numbers();
    let files = &record.manifest().files;
    let files = if files.is_empty() { String::new() } else { format!(" ({})", files.join(", ")) };
    let caption =
        format!("{}: {}. Data: {}{files}.", Figure::TITLE, numbers.heading, record.provenance().label());
    Table { caption, columns: numbers.columns, rows: numbers.rows }
}
