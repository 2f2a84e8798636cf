//! Debian's packages: installed as root, through sudo, or by whom the reader asks.

use std::io::IsTerminal;
use std::process::Command;

use crate::process::{self, ProcessError};

/// Packages that something cannot do without.
pub struct Need {
    /// Their names in Debian.
    pub packages: &'static [&'static str],
    /// What they are for, to end a sentence that begins with "To".
    pub purpose: &'static str,
    /// What to do where there is no apt-get, as a sentence.
    pub elsewhere: &'static str,
}

/// Why packages were not installed.
#[derive(Debug, thiserror::Error)]
pub enum AptError {
    /// Not a Debian, and no other way is known.
    #[error("To {purpose}, this machine needs {packages}, and it has no apt-get to install it. {elsewhere}")]
    NoApt {
        /// The names, separated by spaces.
        packages: String,
        /// What they are for.
        purpose: &'static str,
        /// What to do instead.
        elsewhere: &'static str,
    },
    /// This user is neither root nor may use sudo.
    #[error(
        "To {purpose}, this machine needs {packages}, and this account may not install it. \
         Ask somebody who may for `apt-get install {packages}`, then try again. Or: {elsewhere}"
    )]
    NotAllowed {
        /// The names, separated by spaces.
        packages: String,
        /// What they are for.
        purpose: &'static str,
        /// What to do instead.
        elsewhere: &'static str,
    },
    /// apt-get was run and failed.
    #[error("To {purpose}, this machine needs {packages}. {source} Or: {elsewhere}")]
    Failed {
        /// The names, separated by spaces.
        packages: String,
        /// What they are for.
        purpose: &'static str,
        /// What apt-get did.
        source: ProcessError,
        /// What to do instead.
        elsewhere: &'static str,
    },
}

/// How this account may install packages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Rights {
    Root,
    Sudo,
}

/// Which of these packages are not installed; none can be on a system that does not use dpkg.
pub fn missing(packages: &[&'static str]) -> Vec<&'static str> {
    packages.iter().copied().filter(|package| !installed(package)).collect()
}

/// Whether this system takes Debian's packages.
pub fn available() -> bool {
    process::find("apt-get").is_some()
}

/// Installs what is needed, and says so before.
pub fn install(need: &Need) -> Result<(), AptError> {
    let Need { packages, purpose, elsewhere } = *need;
    let names = packages.join(" ");
    if !available() {
        return Err(AptError::NoApt { packages: names, purpose, elsewhere });
    }
    let Some(rights) = rights() else {
        return Err(AptError::NotAllowed { packages: names, purpose, elsewhere });
    };
    println!("Installing {names}, needed to {purpose} (a download: a minute or two, once).");
    let install = |rights| process::run(apt_get(rights, "install").args(packages));
    install(rights)
        .or_else(|_| {
            println!("That did not work: the list of packages may be old, so it is fetched anew.");
            process::run(&mut apt_get(rights, "update"))?;
            install(rights)
        })
        .map_err(|source| AptError::Failed { packages: names, purpose, source, elsewhere })
}

/// `--no-remove`: what else is on the machine is not ours to take away.
fn apt_get(rights: Rights, action: &str) -> Command {
    let mut command = Command::new(if rights == Rights::Root { "env" } else { "sudo" });
    if rights == Rights::Sudo {
        command.arg("env");
    }
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get", action, "--quiet", "--yes"]);
    // A fresh machine may be busy installing its own updates.
    command.args(["--option", "DPkg::Lock::Timeout=120"]);
    if action == "install" {
        command.args(["--no-install-recommends", "--no-remove"]);
    }
    command
}

/// A sudo that would ask for a password counts only where somebody can type it.
fn rights() -> Option<Rights> {
    let root = process::ask(Command::new("id").arg("-u")).is_some_and(|user| user == "0");
    let silent_sudo = || process::ask(Command::new("sudo").args(["-n", "true"])).is_some();
    let asking_sudo = || process::find("sudo").is_some() && std::io::stdin().is_terminal();
    if root {
        Some(Rights::Root)
    } else if silent_sudo() || asking_sudo() {
        Some(Rights::Sudo)
    } else {
        None
    }
}

fn installed(package: &str) -> bool {
    let mut query = Command::new("dpkg-query");
    query.args(["--show", "--showformat=${db:Status-Status}", package]);
    process::ask(&mut query).is_some_and(|status| status == "installed")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(command: &Command) -> String {
        let words: Vec<_> = command.get_args().map(|word| word.to_string_lossy().into_owned()).collect();
        format!("{} {}", command.get_program().to_string_lossy(), words.join(" "))
    }

    #[test]
    fn root_needs_no_sudo_and_nothing_is_ever_removed() {
        assert_eq!(
            line(&apt_get(Rights::Root, "install")),
            "env DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes \
             --option DPkg::Lock::Timeout=120 --no-install-recommends --no-remove"
        );
    }

    #[test]
    fn a_user_goes_through_sudo() {
        assert_eq!(
            line(&apt_get(Rights::Sudo, "update")),
            "sudo env DEBIAN_FRONTEND=noninteractive apt-get update --quiet --yes \
             --option DPkg::Lock::Timeout=120"
        );
    }
}
