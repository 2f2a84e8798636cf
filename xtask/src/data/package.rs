//! Packages, each the very file that was looked at.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

use sha2::{Digest, Sha256};

use super::DataError;
use crate::process;
use crate::site::hexadecimal;

/// A file that somebody publishes.
pub struct Package {
    /// What errors call it.
    pub name: &'static str,
    /// Where it is.
    pub address: &'static str,
    /// Its SHA-256.
    pub sha256: &'static str,
}

/// A package on this machine.
pub struct Fetched {
    /// What errors call it.
    pub name: &'static str,
    /// Where it lies.
    pub path: PathBuf,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl Package {
    /// The package from a folder, and before that from its address, if it is not there yet.
    pub fn get(&self, folder: &Path) -> Result<Fetched, DataError> {
        let path = folder.join(self.address.rsplit('/').next().unwrap_or(self.name));
        if !path.exists() {
            println!("Fetching {} …", self.address);
            let part = path.with_extension("part");
            process::run(
                Command::new("curl")
                    .args(["--fail", "--location", "--silent", "--show-error", "--create-dirs", "--output"])
                    .args([part.as_os_str(), self.address.as_ref()]),
            )?;
            fs::rename(&part, &path).map_err(|source| self.unpack(source))?;
        }
        let bytes = fs::read(&path).map_err(|source| self.unpack(source))?;
        let found = sha256(&bytes);
        match found == self.sha256 {
            true => Ok(Fetched { name: self.name, path, bytes }),
            false => Err(DataError::Hash { path, found, expected: self.sha256 }),
        }
    }

    fn unpack(&self, source: io::Error) -> DataError {
        DataError::Unpack { package: self.name, source }
    }
}

impl Fetched {
    /// The error for what cannot be unpacked.
    pub fn unpack(&self, source: impl Into<io::Error>) -> DataError {
        DataError::Unpack { package: self.name, source: source.into() }
    }

    /// The error for a file that is not in it.
    pub fn without(&self, file: &'static str) -> DataError {
        DataError::NotThere { package: self.name, file }
    }
}

/// A SHA-256 in hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    hexadecimal(&Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_that_was_changed_is_refused_by_its_hash() {
        let folder = std::env::temp_dir().join(format!("bk-lab-package-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("file.bin"), b"changed").unwrap();
        let package = Package { name: "a file", address: "https://example.org/file.bin", sha256: "00" };
        let Err(error) = package.get(&folder) else { panic!("a wrong hash was taken") };
        fs::remove_dir_all(&folder).unwrap();
        assert!(error.to_string().contains(&sha256(b"changed")), "{error}");
    }
}
