//! A compiler for wasm32, by one of two routes.
//!
//! The ordinary one is rustup's target. Where rustup's servers are out of reach, Debian packages a
//! newer compiler together with the sources of the standard library, which cargo then builds once
//! (about 35 s). Both are looked for before anything is fetched, so only the first time needs a
//! network.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::SetupError;
use super::apt::{self, Need};
use crate::process;

/// rustup tries again and again; a slow line needs about a minute for the 25 MB.
const RUSTUP_LIMIT: Duration = Duration::from_secs(180);

const DEBIAN: Need = Need {
    packages: &["rustc-web", "rust-web-src", "rust-web-clippy", "lld-22"],
    purpose: "build for the browser",
    elsewhere: "Make `rustup target add wasm32-unknown-unknown` work.",
};

/// What to do where neither route exists.
pub const NO_WAY: &str = "Nothing here can build for the browser: the Rust target wasm32-unknown-unknown \
     could not be added, and there is no apt-get to install another compiler. Take Rust from https://rustup.rs, \
     run `rustup target add wasm32-unknown-unknown`, then try again.";

/// A compiler that builds for the browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebCompiler {
    /// The one that builds everything else, with the standard library for wasm32 beside it.
    Ordinary,
    /// Debian's, which builds that library first.
    Debian,
}

impl WebCompiler {
    /// What a browser runs, in the compiler's words.
    pub const TARGET: &str = "wasm32-unknown-unknown";

    /// Makes a cargo command build for the browser; it must leave its products in a folder of their
    /// own, because two compilers would take turns to overwrite each other's.
    pub fn set(self, cargo: &mut Command) {
        cargo.args(["--target", Self::TARGET]);
        if self == Self::Debian {
            // RUSTC_BOOTSTRAP lets cargo build the standard library without a nightly compiler.
            cargo.envs([
                ("RUSTC", "/usr/bin/rustc"),
                ("RUSTC_BOOTSTRAP", "1"),
                ("CARGO_UNSTABLE_BUILD_STD", "std,panic_abort"),
                ("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "/usr/bin/wasm-ld-22"),
            ]);
        }
    }

    /// The linter that belongs to the compiler: one cannot read what another version has built.
    pub fn clippy(self, root: &Path) -> Command {
        let mut clippy = match self {
            Self::Ordinary => process::cargo(),
            Self::Debian => Command::new("/usr/bin/cargo-clippy"),
        };
        clippy.arg("clippy").current_dir(root);
        self.set(&mut clippy);
        clippy
    }
}

/// What a look at the machine found.
struct Found {
    /// The standard library for wasm32 lies beside the ordinary compiler.
    library: bool,
    /// rustup is there and has not been tried yet.
    rustup: bool,
    /// All of Debian's packages are installed.
    packages: bool,
    /// They could be, and that has not been tried yet.
    apt: bool,
}

/// What follows from it.
#[derive(Debug, PartialEq, Eq)]
enum Next {
    Build(WebCompiler),
    AddTarget,
    InstallPackages,
    GiveUp,
}

/// What is there comes before what can be fetched, and the ordinary route before Debian's.
fn next(found: &Found) -> Next {
    match found {
        Found { library: true, .. } => Next::Build(WebCompiler::Ordinary),
        Found { packages: true, .. } => Next::Build(WebCompiler::Debian),
        Found { rustup: true, .. } => Next::AddTarget,
        Found { apt: true, .. } => Next::InstallPackages,
        _ => Next::GiveUp,
    }
}

/// Finds a compiler for the browser, and installs one if there is none.
pub fn web_compiler() -> Result<WebCompiler, SetupError> {
    let (mut rustup, mut apt) = (process::find("rustup").is_some(), apt::available());
    loop {
        let found =
            Found { library: library(), rustup, packages: apt::missing(DEBIAN.packages).is_empty(), apt };
        match next(&found) {
            Next::Build(compiler) => return Ok(compiler),
            Next::AddTarget => {
                let target = WebCompiler::TARGET;
                println!("Adding {target} to the Rust toolchain (a download of 25 MB, once).");
                let mut add = Command::new("rustup");
                if let Err(error) = process::run_within(add.args(["target", "add", target]), RUSTUP_LIMIT) {
                    println!("{error}\nThat route is closed here; another one may be open.");
                }
                rustup = false;
            }
            Next::InstallPackages => {
                apt::install(&DEBIAN)?;
                apt = false;
            }
            Next::GiveUp => return Err(SetupError::NoWebCompiler),
        }
    }
}

/// Whether the ordinary compiler has the standard library for wasm32.
fn library() -> bool {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    process::ask(Command::new(compiler).args(["--print", "sysroot"])).is_some_and(|sysroot| {
        Path::new(&sysroot).join("lib/rustlib").join(WebCompiler::TARGET).join("lib").is_dir()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BARE: Found = Found { library: false, rustup: true, packages: false, apt: true };

    #[test]
    fn a_bare_machine_asks_rustup_first_and_then_debian() {
        assert_eq!(next(&BARE), Next::AddTarget);
        assert_eq!(next(&Found { rustup: false, ..BARE }), Next::InstallPackages);
        assert_eq!(next(&Found { rustup: false, apt: false, ..BARE }), Next::GiveUp);
    }

    #[test]
    fn what_is_installed_is_used_without_asking_the_network() {
        assert_eq!(next(&Found { packages: true, ..BARE }), Next::Build(WebCompiler::Debian));
        assert_eq!(
            next(&Found { library: true, packages: true, ..BARE }),
            Next::Build(WebCompiler::Ordinary)
        );
    }

    #[test]
    fn only_the_second_compiler_changes_the_environment() {
        let mut cargo = Command::new("cargo");
        WebCompiler::Ordinary.set(&mut cargo);
        assert_eq!(cargo.get_envs().count(), 0);
        WebCompiler::Debian.set(&mut cargo);
        assert_eq!(cargo.get_envs().count(), 4);
    }
}
