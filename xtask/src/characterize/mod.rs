//! The characterization: a hash of everything the command line writes, so that a change of the code that should change
//! no product proves that it changed none.
//!
//! | Module        | What it knows                                             |
//! |---------------|-----------------------------------------------------------|
//! | `invocations` | which commands are run, and what their products are called |
//! | `session`     | how they are run in a temporary folder, and what they write |
//! | `help`        | how to find every command's help text                     |
//! | `clock`       | which parts of a product depend on the time of day        |
//! | `list`        | the list of hashes as a file, and how two of them differ  |

mod clock;
mod help;
mod invocations;
mod list;
mod session;

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use self::list::{List, ListError};
use self::session::{Session, SessionError};
use crate::workspace::Workspace;

/// The list that comes with the repository, relative to its root.
const LIST: &str = "tests/characterization.txt";

/// Why the products could not be compared, or that they differ.
#[derive(Debug, thiserror::Error)]
pub enum CharacterizeError {
    /// The command line could not be run to its end.
    #[error(transparent)]
    Session(#[from] SessionError),
    /// The recorded list cannot be read.
    #[error("{}: {source}", path.display())]
    List {
        /// The list.
        path: PathBuf,
        /// What is wrong with it.
        source: ListError,
    },
    /// The list is not there, or cannot be read or written.
    #[error("{} could not be used: {source}. `cargo xtask characterize --record` writes it.", path.display())]
    File {
        /// The list.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Some products are not what was recorded.
    #[error(
        "{count} products differ from {LIST}. Restore them, or record them with `--record` and say in the commit why they changed."
    )]
    Differs {
        /// Lines that were added, removed or changed.
        count: usize,
    },
}

/// Compares the products of a command line with the recorded list, or records them.
///
/// # Errors
/// [`CharacterizeError::Differs`] if a product was added, removed or changed; the others if there is nothing to compare.
pub fn run(workspace: &Workspace, command: &Path, record: bool) -> Result<(), CharacterizeError> {
    let path = workspace.root.join(LIST);
    let file_error = |source| CharacterizeError::File { path: path.clone(), source };
    let found = products(&workspace.root, command)?;
    if record {
        fs::write(&path, found.to_string()).map_err(file_error)?;
        println!("{} products recorded in {LIST}.", found.len());
        return Ok(());
    }
    let text = fs::read_to_string(&path).map_err(file_error)?;
    let recorded: List =
        text.parse().map_err(|source| CharacterizeError::List { path: path.clone(), source })?;
    let differences = recorded.differences(&found);
    differences.iter().for_each(|difference| println!("{difference}"));
    match differences.len() {
        0 => {
            println!("{} products are equal to those of {LIST}.", found.len());
            Ok(())
        }
        count => Err(CharacterizeError::Differs { count }),
    }
}

/// The products of a command line: help texts first, then every invocation, in a folder of their own.
fn products(root: &Path, command: &Path) -> Result<List, SessionError> {
    let mut session = Session::start(root, command)?;
    session.hash_checkpoints()?;
    help::walk(&mut session)?;
    for invocation in invocations::ALL {
        session.invoke(invocation)?;
    }
    Ok(session.finish())
}
