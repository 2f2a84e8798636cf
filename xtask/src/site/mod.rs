//! How two programs and the files of `www/` become a static site.
//!
//! The site works from any sub-path, because every address in it is relative, and a visitor whose
//! browser keeps old files never runs them with new ones, because all code lies in one folder that
//! is named after the contents:
//!
//! ```text
//! index.html   style.css   icon.svg   fonts/   version.json   .nojekyll
//! checkpoints/   index.json  recipe.json  mamba-1.safetensors  …     data/   shakespeare.txt  …
//! build-1a2b3c4d/   boot.js    page/    program.js  program_bg.wasm  program_parts.js  split_resolvent.wasm  …
//!                   worker.js  worker/  program.js  program_bg.wasm  program_parts.js  split_export.wasm  …
//! ```
//!
//! Both programs come in parts, the page's with the rooms, the worker's with the kinds of heavier work: a `split_`
//! file is one part's, a `chunk_` file is shared by several.
//!
//! There is no site builder here. wasm-bindgen's command-line tool must equal the library in
//! `Cargo.lock` to the last digit, so this crate calls the same code as a library, pinned by the same
//! lock file; and wasm-opt is left out, because Debian's is too old for today's code, npm's is one
//! more download, and the site is well within its budget without it.

mod assemble;
mod budget;
mod checkpoints;
mod comments;
pub mod files;
mod program;
mod slim;

use std::path::{Path, PathBuf};

pub use files::hexadecimal;
pub use program::Quality;

use crate::data;
use crate::process::ProcessError;
use crate::setup::WebCompiler;
use crate::workspace::Workspace;
use files::{FileError, Files};

/// Why there is no site.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// The compiler failed.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// A tool did not accept what the compiler made.
    #[error(
        "{tool} could not use {}: {reason}. Check that wasm-bindgen, Leptos and the tools in xtask/Cargo.toml have \
         versions that fit each other.", path.display()
    )]
    Tool {
        /// The tool's name.
        tool: &'static str,
        /// The compiled program.
        path: PathBuf,
        /// What the tool said.
        reason: String,
    },
    /// A part of a program was announced and not written.
    #[error(
        "{name}, a part of a program, was not written. Build again; if that does not help, look at the functions in src/bin/app.rs and src/bin/worker.rs that are marked as parts."
    )]
    NoPart {
        /// The part's file.
        name: String,
    },
    /// A part of the site is missing.
    #[error(transparent)]
    Assemble(#[from] assemble::AssembleError),
    /// The site has grown too large.
    #[error(transparent)]
    Budget(#[from] budget::BudgetError),
}

/// Builds the site and returns the folder that holds it and nothing else: `dist/` for the world, one beside the other
/// build products for a look at a change.
pub fn build(workspace: &Workspace, compiler: &WebCompiler, quality: Quality) -> Result<PathBuf, SiteError> {
    let folder = match quality {
        Quality::Published => workspace.root.join("dist"),
        Quality::Draft => workspace.target.join("serve"),
    };
    make(workspace, compiler, quality, &folder, files::write_folder)?;
    Ok(folder)
}

/// Builds the site into a folder of somebody else, where other files may lie.
pub fn build_into(
    folder: &Path,
    workspace: &Workspace,
    compiler: &WebCompiler,
    quality: Quality,
) -> Result<(), SiteError> {
    make(workspace, compiler, quality, folder, files::add_to_folder)
}

fn make(
    workspace: &Workspace,
    compiler: &WebCompiler,
    quality: Quality,
    folder: &Path,
    write: fn(&Path, &Files) -> Result<(), FileError>,
) -> Result<(), SiteError> {
    let [page, worker] = program::compile(workspace, *compiler, quality)?;
    let parts = assemble::Parts {
        template: files::read(&workspace.root.join("index.html"))?,
        www: files::read_folder(&workspace.root.join("www"))?,
        page: page.files,
        worker: worker.files,
        version: workspace.version.clone(),
        commit: workspace.commit(),
    };
    let mut site = assemble::assemble(parts)?;
    let models = files::read_if_there(&workspace.root.join(checkpoints::FOLDER))?;
    site.add(checkpoints::FOLDER, checkpoints::listed(models));
    site.add(data::FOLDER, files::read_if_there(&data::folder(workspace))?);
    write(folder, &site.files)?;
    let sizes = budget::Sizes::of((&site.page, &page.parts), (&site.worker, &worker.parts));
    println!("The site is in {}:\n{sizes}", folder.display());
    if quality == Quality::Published {
        sizes.check()?;
    }
    Ok(())
}
