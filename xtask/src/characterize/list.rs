//! The list of hashes: one line per product, `sha256  name`, sorted by name.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// Why a text is not a list of hashes.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
    /// A line without two spaces between its hash and its name.
    #[error("line {0} is not “sha256  name”. Restore the file, or write it anew with `--record`.")]
    Line(usize),
    /// Two lines with the same name.
    #[error("“{0}” is listed twice. Remove one of the lines.")]
    Twice(String),
}

/// Products by name, each with the SHA-256 of its content.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct List(BTreeMap<String, String>);

/// One product in which two lists differ.
#[derive(Debug, PartialEq, Eq)]
pub enum Difference<'a> {
    /// Only the new list has it.
    Added(&'a str),
    /// Only the recorded list has it.
    Removed(&'a str),
    /// Both have it, with different content.
    Changed(&'a str),
}

impl fmt::Display for Difference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Difference::Added(name) => write!(f, "added    {name}"),
            Difference::Removed(name) => write!(f, "removed  {name}"),
            Difference::Changed(name) => write!(f, "changed  {name}"),
        }
    }
}

impl List {
    /// Adds a product by its hash.
    ///
    /// # Errors
    /// [`ListError::Twice`] if the list has a product of that name.
    pub fn add(&mut self, name: String, hash: String) -> Result<(), ListError> {
        if self.0.contains_key(&name) {
            return Err(ListError::Twice(name));
        }
        self.0.insert(name, hash);
        Ok(())
    }

    /// The number of products.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Every product in which `found` differs from this list, sorted by name.
    pub fn differences<'a>(&'a self, found: &'a List) -> Vec<Difference<'a>> {
        let mut differences: BTreeMap<&str, Difference> = BTreeMap::new();
        for (name, hash) in &self.0 {
            match found.0.get(name) {
                None => differences.insert(name, Difference::Removed(name)),
                Some(other) if other != hash => differences.insert(name, Difference::Changed(name)),
                Some(_) => None,
            };
        }
        for name in found.0.keys().filter(|&name| !self.0.contains_key(name)) {
            differences.insert(name, Difference::Added(name));
        }
        differences.into_values().collect()
    }
}

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|(name, hash)| writeln!(f, "{hash}  {name}"))
    }
}

impl FromStr for List {
    type Err = ListError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut list = List::default();
        for (index, line) in text.lines().enumerate() {
            let (hash, name) = line.split_once("  ").ok_or(ListError::Line(index + 1))?;
            list.add(name.into(), hash.into())?;
        }
        Ok(list)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> List {
        text.parse().unwrap()
    }

    #[test]
    fn a_list_survives_its_file() {
        let text = "0a  figure/a.pdf\n0b  summary a\n";
        assert_eq!(list(text).to_string(), text);
    }

    #[test]
    fn every_kind_of_difference_is_named() {
        let recorded = list("01  a\n02  b\n03  c\n");
        let found = list("01  a\n22  b\n04  d\n");
        let differences: Vec<String> = recorded.differences(&found).iter().map(ToString::to_string).collect();
        assert_eq!(differences, ["changed  b", "removed  c", "added    d"]);
        assert!(recorded.differences(&recorded).is_empty());
    }

    #[test]
    fn a_broken_list_is_refused() {
        assert_eq!("01  a\n02 b\n".parse::<List>(), Err(ListError::Line(2)));
        assert_eq!("01  a\n02  a\n".parse::<List>(), Err(ListError::Twice("a".into())));
    }
}
