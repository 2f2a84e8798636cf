//! The crates that are compiled into what ships, as cargo lists them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::Value;

use super::LicensesError;
use super::terms::{Terms, Text};
use crate::process;
use crate::setup::WebCompiler;
use crate::workspace::Workspace;

/// The package whose dependencies ship.
const LAB: &str = "bk-lab";

/// How the names of files begin that state terms or authors.
const LICENSE_FILES: [&str; 6] = ["license", "licence", "unlicense", "copying", "copyright", "notice"];

/// What ships, and how it is built.
struct Program {
    name: &'static str,
    target: &'static str,
    features: &'static [&'static str],
}

/// The command line is listed as built for Linux on x86-64, whatever machine makes the list, so that the list is the
/// same everywhere. Other systems add their bindings, such as the `windows` crates.
const PROGRAMS: [Program; 2] = [
    Program {
        name: "site",
        target: WebCompiler::TARGET,
        features: &["--no-default-features", "--features", "web"],
    },
    Program { name: "bklab", target: "x86_64-unknown-linux-gnu", features: &[] },
];

/// A crate that ships.
pub struct Crate {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its license as its manifest states it.
    pub license: String,
    /// The address of its sources, if its manifest states one.
    pub repository: Option<String>,
    /// The authors its manifest names, without their mail addresses.
    pub authors: Vec<String>,
    /// The programs that hold it: `site`, `bklab` or both.
    pub programs: Vec<&'static str>,
    /// The texts that have to come with it.
    pub texts: Vec<Text>,
}

/// Every crate that ships, by name and version.
pub fn shipped(workspace: &Workspace) -> Result<Vec<Crate>, LicensesError> {
    let mut crates = BTreeMap::new();
    for program in &PROGRAMS {
        let packages = described(workspace, program)?;
        for key in listed(workspace, program)? {
            let Some(package) = packages.get(&key) else {
                return Err(LicensesError::NotDescribed { name: format!("{} {}", key.0, key.1) });
            };
            // The lab's own packages have no source.
            if package["source"].is_null() {
                continue;
            }
            match crates.get_mut(&key) {
                None => drop(crates.insert(key, read(package, program.name)?)),
                Some(known) => known.programs.push(program.name),
            }
        }
    }
    Ok(crates.into_values().collect())
}

/// A crate's name and version.
type Key = (String, String);

/// The crates whose code a program holds. Procedural macros and what builds the program are not among them, nor are
/// crates that only another platform needs.
fn listed(workspace: &Workspace, program: &Program) -> Result<Vec<Key>, LicensesError> {
    let mut cargo = workspace.cargo();
    cargo.args(["tree", "--package", LAB, "--edges", "normal,no-proc-macro", "--target", program.target]);
    cargo.args(["--prefix", "none", "--format", "{p}"]).args(program.features);
    let mut keys: Vec<_> = process::read(&mut cargo)?.lines().filter_map(key).collect();
    keys.sort();
    keys.dedup();
    Ok(keys)
}

/// `name v1.2.3`, perhaps with a path or a mark of repetition after it.
fn key(line: &str) -> Option<Key> {
    let mut words = line.split_whitespace();
    Some((words.next()?.to_owned(), words.next()?.strip_prefix('v')?.to_owned()))
}

/// What cargo knows of every package on the way to a program.
fn described(workspace: &Workspace, program: &Program) -> Result<BTreeMap<Key, Value>, LicensesError> {
    let mut cargo = workspace.cargo();
    cargo.args(["metadata", "--format-version", "1", "--filter-platform", program.target]);
    let answer = process::read(cargo.args(program.features))?;
    let mut metadata: Value = serde_json::from_str(&answer).unwrap_or_default();
    let Value::Array(packages) = metadata["packages"].take() else {
        return Err(LicensesError::NotDescribed { name: "any package".to_owned() });
    };
    let key = |package: &Value| (text(package, "name"), text(package, "version"));
    Ok(packages.into_iter().map(|package| (key(&package), package)).collect())
}

fn text(package: &Value, field: &str) -> String {
    package[field].as_str().unwrap_or_default().to_owned()
}

fn read(package: &Value, program: &'static str) -> Result<Crate, LicensesError> {
    let (name, license) = (text(package, "name"), text(package, "license"));
    let terms = Terms::accept(&name, &license)?;
    let manifest = PathBuf::from(text(package, "manifest_path"));
    let files = license_files(manifest.parent().unwrap_or(&manifest))?;
    let authors = package["authors"].as_array().into_iter().flatten().filter_map(Value::as_str);
    Ok(Crate {
        version: text(package, "version"),
        repository: package["repository"].as_str().map(str::to_owned),
        authors: authors.map(without_address).collect(),
        programs: vec![program],
        texts: terms.texts(files),
        name,
        license,
    })
}

/// An author as a manifest names them, `Name <address>`, without the address.
fn without_address(author: &str) -> String {
    author.split('<').next().unwrap_or_default().trim().to_owned()
}

/// The files at the top of a folder that state terms or authors, by name.
fn license_files(folder: &Path) -> Result<Vec<Text>, LicensesError> {
    let failed = |path: &Path, source: io::Error| LicensesError::File {
        path: path.to_owned(),
        action: "read",
        source,
    };
    let mut texts = vec![];
    for entry in fs::read_dir(folder).map_err(|error| failed(folder, error))? {
        let path = entry.map_err(|error| failed(folder, error))?.path();
        let title = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let lower = title.to_lowercase();
        if path.is_file() && LICENSE_FILES.iter().any(|start| lower.starts_with(start)) {
            let bytes = fs::read(&path).map_err(|error| failed(&path, error))?;
            texts.push(Text { title, contents: String::from_utf8_lossy(&bytes).into_owned() });
        }
    }
    texts.sort_by(|one, other| one.title.cmp(&other.title));
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_tree_is_a_name_and_a_version() {
        let libm = Some(("libm".to_owned(), "0.2.16".to_owned()));
        assert_eq!(key("libm v0.2.16"), libm);
        assert_eq!(key("libm v0.2.16 (*)"), libm);
        assert_eq!(key(""), None);
    }

    #[test]
    fn authors_are_named_without_their_addresses() {
        assert_eq!(without_address("Ada Lovelace <ada@example.org>"), "Ada Lovelace");
        assert_eq!(without_address("The Developers"), "The Developers");
    }

    #[test]
    fn what_only_builds_the_programs_is_not_listed() {
        let crates = shipped(&Workspace::find().unwrap()).unwrap();
        let programs =
            |name: &str| crates.iter().find(|one| one.name == name).map(|one| one.programs.clone());
        assert_eq!(programs("pxfm"), Some(vec!["site", "bklab"]));
        assert_eq!(programs("leptos"), Some(vec!["site"]));
        assert_eq!(programs("clap"), Some(vec!["bklab"]));
        for other in ["bk-lab", "xtask", "serde_derive", "criterion", "wasm-bindgen-cli-support"] {
            assert_eq!(programs(other), None, "{other}");
        }
    }
}
