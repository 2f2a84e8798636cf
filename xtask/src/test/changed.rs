//! Which tests a changed file touches: a small table, and every test where it does not say.

use std::collections::BTreeSet;
use std::process::Command;

use super::browser::TEST;
use crate::process::{self, ProcessError};
use crate::workspace::{LAB, Workspace};

/// A part of the tests of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Every test.
    All,
    /// Those of these packages, or of these browser test files without their ending; none where it is empty.
    Some(BTreeSet<String>),
}

impl Part {
    /// No test at all.
    pub const NOTHING: Self = Self::Some(BTreeSet::new());

    /// The tests of these names.
    pub fn of(names: &[&str]) -> Self {
        Self::Some(names.iter().map(|&name| name.to_owned()).collect())
    }

    /// Whether the tests of a name belong to it.
    pub fn holds(&self, name: &str) -> bool {
        match self {
            Self::All => true,
            Self::Some(names) => names.contains(name),
        }
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Some(mut names), Self::Some(others)) => {
                names.extend(others);
                Self::Some(names)
            }
            _ => Self::All,
        }
    }
}

/// What is to be tested.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// The packages whose Rust tests run.
    pub rust: Part,
    /// The files whose browser tests run.
    pub browser: Part,
}

impl Touched {
    /// Every test there is.
    pub const EVERYTHING: Self = Self { rust: Part::All, browser: Part::All };

    fn and(self, other: Self) -> Self {
        Self { rust: self.rust.and(other.rust), browser: self.browser.and(other.browser) }
    }
}

/// The browser tests that visit every room.
const EVERY_ROOM: [&str; 6] = ["keyboard", "layout-1400", "layout-2560", "layout-360", "layout", "rooms"];

/// Studies by their folders in `src/studies/`, with the browser tests that enter their rooms beside those that enter
/// every room.
const STUDIES: [(&str, &[&str]); 10] = [
    (
        "robustness",
        &["bad-input", "export", "exploring", "import", "permalink", "robustness", "widths", "worker"],
    ),
    ("efficiency", &["export", "exploring", "import", "ladder"]),
    ("stability", &["export", "exploring", "import", "ladder", "robustness"]),
    ("scaling", &["ladder"]),
    ("lora", &["adaptation", "import", "lora"]),
    (
        "resolvent",
        &[
            "accuracy",
            "bad-input",
            "export",
            "heavy",
            "parts",
            "permalink",
            "potential",
            "resolvent",
            "worker",
        ],
    ),
    ("quantization", &["quantization"]),
    ("language_models", &["models", "widths"]),
    ("fragility", &["robustness"]),
    ("files", &["import"]),
];

/// Returns what the files touch that differ from a commit, whether or not they have been committed since.
pub fn since(workspace: &Workspace, commit: &str) -> Result<Touched, ProcessError> {
    let git = |arguments: &[&str]| {
        process::read(
            Command::new("git")
                .args(["-c", "core.quotePath=off"])
                .args(arguments)
                .current_dir(&workspace.root),
        )
    };
    let differing = git(&["diff", "--name-only", "--no-renames", commit, "--"])?;
    let new = git(&["ls-files", "--others", "--exclude-standard"])?;
    let paths: Vec<&str> = differing.lines().chain(new.lines()).collect();
    println!("{} files differ from {commit}.", paths.len());
    let nothing = Touched { rust: Part::NOTHING, browser: Part::NOTHING };
    Ok(paths.into_iter().map(touched_by).fold(nothing, Touched::and))
}

/// Returns what a file touches: everything, unless something less is certain.
fn touched_by(path: &str) -> Touched {
    let (rust, browser) = match path.split('/').collect::<Vec<_>>()[..] {
        // Rust tests read the documents: what they cite and what they show has to exist.
        [_] if path.ends_with(".md") => (Part::All, Part::NOTHING),
        ["docs", ..] => (Part::All, Part::NOTHING),
        [".github" | "fuzz" | "benches", ..] => (Part::NOTHING, Part::NOTHING),
        ["index.html"] | ["www", ..] => (Part::NOTHING, Part::All),
        ["xtask", "tests", ..] | ["xtask", "src", "test" | "characterize" | "data", ..] => {
            (Part::of(&["xtask"]), Part::NOTHING)
        }
        ["xtask", "src", "site", ..] => (Part::of(&["xtask"]), Part::of(&["parts", "rooms"])),
        ["tests", "browser", file] if file.ends_with(TEST) => {
            (Part::NOTHING, Part::of(&[file.trim_end_matches(TEST)]))
        }
        ["tests", "browser", ..] => (Part::NOTHING, Part::All),
        ["tests", ..] => (Part::of(&[LAB]), Part::NOTHING),
        // The Rust tests are built together and take two minutes, so all of them run.
        ["src", "studies", study, _, ..] => (Part::All, rooms_of(study)),
        _ => (Part::All, Part::All),
    };
    Touched { rust, browser }
}

/// The browser tests that enter the rooms of a study.
fn rooms_of(study: &str) -> Part {
    match STUDIES.iter().find(|(name, _)| *name == study) {
        Some((_, files)) => Part::of(files).and(Part::of(&EVERY_ROOM)),
        None => Part::All,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::Path;

    fn touched(paths: &[&str]) -> Touched {
        let nothing = Touched { rust: Part::NOTHING, browser: Part::NOTHING };
        paths.iter().copied().map(touched_by).fold(nothing, Touched::and)
    }

    #[test]
    fn what_the_table_does_not_know_touches_everything() {
        for path in [
            "Cargo.toml",
            "src/kit/page/mod.rs",
            "src/studies/mod.rs",
            "src/studies/new/page.rs",
            "crates/a.rs",
        ] {
            assert_eq!(touched_by(path).browser, Part::All, "{path}");
        }
        assert_eq!(touched(&["docs/models.md", "build.rs"]), Touched::EVERYTHING);
    }

    #[test]
    fn a_study_touches_its_rooms_and_what_visits_every_room() {
        let Part::Some(files) = touched(&["src/studies/lora/page/mod.rs", "docs/models.md"]).browser else {
            panic!("all files");
        };
        assert!(
            ["adaptation", "lora", "rooms", "layout-360"].iter().all(|file| files.contains(*file)),
            "{files:?}"
        );
        assert!(!files.contains("resolvent"));
    }

    #[test]
    fn a_browser_test_touches_itself_and_its_helpers_touch_all() {
        assert_eq!(touched(&["tests/browser/lora.test.mjs"]).browser, Part::of(&["lora"]));
        assert_eq!(touched(&["tests/browser/lab.mjs"]).browser, Part::All);
        assert_eq!(touched(&["tests/browser/lab.mjs"]).rust, Part::NOTHING);
        assert_eq!(touched(&[]).rust, Part::NOTHING);
    }

    /// A file that was renamed would be passed over in silence.
    #[test]
    fn every_browser_test_of_the_table_exists() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        for file in STUDIES.iter().flat_map(|(_, files)| files.iter()).chain(&EVERY_ROOM) {
            assert!(root.join("tests/browser").join(format!("{file}{TEST}")).is_file(), "{file}");
        }
    }
}
