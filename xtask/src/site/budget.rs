//! How large the code may grow, so that the lab stays something one opens in passing.

use std::collections::BTreeMap;
use std::fmt;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::files::Files;
use super::program::Parts;

/// What opens first and any one room, gzipped: at 1.5 MB/s, a middling mobile line, it arrives within half a
/// second, which leaves time to draw the first chart within two.
const PAGE_LIMIT: usize = 600_000;

/// The same and the worker, gzipped: a second on the same line, before the first result of one's own.
const TOTAL_LIMIT: usize = 1_500_000;

/// The code has outgrown its budget.
#[derive(Debug, thiserror::Error)]
#[error(
    "The code of the {part} is {} gzipped, and the limit is {}. Look for the dependency that grew it \
     (`cargo tree --features web --target wasm32-unknown-unknown`), or move work from the page to the worker.",
    kilobytes(*size), kilobytes(*limit)
)]
pub struct BudgetError {
    part: String,
    size: usize,
    limit: usize,
}

/// Bytes of code as built and as they travel.
#[derive(Clone, Copy, Default)]
struct Size {
    raw: usize,
    gzipped: usize,
}

impl Size {
    fn of(contents: &[u8]) -> Self {
        Self { raw: contents.len(), gzipped: gzipped(contents) }
    }

    fn plus(self, other: Self) -> Self {
        Self { raw: self.raw + other.raw, gzipped: self.gzipped + other.gzipped }
    }
}

/// The sizes of the two programs.
pub struct Sizes {
    /// What the page loads whichever room is opened.
    first: Size,
    /// The files that only some rooms need.
    files: BTreeMap<String, Size>,
    /// Which files a part of the page needs.
    parts: Parts,
    worker: Size,
}

impl Sizes {
    /// Weighs the code, each file compressed on its own as a web server does.
    pub fn of(page: &Files, parts: &Parts, worker: &Files) -> Self {
        let sum = |sum: Size, contents: &Vec<u8>| sum.plus(Size::of(contents));
        let is_first = |name: &String| !parts.values().flatten().any(|file| file == name);
        let (first, later): (Vec<_>, Vec<_>) = page.iter().partition(|(name, _)| is_first(name));
        Self {
            first: first.into_iter().map(|(_, contents)| contents).fold(Size::default(), sum),
            files: later.into_iter().map(|(name, contents)| (name.clone(), Size::of(contents))).collect(),
            parts: parts.clone(),
            worker: worker.values().fold(Size::default(), sum),
        }
    }

    /// What a browser loads to open a room of the largest part, and that part; without parts, the page itself.
    fn page(&self) -> (Size, &str) {
        let with = |files: &Vec<String>| {
            files.iter().filter_map(|file| self.files.get(file)).fold(self.first, |sum, size| sum.plus(*size))
        };
        let parts = self.parts.iter().map(|(part, files)| (with(files), part.as_str()));
        parts.max_by_key(|(size, _)| size.gzipped).unwrap_or((self.first, "no room"))
    }

    /// Fails when the code has outgrown its budget.
    pub fn check(&self) -> Result<(), BudgetError> {
        let (page, part) = self.page();
        let total = page.plus(self.worker).gzipped;
        for (program, size, limit) in
            [("page", page.gzipped, PAGE_LIMIT), ("page and the worker together", total, TOTAL_LIMIT)]
        {
            if size > limit {
                return Err(BudgetError { part: format!("{program}, with {part} open,"), size, limit });
            }
        }
        Ok(())
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (page, part) = self.page();
        let mut line = |name: &str, size: Size, limit: Option<usize>| {
            let (raw, gzipped) = (kilobytes(size.raw), kilobytes(size.gzipped));
            write!(formatter, "  {name:<27}{raw:>11}{gzipped:>11} gzipped")?;
            match limit {
                Some(limit) => writeln!(formatter, " (limit {})", kilobytes(limit)),
                None => writeln!(formatter),
            }
        };
        line("opens first", self.first, None)?;
        for (name, size) in &self.files {
            line(name, *size, None)?;
        }
        line(&format!("page, with {part} open"), page, Some(PAGE_LIMIT))?;
        line("worker", self.worker, None)?;
        line("together", page.plus(self.worker), Some(TOTAL_LIMIT))
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

    fn size(gzipped: usize) -> Size {
        Size { raw: 3 * gzipped, gzipped }
    }

    fn named(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    /// A page of one part, which weighs nothing.
    fn sizes(page: usize, worker: usize) -> Sizes {
        let parts = Parts::from([("files".to_owned(), vec![])]);
        Sizes { first: size(page), files: BTreeMap::new(), parts, worker: size(worker) }
    }

    #[test]
    fn the_limits_themselves_are_allowed() {
        assert!(sizes(PAGE_LIMIT, TOTAL_LIMIT - PAGE_LIMIT).check().is_ok());
    }

    #[test]
    fn a_large_page_and_a_large_whole_are_refused() {
        let error = sizes(PAGE_LIMIT + 100, 0).check().unwrap_err().to_string();
        assert!(
            error.starts_with(
                "The code of the page, with files open, is 600.1 kB gzipped, and the limit is 600.0 kB."
            ),
            "{error}"
        );
        let error = sizes(PAGE_LIMIT, TOTAL_LIMIT).check().unwrap_err().to_string();
        assert!(
            error.starts_with("The code of the page and the worker together, with files open, is 2100.0 kB"),
            "{error}"
        );
    }

    #[test]
    fn the_largest_part_counts_with_what_it_shares() {
        let files = [("chunk_1.wasm", 50), ("split_a.wasm", 100), ("split_b.wasm", 120)];
        let sizes = Sizes {
            first: size(1000),
            files: files.map(|(name, gzipped)| (name.to_owned(), size(gzipped))).into(),
            parts: Parts::from([
                ("a".to_owned(), named(&["chunk_1.wasm", "split_a.wasm"])),
                ("b".to_owned(), named(&["split_b.wasm"])),
            ]),
            worker: size(0),
        };
        let (page, part) = sizes.page();
        assert_eq!((page.gzipped, part), (1150, "a"));
        let printed = sizes.to_string();
        for (name, _) in files {
            assert!(printed.contains(name), "{printed}");
        }
    }

    #[test]
    fn what_no_part_names_opens_first() {
        let page = ["app.js", "split_a.wasm"].map(|name| (name.to_owned(), vec![7; 1000])).into();
        let parts = Parts::from([("a".to_owned(), named(&["split_a.wasm"]))]);
        let sizes = Sizes::of(&page, &parts, &Files::new());
        assert_eq!(sizes.first.raw, 1000);
        assert_eq!(sizes.page().0.raw, 2000);
    }

    #[test]
    fn repetition_compresses() {
        let size = Size::of(&[7; 100_000]);
        assert_eq!(size.raw, 100_000);
        assert!(size.gzipped < 1000, "{}", size.gzipped);
    }
}
