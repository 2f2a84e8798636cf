//! Tables: what a file holds that is no figure's data, and the numbers behind a figure, as text.

use super::{Manifest, Provenance};
use serde::{Deserialize, Serialize};

/// Text in columns.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Grid {
    /// What the rows are, in a few words. May come from a file: never trusted as markup, like every text
    /// here.
    pub heading: String,
    /// Headings, one a column.
    pub columns: Vec<String>,
    /// Rows, each with as many cells as there are columns. A cell without a value is empty.
    pub rows: Vec<Vec<String>>,
    /// Rows that the file has beyond these.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub omitted: u64,
}

fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// A value as the text of a cell; a dash where there is none.
pub fn cell<Value>(value: Option<Value>, show: impl FnOnce(Value) -> String) -> String {
    value.map_or_else(|| "–".into(), show)
}

/// A value as a cell that programs read: all its digits, and nothing where there is none.
pub fn exact<Value: ToString>(value: Option<Value>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// A result file that is no figure's data.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// Where the numbers come from.
    pub provenance: Provenance,
    /// How the record was made.
    pub manifest: Manifest,
    /// What the file is.
    pub title: String,
    /// Its content: single values first, then its lists.
    pub grids: Vec<Grid>,
}
