//! How large the code may grow, so that the lab stays something one opens in passing.

use std::fmt;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::files::Files;

/// The page alone, gzipped: at 1.5 MB/s, a middling mobile line, it arrives within half a second, which
/// leaves time to draw the first chart within two.
const PAGE_LIMIT: usize = 600_000;

/// Page and worker together, gzipped: a second on the same line, before the first result of one's own.
const TOTAL_LIMIT: usize = 1_500_000;

/// The code has outgrown its budget.
#[derive(Debug, thiserror::Error)]
#[error(
    "The code of the {part} is {} gzipped, and the limit is {}. Look for the dependency that grew it \
     (`cargo tree --features web --target wasm32-unknown-unknown`), or move work from the page to the worker.",
    kilobytes(*size), kilobytes(*limit)
)]
pub struct BudgetError {
    part: &'static str,
    size: usize,
    limit: usize,
}

/// Bytes of code as built and as they travel.
#[derive(Clone, Copy)]
struct Size {
    raw: usize,
    gzipped: usize,
}

impl Size {
    fn of(files: &Files) -> Self {
        files.values().fold(Self { raw: 0, gzipped: 0 }, |sum, contents| Self {
            raw: sum.raw + contents.len(),
            gzipped: sum.gzipped + gzipped(contents),
        })
    }

    fn plus(self, other: Self) -> Self {
        Self { raw: self.raw + other.raw, gzipped: self.gzipped + other.gzipped }
    }
}

/// The sizes of the two programs.
pub struct Sizes {
    page: Size,
    worker: Size,
}

impl Sizes {
    /// Weighs the code, each file compressed on its own as a web server does.
    pub fn of(page: &Files, worker: &Files) -> Self {
        Self { page: Size::of(page), worker: Size::of(worker) }
    }

    /// Fails when the code has outgrown its budget.
    pub fn check(&self) -> Result<(), BudgetError> {
        let total = self.page.plus(self.worker).gzipped;
        for (part, size, limit) in
            [("page", self.page.gzipped, PAGE_LIMIT), ("page and the worker together", total, TOTAL_LIMIT)]
        {
            if size > limit {
                return Err(BudgetError { part, size, limit });
            }
        }
        Ok(())
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total = self.page.plus(self.worker);
        for (part, size, limit) in [
            ("page", self.page, Some(PAGE_LIMIT)),
            ("worker", self.worker, None),
            ("together", total, Some(TOTAL_LIMIT)),
        ] {
            let (raw, gzipped) = (kilobytes(size.raw), kilobytes(size.gzipped));
            write!(formatter, "  {part:<10}{raw:>11}{gzipped:>11} gzipped")?;
            match limit {
                Some(limit) => writeln!(formatter, " (limit {})", kilobytes(limit))?,
                None => writeln!(formatter)?,
            }
        }
        Ok(())
    }
}

/// The level of compression that web servers use.
fn gzipped(contents: &[u8]) -> usize {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    // Writing to memory does not fail; if it ever did, the uncompressed size is the safe answer.
    encoder.write_all(contents).and_then(|()| encoder.finish()).map_or(contents.len(), |bytes| bytes.len())
}

fn kilobytes(bytes: usize) -> String {
    format!("{:.1} kB", bytes as f64 / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sizes(page: usize, worker: usize) -> Sizes {
        let size = |gzipped| Size { raw: 3 * gzipped, gzipped };
        Sizes { page: size(page), worker: size(worker) }
    }

    #[test]
    fn the_limits_themselves_are_allowed() {
        assert!(sizes(PAGE_LIMIT, TOTAL_LIMIT - PAGE_LIMIT).check().is_ok());
    }

    #[test]
    fn a_large_page_and_a_large_whole_are_refused() {
        let error = sizes(PAGE_LIMIT + 100, 0).check().unwrap_err().to_string();
        assert!(
            error.starts_with("The code of the page is 600.1 kB gzipped, and the limit is 600.0 kB."),
            "{error}"
        );
        let error = sizes(PAGE_LIMIT, TOTAL_LIMIT).check().unwrap_err().to_string();
        assert!(error.starts_with("The code of the page and the worker together is 2100.0 kB"), "{error}");
    }

    #[test]
    fn repetition_compresses() {
        let size = Size::of(&Files::from([("app.js".to_owned(), vec![7; 100_000])]));
        assert_eq!(size.raw, 100_000);
        assert!(size.gzipped < 1000, "{}", size.gzipped);
    }
}
