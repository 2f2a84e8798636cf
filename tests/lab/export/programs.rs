//! The programs that read the files back.

use std::path::{Path, PathBuf};
use std::process::Command;

/// A folder for the files of a test, which stay there to be looked at.
pub fn folder(test: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("export").join(test);
    std::fs::create_dir_all(&folder).expect("a folder for files");
    folder
}

/// Writes a file and says where it is.
pub fn save(test: &str, name: &str, content: &[u8]) -> PathBuf {
    let path = folder(test).join(name);
    std::fs::write(&path, content).expect("a written file");
    path
}

/// Runs a program and returns what it prints, on both of its channels.
pub fn run(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{program}: {error}; `cargo xtask setup` installs it"));
    let text =
        [output.stdout, output.stderr].map(|text| String::from_utf8_lossy(&text).into_owned()).concat();
    assert!(output.status.success(), "{program} {arguments:?} failed: {text}");
    text
}

/// Paints a PDF or EPS file with Ghostscript at a resolution in dots per inch, and says where the PNG file is.
pub fn ghostscript(file: &Path, dpi: u32) -> PathBuf {
    let painted = file.with_extension(format!("{}.png", file.extension().expect("an extension").display()));
    let said = run(
        "gs",
        &[
            "-q",
            "-dSAFER",
            "-dBATCH",
            "-dNOPAUSE",
            "-dEPSCrop",
            "-sDEVICE=png16m",
            "-dTextAlphaBits=4",
            "-dGraphicsAlphaBits=4",
            &format!("-r{dpi}"),
            &format!("-sOutputFile={}", painted.display()),
            &file.display().to_string(),
        ],
    );
    assert_eq!(said, "", "Ghostscript complains of {}", file.display());
    painted
}
