//! How large the code may grow, so that the lab stays something one opens in passing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::files::Files;
use super::program::Parts;

/// What the page opens with and any one room, gzipped: at 1.5 MB/s, a middling mobile line, it arrives within
/// half a second, which leaves time to draw the first chart within two.
const PAGE_LIMIT: usize = 600_000;

/// The same, and what the worker needs for that room's work, gzipped: a second on the same line, before the first result
/// of one's own.
const TOTAL_LIMIT: usize = 1_500_000;

/// The part of the worker that writes files, and that every room may ask for later.
const FILES: &str = "export";

/// What a room asks for whose work is in what the worker starts with.
const BESIDES: &str = "import";

/// Rooms whose work needs another part of the worker besides their own: what is measured has to be opened before, and models
/// are looked into by a part that nobody needs who only opens them.
const MORE: [(&str, &str); 2] = [("widths", "models"), ("models", "insight")];

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

/// The sizes of a program.
struct Program {
    /// What it loads whichever part is needed.
    first: Size,
    /// The files that only some parts need.
    files: BTreeMap<String, Size>,
    /// Which files a part needs.
    parts: Parts,
}

impl Program {
    /// Weighs a program, each file compressed on its own as a web server does.
    fn of(files: &Files, parts: &Parts) -> Self {
        let is_first = |name: &String| !parts.values().flatten().any(|file| file == name);
        let (first, later): (Vec<_>, Vec<_>) = files.iter().partition(|(name, _)| is_first(name));
        Self {
            first: first.into_iter().fold(Size::default(), |sum, (_, contents)| sum.plus(Size::of(contents))),
            files: later.into_iter().map(|(name, contents)| (name.clone(), Size::of(contents))).collect(),
            parts: parts.clone(),
        }
    }

    /// What a browser loads for some parts; those that there are not weigh nothing.
    fn with(&self, parts: &[&str]) -> Size {
        let files: BTreeSet<&String> =
            parts.iter().filter_map(|part| self.parts.get(*part)).flatten().collect();
        let sizes = files.into_iter().filter_map(|file| self.files.get(file));
        sizes.fold(self.first, |sum, size| sum.plus(*size))
    }
}

/// The sizes of the two programs.
pub struct Sizes {
    page: Program,
    worker: Program,
}

impl Sizes {
    /// Weighs the files of page and worker, of which each part needs some.
    pub fn of(page: (&Files, &Parts), worker: (&Files, &Parts)) -> Self {
        Self { page: Program::of(page.0, page.1), worker: Program::of(worker.0, worker.1) }
    }

    /// What a browser loads of the worker for the work of a room: the part of the room's name.
    fn work_of(&self, room: &str, besides: &[&str]) -> Size {
        let own = if self.worker.parts.contains_key(room) { room } else { BESIDES };
        let more = MORE.into_iter().filter(|(of, _)| *of == room).map(|(_, part)| part);
        self.worker.with(&[own].into_iter().chain(more).chain(besides.iter().copied()).collect::<Vec<_>>())
    }

    /// What weighs most, in words, and what it may weigh: a room alone, with its work, and with its figures as files too.
    fn heaviest(&self) -> [(String, Size, Option<usize>); 3] {
        let rooms = || self.page.parts.keys().map(|room| (self.page.with(&[room.as_str()]), room));
        let with = |besides: &[&str]| {
            let sizes = rooms().map(|(size, room)| (size.plus(self.work_of(room, besides)), room));
            sizes.max_by_key(|(size, _)| size.gzipped)
        };
        let alone = rooms().max_by_key(|(size, _)| size.gzipped);
        let named = |found: Option<(Size, &String)>, what: &str| {
            let (size, room) =
                found.map_or((self.page.first, "nothing"), |(size, room)| (size, room.as_str()));
            (format!("page with {room} open{what}"), size)
        };
        let (page, alone) = named(alone, "");
        let (both, worked) = named(with(&[]), " and its work");
        let (all, filed) = named(with(&[FILES]), ", its work and files");
        [(page, alone, Some(PAGE_LIMIT)), (both, worked, Some(TOTAL_LIMIT)), (all, filed, None)]
    }

    /// Fails when the code has outgrown its budget.
    pub fn check(&self) -> Result<(), BudgetError> {
        for (part, size, limit) in self.heaviest() {
            if let Some(limit) = limit.filter(|limit| size.gzipped > *limit) {
                return Err(BudgetError { part, size: size.gzipped, limit });
            }
        }
        Ok(())
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = |name: &str, size: Size, limit: Option<usize>| {
            let (raw, gzipped) = (kilobytes(size.raw), kilobytes(size.gzipped));
            write!(formatter, "  {name:<34}{raw:>11}{gzipped:>11} gzipped")?;
            match limit {
                Some(limit) => writeln!(formatter, " (limit {})", kilobytes(limit)),
                None => writeln!(formatter),
            }
        };
        for (name, program) in [("page", &self.page), ("worker", &self.worker)] {
            line(&format!("{name}, at first"), program.first, None)?;
            for (file, size) in &program.files {
                line(file, *size, None)?;
            }
        }
        self.heaviest().iter().try_for_each(|(part, size, limit)| line(part, *size, *limit))
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

    /// A program of one part, which weighs nothing.
    fn whole(gzipped: usize) -> Program {
        let parts = Parts::from([("files".to_owned(), vec![])]);
        Program { first: size(gzipped), files: BTreeMap::new(), parts }
    }

    fn sizes(page: usize, worker: usize) -> Sizes {
        Sizes { page: whole(page), worker: whole(worker) }
    }

    /// A program of two parts that share a file.
    fn in_parts() -> Program {
        let files = [("chunk_1.wasm", 50), ("split_a.wasm", 100), ("split_b.wasm", 120)];
        Program {
            first: size(1000),
            files: files.map(|(name, gzipped)| (name.to_owned(), size(gzipped))).into(),
            parts: Parts::from([
                ("a".to_owned(), named(&["chunk_1.wasm", "split_a.wasm"])),
                ("b".to_owned(), named(&["chunk_1.wasm", "split_b.wasm"])),
            ]),
        }
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
                "The code of the page with files open is 600.1 kB gzipped, and the limit is 600.0 kB."
            ),
            "{error}"
        );
        let error = sizes(PAGE_LIMIT, TOTAL_LIMIT).check().unwrap_err().to_string();
        assert!(
            error.starts_with("The code of the page with files open and its work is 2100.0 kB"),
            "{error}"
        );
    }

    #[test]
    fn the_heaviest_room_counts_with_what_it_shares() {
        let sizes = Sizes { page: in_parts(), worker: whole(0) };
        let [(alone, size, _), ..] = sizes.heaviest();
        assert_eq!((alone.as_str(), size.gzipped), ("page with b open", 1170));
        let printed = sizes.to_string();
        for name in ["chunk_1.wasm", "split_a.wasm", "split_b.wasm"] {
            assert!(printed.contains(name), "{printed}");
        }
    }

    #[test]
    fn what_two_parts_share_is_loaded_once() {
        assert_eq!(in_parts().with(&["a", "b", "missing"]).gzipped, 1270);
    }

    #[test]
    fn a_room_counts_with_its_own_work() {
        let worker = |own: &str| {
            let parts = [(own, 300), (FILES, 40), (BESIDES, 20), ("other", 5000)];
            Program {
                first: size(0),
                files: parts.map(|(name, gzipped)| (name.to_owned(), size(gzipped))).into(),
                parts: parts.map(|(name, _)| (name.to_owned(), named(&[name]))).into(),
            }
        };
        let of = |own: &str| Sizes { page: in_parts(), worker: worker(own) };
        let [_, (room, heaviest, _), (files, all, _)] = of("a").heaviest();
        assert_eq!((room.as_str(), heaviest.gzipped), ("page with a open and its work", 1150 + 300));
        assert_eq!((files.as_str(), all.gzipped), ("page with a open, its work and files", 1150 + 340));
        // The work of both rooms is in what the worker starts with.
        assert_eq!(of("c").heaviest()[1].1.gzipped, 1170 + 20);
    }

    #[test]
    fn what_no_part_names_is_there_at_first() {
        let files = ["program.js", "split_a.wasm"].map(|name| (name.to_owned(), vec![7; 1000])).into();
        let parts = Parts::from([("a".to_owned(), named(&["split_a.wasm"]))]);
        let program = Program::of(&files, &parts);
        assert_eq!(program.first.raw, 1000);
        assert_eq!(program.with(&["a"]).raw, 2000);
    }

    #[test]
    fn repetition_compresses() {
        let size = Size::of(&[7; 100_000]);
        assert_eq!(size.raw, 100_000);
        assert!(size.gzipped < 1000, "{}", size.gzipped);
    }
}
