//! Tables as CSV and LaTeX.

mod latex;

use super::comments;

/// A table with a caption, headings, and rows of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The caption, one sentence.
    pub caption: String,
    /// Headings, one per column.
    pub columns: Vec<String>,
    /// Rows with one cell per column. A cell is a number if Rust parses it, also with a typographic minus sign (−).
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// Writes comma-separated values as in RFC 4180: headings first, lines ended by CR LF. Typographic minus signs
    /// become hyphens. The caption is left out, because the format has no place for it.
    ///
    /// RFC 4180 has no comments, so a manifest follows the rows, in lines that begin with `#`.
    pub fn csv(&self, manifest: Option<&str>) -> String {
        let record = |cells: &Vec<String>| cells.iter().map(|cell| field(cell)).collect::<Vec<_>>().join(",");
        let rows = [&self.columns].into_iter().chain(&self.rows).map(|cells| record(cells) + "\r\n");
        let manifest = manifest.map(|json| comments::write(json, comments::HASH));
        rows.chain(manifest).collect()
    }

    /// Writes a LaTeX `table` with rules of the package booktabs; columns of numbers are right-aligned. A manifest
    /// follows in comments.
    pub fn latex(&self, manifest: Option<&str>) -> String {
        let manifest = manifest.map(|json| comments::write(json, comments::PERCENT));
        latex::table(self) + &manifest.unwrap_or_default()
    }
}

/// Writes a cell as a field, quoted where necessary.
fn field(cell: &str) -> String {
    if let Some(number) = number(cell) {
        return number;
    }
    if cell.contains(['"', ',', '\r', '\n']) || cell.trim() != cell {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell.into()
    }
}

/// Returns the cell as a number with an ASCII minus sign, if it is a number.
fn number(cell: &str) -> Option<String> {
    let plain = cell.replace('−', "-");
    let number = plain.ends_with(|last: char| last.is_ascii_digit()) && plain.parse::<f64>().is_ok();
    number.then_some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_quoted_where_they_have_to_be() {
        for (cell, expected) in [
            ("plain", "plain"),
            ("−1.5", "-1.5"),
            ("-2e−3", "-2e-3"),
            ("a − b", "a − b"),
            ("a,b", "\"a,b\""),
            ("say \"so\"", "\"say \"\"so\"\"\""),
            ("two\nlines", "\"two\nlines\""),
            (" apart", "\" apart\""),
            ("", ""),
        ] {
            assert_eq!(field(cell), expected);
        }
    }
}
