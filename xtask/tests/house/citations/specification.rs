//! The sections of the documents in docs/spec.

use crate::repository::SourceFile;
use std::collections::{BTreeMap, BTreeSet};

/// Sections of one document by their numbers (`4.2`, `A.3`), each with the numbers of its list items.
type Sections = BTreeMap<String, BTreeSet<u32>>;

/// All documents of docs/spec.
pub(super) struct Specifications(BTreeMap<String, Sections>);

impl Specifications {
    /// Takes the documents of docs/spec out of `files`.
    pub(super) fn read(files: &[SourceFile]) -> Self {
        let documents = files.iter().filter_map(|file| {
            let name = file.path.strip_prefix("docs/spec/").filter(|&name| name != "README.md")?;
            Some((name.to_owned(), sections(&file.text)))
        });
        Self(documents.collect())
    }

    pub(super) fn has(&self, document: &str) -> bool {
        self.0.contains_key(document)
    }

    /// Says what `document` lacks of a citation, if anything.
    pub(super) fn missing(&self, document: &str, section: &str, item: Option<u32>) -> Option<String> {
        let Some(sections) = self.0.get(document) else {
            return Some(format!("docs/spec/{document} does not exist"));
        };
        let Some(items) = sections.get(section) else {
            return Some(format!("docs/spec/{document} has no section {section}"));
        };
        let item = item
            .filter(|item| !items.contains(item) && !sections.contains_key(&format!("{section}.{item}")))?;
        Some(format!("docs/spec/{document} §{section} has no item {item}"))
    }
}

/// Reads the headings of a document (`## 4. Title`, `### 4.2 Title`, `## Appendix A. Title`) and the numbered lists
/// below each.
fn sections(markdown: &str) -> Sections {
    let mut sections = Sections::new();
    let mut current = String::new();
    let mut in_code = false;
    for line in markdown.lines() {
        if line.starts_with("```") {
            in_code = !in_code;
        } else if in_code {
            continue;
        } else if let Some(title) = line.strip_prefix('#') {
            let title = title.trim_start_matches('#').trim_start();
            let title = title.strip_prefix("Appendix ").unwrap_or(title);
            let number = title.split(' ').next().unwrap_or_default().trim_end_matches('.');
            if is_number(number) {
                current = number.to_owned();
                sections.entry(current.clone()).or_default();
            }
        } else if let Some((number, _)) = line.split_once(". ")
            && let (Ok(item), Some(items)) = (number.parse(), sections.get_mut(&current))
        {
            items.insert(item);
        }
    }
    sections
}

/// Whether a word numbers a section: `4`, `4.2`, `A`, or `A.3`.
fn is_number(word: &str) -> bool {
    let mut parts = word.split('.');
    let first = parts.next().unwrap_or_default();
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (is_digits(first) || matches!(first.as_bytes(), [b'A'..=b'Z'])) && parts.all(is_digits)
}
