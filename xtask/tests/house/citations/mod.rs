//! Every section that the code cites exists in docs/spec.
//!
//! A citation is `NAME.md §4.2`. It may be a list (`§4, §8.5 and §9`), a range (`§1.1 to 1.3`), an appendix
//! (`Appendix A.3`), or an item of a numbered list (`§2.6 item 1`). A section without a name belongs to the document
//! that it stands in, or else to the only document that its file names.

mod reference;
mod specification;

use crate::repository::{SourceFile, tracked};
use reference::{Reference, documents, references};
use specification::Specifications;
use std::fmt;

/// Extensions of files that may cite.
const EXTENSIONS: [&str; 8] = ["rs", "wgsl", "js", "mjs", "html", "css", "md", "toml"];

/// The folder of this test, whose examples are made up.
const MADE_UP: &str = "xtask/tests/house/citations/";

/// A citation that cannot be followed.
#[derive(Debug)]
struct Fault {
    path: String,
    line: usize,
    problem: Problem,
}

#[derive(Debug, PartialEq)]
enum Problem {
    /// The document, the section, or its item does not exist.
    Missing(String),
    /// Nothing says which document has this section.
    Unnamed(String),
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.problem {
            Problem::Missing(what) => write!(f, "{}:{}: {what}", self.path, self.line),
            Problem::Unnamed(section) => {
                write!(
                    f,
                    "{}:{}: write NAME.md §{section} to say whose section {section} it is",
                    self.path, self.line
                )
            }
        }
    }
}

/// The faults of one file.
fn faults_of(file: &SourceFile, specifications: &Specifications) -> Vec<Fault> {
    let named: Vec<_> = documents(&file.text).into_iter().filter(|name| specifications.has(name)).collect();
    let own = file.path.strip_prefix("docs/spec/").filter(|name| specifications.has(name));
    let problem = |cited: &Reference| {
        let only = if let [only] = named[..] { Some(only) } else { None };
        match cited.document.as_deref().or(own).or(only) {
            Some(document) => {
                specifications.missing(document, &cited.section, cited.item).map(Problem::Missing)
            }
            None => Some(Problem::Unnamed(cited.section.clone())),
        }
    };
    let fault = |cited: Reference| {
        Some(Fault { path: file.path.clone(), line: cited.line, problem: problem(&cited)? })
    };
    references(&file.text).into_iter().filter_map(fault).collect()
}

/// The faults of the repository.
fn faults() -> Vec<Fault> {
    let specifications = Specifications::read(&tracked(&["md"]));
    let files = tracked(&EXTENSIONS);
    let files = files.iter().filter(|file| !file.path.starts_with(MADE_UP));
    files.flat_map(|file| faults_of(file, &specifications)).collect()
}

/// The faults that `kind` selects, one a line.
fn lines(faults: &[Fault], kind: impl Fn(&Fault) -> bool) -> String {
    faults.iter().filter(|fault| kind(fault)).map(|fault| format!("{fault}\n")).collect()
}

#[test]
fn every_cited_section_exists() {
    let missing = lines(&faults(), |fault| matches!(fault.problem, Problem::Missing(_)));
    assert!(missing.is_empty(), "docs/spec lacks what is cited:\n{missing}");
}

#[test]
fn every_citation_says_which_document_it_means() {
    let mut unnamed = faults();
    unnamed.retain(|fault| matches!(fault.problem, Problem::Unnamed(_)));
    let unnamed = lines(&unnamed, |_| true);
    assert!(
        unnamed.is_empty(),
        "these sections may be of any document:
{unnamed}"
    );
}

#[test]
fn the_citations_of_the_code_are_found() {
    let files = tracked(&EXTENSIONS);
    let code = files.iter().filter(|file| file.path.ends_with(".rs") && !file.path.starts_with(MADE_UP));
    let count = |file: &SourceFile| (file.text.matches('§').count(), references(&file.text).len());
    let (signs, found) = code.map(count).fold((0, 0), |sum, next| (sum.0 + next.0, sum.1 + next.1));
    assert!(signs > 0 && found >= signs, "{found} citations were read where {signs} section signs are");
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPECIFICATION: &str =
        "# A\n\n## 1. One\n\n### 1.1 First\n\n1. a\n2. b\n\n### 1.2 Second\n\n## Appendix A. More\n";

    fn faults_in(path: &str, text: &str) -> Vec<String> {
        let file = |path: &str, text: &str| SourceFile { path: path.to_owned(), text: text.to_owned() };
        let documents = [file("docs/spec/alpha.md", SPECIFICATION), file("docs/spec/beta.md", SPECIFICATION)];
        let faults = faults_of(&file(path, text), &Specifications::read(&documents));
        faults.iter().map(Fault::to_string).collect()
    }

    #[test]
    fn a_citation_that_exists_is_no_fault() {
        let text =
            "/// See alpha.md §1.1 and §1.2, alpha.md\n/// §1.1 item 2, beta.md Appendix A, §1.1 to 1.2.\n";
        assert!(faults_in("src/a.rs", text).is_empty());
    }

    #[test]
    fn a_section_that_does_not_exist_is_told_with_its_place() {
        let told = |section| format!("src/a.rs:2: docs/spec/alpha.md has no section {section}");
        assert_eq!(faults_in("src/a.rs", "fn f() {}\n// alpha.md §1.1 to 1.4\n"), [told("1.3"), told("1.4")]);
        assert_eq!(faults_in("src/a.rs", "//! alpha.md §1,\n//! Appendix A and §2\n"), [told("2")]);
    }

    #[test]
    fn an_item_that_does_not_exist_is_told() {
        let told = "src/a.rs:1: docs/spec/alpha.md §1.1 has no item 3";
        for text in [
            "// alpha.md §1.1 items 1 and 3\n",
            "// alpha.md §1.1 items 1 to 3\n",
            "// alpha.md §1.1 item 3\n",
        ] {
            assert_eq!(faults_in("src/a.rs", text), [told]);
        }
    }

    #[test]
    fn a_document_that_does_not_exist_is_told() {
        assert_eq!(
            faults_in("src/a.rs", "// gamma.md §1\n"),
            ["src/a.rs:1: docs/spec/gamma.md does not exist"]
        );
    }

    #[test]
    fn a_section_alone_belongs_to_the_only_document_that_the_file_names() {
        assert!(faults_in("src/a.rs", "// alpha.md §1.\n\n// Also §1.2.\n").is_empty());
        assert_eq!(faults_in("src/a.rs", "// alpha.md §1.\n\n// Also §7.\n").len(), 1);
        let told = "src/a.rs:3: write NAME.md §1.2 to say whose section 1.2 it is";
        assert_eq!(faults_in("src/a.rs", "\n\n// §1.2\n"), [told]);
        assert_eq!(faults_in("src/a.rs", "// alpha.md §1, beta.md §1.\n\n// §1.2\n"), [told]);
    }

    #[test]
    fn a_section_alone_in_a_specification_is_its_own() {
        assert!(faults_in("docs/spec/alpha.md", "§1.2, [beta.md](beta.md) §1.1, Appendix A").is_empty());
        assert_eq!(faults_in("docs/spec/alpha.md", "as in §3").len(), 1);
    }
}
