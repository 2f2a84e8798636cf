//! Tables for the spreadsheet and the paper.

mod latex;

use super::comments;

/// A table of a caption, headings and rows of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// What it shows, in one sentence.
    pub caption: String,
    /// Headings, one a column.
    pub columns: Vec<String>,
    /// Rows with a cell a column. A number is one that Rust reads, or with the minus sign of print (−).
    pub rows: Vec<Vec<String>>,
}

impl Table {
    /// Comma-separated values as RFC 4180 has them: headings first, lines ended by CR LF. Minus signs of
    /// print become those that programs read. The caption is left out, for the format has no place for it.
    ///
    /// RFC 4180 knows no comments, so a manifest stands where it disturbs least: after the rows, in lines that
    /// begin with `#`.
    pub fn csv(&self, manifest: Option<&str>) -> String {
        let record = |cells: &Vec<String>| cells.iter().map(|cell| field(cell)).collect::<Vec<_>>().join(",");
        let rows = [&self.columns].into_iter().chain(&self.rows).map(|cells| record(cells) + "\r\n");
        let manifest = manifest.map(|json| comments::write(json, comments::HASH));
        rows.chain(manifest).collect()
    }

    /// A LaTeX `table` with rules of the package booktabs; columns of numbers are set flush right. A manifest
    /// follows in comments.
    pub fn latex(&self, manifest: Option<&str>) -> String {
        let manifest = manifest.map(|json| comments::write(json, comments::PERCENT));
        latex::table(self) + &manifest.unwrap_or_default()
    }
}

/// A cell as a field: quoted where it has to be.
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

/// A cell that is a number, as programs read it.
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
