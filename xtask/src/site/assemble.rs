//! Putting the site together, as a function from files to files.

use serde_json::json;
use sha2::{Digest, Sha256};

use super::files::{self, Files, hexadecimal};

/// Stands in `index.html` wherever the name of the code folder belongs.
const PLACEHOLDER: &str = "{{build}}";

/// Marks the lines of `index.html` that only Trunk reads.
const FOR_TRUNK: &str = "data-trunk";

/// Fonts for the command line's figures, which a browser has no use for.
const NOT_FOR_THE_BROWSER: &str = ".otf";

/// A part without which there is no site.
#[derive(Debug, thiserror::Error)]
pub enum AssembleError {
    /// A file is missing.
    #[error("www/{name} is missing. Bring it back: the site cannot start without it.")]
    Missing {
        /// The file.
        name: &'static str,
    },
    /// The page would not find its code.
    #[error("index.html does not hold {PLACEHOLDER}. Load the code from {PLACEHOLDER}/boot.js.")]
    NoPlaceholder,
}

/// What a site is made of.
pub struct Parts {
    /// `index.html` at the top of the repository, where Trunk looks for it.
    pub template: Vec<u8>,
    /// The folder `www/`.
    pub www: Files,
    /// The code of the page.
    pub page: Files,
    /// The code of the worker.
    pub worker: Files,
    /// The version of the lab.
    pub version: String,
    /// The commit it was built from, if that is known.
    pub commit: Option<String>,
}

/// A site, and apart from it the code of its two programs.
pub struct Site {
    /// Everything, by its path in the site.
    pub files: Files,
    /// What the page loads to compute nothing.
    pub page: Files,
    /// What the worker loads to compute everything.
    pub worker: Files,
}

impl Site {
    /// Adds what the page fetches when it is asked for, and what no program rests on.
    pub fn add(&mut self, folder: &str, files: Files) {
        self.files.extend(files.into_iter().map(|(name, contents)| (format!("{folder}/{name}"), contents)));
    }
}

/// Puts the parts together.
pub fn assemble(parts: Parts) -> Result<Site, AssembleError> {
    let Parts { template, mut www, mut page, mut worker, version, commit } = parts;
    let mut take = |name: &'static str| www.remove(name).ok_or(AssembleError::Missing { name });
    page.insert("boot.js".to_owned(), take("boot.js")?);
    worker.insert("worker.js".to_owned(), take("worker.js")?);
    www.retain(|name, _| !name.ends_with(NOT_FOR_THE_BROWSER));

    let folder = build_name(&[&www, &page, &worker]);
    let mut files = www;
    let mut checksums = serde_json::Map::new();
    for (name, contents) in page.iter().chain(&worker) {
        let path = format!("{folder}/{name}");
        if name.ends_with(".wasm") {
            checksums.insert(path.clone(), hexadecimal(&Sha256::digest(contents)).into());
        }
        files.insert(path, contents.clone());
    }
    let about = json!({ "version": version, "commit": commit, "sha256": checksums });
    files.insert("version.json".to_owned(), format!("{about:#}\n").into_bytes());
    files.insert("index.html".to_owned(), fill(&template, &folder)?.into_bytes());
    // GitHub Pages would otherwise run the site through Jekyll.
    files.insert(".nojekyll".to_owned(), Vec::new());
    Ok(Site { files, page, worker })
}

/// A name that changes whenever any of these files does.
fn build_name(parts: &[&Files]) -> String {
    format!("build-{}", &files::digest(parts.iter().copied().flatten())[..8])
}

/// The page that the site opens with: the template with the name of the code folder, without the lines for Trunk.
fn fill(template: &[u8], folder: &str) -> Result<String, AssembleError> {
    let template = String::from_utf8_lossy(template);
    let template: String = template.split_inclusive('\n').filter(|line| !line.contains(FOR_TRUNK)).collect();
    if !template.contains(PLACEHOLDER) {
        return Err(AssembleError::NoPlaceholder);
    }
    Ok(template.replace(PLACEHOLDER, folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(all: &[(&str, &str)]) -> Files {
        all.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect()
    }

    fn parts() -> Parts {
        Parts {
            template: b"<script src={{build}}/boot.js></script>\n<link data-trunk rel=\"rust\">\n".to_vec(),
            www: named(&[
                ("boot.js", "boot"),
                ("worker.js", "worker"),
                ("style.css", "style"),
                ("fonts/Inter.otf", "large"),
                ("fonts/Inter.woff2", "small"),
            ]),
            page: named(&[("page/program.js", "app"), ("page/program_bg.wasm", "")]),
            worker: named(&[("worker/program.js", "core"), ("worker/program_bg.wasm", "code")]),
            version: "0.1.0".to_owned(),
            commit: None,
        }
    }

    #[test]
    fn all_code_lies_in_the_folder_the_page_names() {
        let site = assemble(parts()).unwrap();
        let page = String::from_utf8(site.files["index.html"].clone()).unwrap();
        assert!(page.ends_with("/boot.js></script>\n"), "{page}");
        let folder = page.trim_start_matches("<script src=").split('/').next().unwrap();
        assert!(folder.starts_with("build-") && folder.len() == "build-".len() + 8, "{folder}");
        for name in [
            "boot.js",
            "worker.js",
            "page/program.js",
            "page/program_bg.wasm",
            "worker/program.js",
            "worker/program_bg.wasm",
        ] {
            assert!(site.files.contains_key(&format!("{folder}/{name}")), "{name}");
        }
        assert!(!site.files.contains_key("boot.js"));
    }

    #[test]
    fn the_rest_of_www_is_copied_but_for_the_large_fonts() {
        let site = assemble(parts()).unwrap();
        assert_eq!(site.files["style.css"], b"style");
        assert!(site.files.contains_key("fonts/Inter.woff2"));
        assert!(!site.files.contains_key("fonts/Inter.otf"));
        assert!(site.files.contains_key(".nojekyll"));
    }

    #[test]
    fn the_version_file_holds_checksums_anybody_can_repeat() {
        let site = assemble(parts()).unwrap();
        let about: serde_json::Value = serde_json::from_slice(&site.files["version.json"]).unwrap();
        assert_eq!(about["version"], "0.1.0");
        assert!(about["commit"].is_null());
        let checksums = about["sha256"].as_object().unwrap();
        let (path, checksum) = checksums.iter().next().unwrap();
        assert!(path.ends_with("/page/program_bg.wasm"), "{path}");
        // What `sha256sum` prints for an empty file.
        assert_eq!(checksum, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(checksums.len(), 2);
    }

    #[test]
    fn any_change_gives_the_code_a_new_folder() {
        let name = |www: &[(&str, &str)]| build_name(&[&named(www)]);
        assert_eq!(name(&[("a", "1")]), name(&[("a", "1")]));
        assert_ne!(name(&[("a", "1")]), name(&[("a", "2")]));
        assert_ne!(name(&[("a", "bc")]), name(&[("ab", "c")]));
    }

    #[test]
    fn a_page_without_its_code_is_refused() {
        let mut broken = parts();
        broken.template = b"<p>nothing</p>".to_vec();
        assert!(matches!(assemble(broken), Err(AssembleError::NoPlaceholder)));
        let mut broken = parts();
        broken.www.remove("worker.js");
        assert!(matches!(assemble(broken), Err(AssembleError::Missing { name: "worker.js" })));
    }
}
