//! Which licenses the lab may ship, and which texts that takes.

use spdx::{Expression, LicenseId, ParseMode};

use super::LicensesError;

/// Licenses of code that may ship under MIT or Apache-2.0 as long as their texts come with it. For a crate without a
/// license file, the first one that suffices is the one that the lab uses.
const ACCEPTED: [&str; 11] = [
    "MIT",
    "Apache-2.0",
    "0BSD",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// The license whose text is long and, for most crates, not needed because they offer another.
const APACHE: &str = "Apache-2.0";
/// How a text of that license begins, apart from white space.
const APACHE_TITLE: &str = "Apache License Version 2.0, January 2004";

/// A license text that comes with a work.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    /// The file that holds it, or the license's SPDX name where no file does.
    pub title: String,
    /// The text.
    pub contents: String,
}

/// Under what terms a crate may be used.
pub struct Terms {
    expression: Expression,
}

impl Terms {
    /// Reads the license of a manifest; an error unless the lab may ship it.
    pub fn accept(name: &str, license: &str) -> Result<Self, LicensesError> {
        let expression =
            Expression::parse_mode(license, ParseMode::LAX).map_err(|error| LicensesError::NoExpression {
                name: name.to_owned(),
                license: license.to_owned(),
                reason: error.reason.to_string(),
            })?;
        let terms = Self { expression };
        if terms.satisfied_by(|id| ACCEPTED.contains(&id.name)) {
            Ok(terms)
        } else {
            Err(LicensesError::NotAccepted { name: name.to_owned(), license: license.to_owned() })
        }
    }

    fn satisfied_by(&self, allowed: impl Fn(LicenseId) -> bool) -> bool {
        self.expression.evaluate(|term| term.license.id().is_some_and(&allowed))
    }

    /// The texts to show for a crate that comes with these files: all of them, but the Apache License only where the
    /// crate offers no other; and the license's general text where it comes with none.
    pub fn texts(&self, files: Vec<Text>) -> Vec<Text> {
        let (apache, others): (Vec<_>, Vec<_>) = files.into_iter().partition(is_apache);
        let optional = self.satisfied_by(|id| id.name != APACHE && ACCEPTED.contains(&id.name));
        let licensed = others.iter().any(|text| !is_notice(text));
        match (optional && licensed, apache.is_empty() && !licensed) {
            (true, _) => others,
            (false, true) => others.into_iter().chain(self.general_texts()).collect(),
            (false, false) => apache.into_iter().chain(others).collect(),
        }
    }

    /// The text of the first accepted license that suffices, or of all accepted ones where it takes several.
    fn general_texts(&self) -> Vec<Text> {
        let stated = |name: &&str| self.expression.requirements().any(|term| named(&term.req, name));
        let alone = |name: &&str| self.satisfied_by(|id| id.name == *name);
        let names: Vec<_> = match ACCEPTED.iter().find(|name| alone(name)) {
            Some(name) => vec![*name],
            None => ACCEPTED.iter().copied().filter(|name| stated(name)).collect(),
        };
        names.into_iter().filter_map(|name| general_text(name, "the authors named above")).collect()
    }
}

fn named(term: &spdx::LicenseReq, name: &str) -> bool {
    term.license.id().is_some_and(|id| id.name == name)
}

/// The text of a license by its SPDX name, with the holder of the copyright in place of a blank.
pub fn general_text(name: &str, holder: &str) -> Option<Text> {
    let text = spdx::license_id(name)?.text();
    let contents = text.replace("<year> <copyright holders>", holder).replace("<year> <owner>", holder);
    Some(Text { title: name.to_owned(), contents })
}

/// Whether a file holds the Apache License and nothing else: the first lines of a file for two licenses say so first.
fn is_apache(text: &Text) -> bool {
    text.contents.split_whitespace().collect::<Vec<_>>().join(" ").starts_with(APACHE_TITLE)
}

/// Whether a file names authors or origins instead of terms.
fn is_notice(text: &Text) -> bool {
    let title = text.title.to_lowercase();
    ["notice", "copyright", "authors"].iter().any(|start| title.starts_with(start))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(title: &str, contents: &str) -> Text {
        Text { title: title.to_owned(), contents: contents.to_owned() }
    }

    fn titles(license: &str, files: Vec<Text>) -> Vec<String> {
        Terms::accept("one", license).unwrap().texts(files).into_iter().map(|text| text.title).collect()
    }

    const LONG: &str = "\n   Apache License\n  Version 2.0, January 2004\n http://www.apache.org/licenses/ …";

    #[test]
    fn a_license_that_may_not_ship_is_refused_by_name() {
        let error = Terms::accept("bad", "GPL-3.0-only").err().unwrap().to_string();
        assert!(error.contains("bad") && error.contains("GPL-3.0-only"), "{error}");
        assert!(Terms::accept("bad", "MIT AND GPL-3.0-only").is_err());
        assert!(Terms::accept("good", "MIT OR GPL-3.0-only").is_ok());
        assert!(Terms::accept("old", "MIT/Apache-2.0").is_ok());
        let error = Terms::accept("odd", "see the file").err().unwrap().to_string();
        assert!(error.contains("no SPDX expression"), "{error}");
    }

    #[test]
    fn the_long_text_is_left_out_only_where_another_license_comes_with_the_crate() {
        let both = || vec![text("LICENSE-APACHE", LONG), text("LICENSE-MIT", "Permission")];
        assert_eq!(titles("MIT OR Apache-2.0", both()), ["LICENSE-MIT"]);
        assert_eq!(titles("MIT AND Apache-2.0", both()), ["LICENSE-APACHE", "LICENSE-MIT"]);
        assert_eq!(titles("MIT OR Apache-2.0", vec![text("LICENSE", LONG)]), ["LICENSE"]);
        let notice = || vec![text("LICENSE", LONG), text("NOTICE", "By somebody")];
        assert_eq!(titles("MIT OR Apache-2.0", notice()), ["LICENSE", "NOTICE"]);
    }

    #[test]
    fn a_crate_without_files_gets_the_text_of_its_license() {
        let texts = Terms::accept("one", "Apache-2.0 OR MIT").unwrap().texts(vec![]);
        assert_eq!(texts.len(), 1);
        assert!(texts[0].contents.contains("Copyright (c) the authors named above"), "{}", texts[0].contents);
        assert_eq!(titles("Apache-2.0", vec![text("NOTICE", "By somebody")]), ["NOTICE", "Apache-2.0"]);
        assert_eq!(
            titles("(MIT OR Apache-2.0) AND Unicode-3.0", vec![]),
            ["MIT", "Apache-2.0", "Unicode-3.0"]
        );
    }
}
