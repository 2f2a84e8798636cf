//! From Rust to what a browser loads: cargo compiles both programs, wasm-bindgen wraps them.

use std::path::Path;

use wasm_bindgen_cli_support::Bindgen;

use super::SiteError;
use super::files::{self, Files};
use crate::setup::WebCompiler;
use crate::workspace::Workspace;

/// How much time the compiler may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Quality {
    /// For the world: as small and as fast as it gets.
    Published,
    /// For a look at a change: compiled again within seconds.
    Draft,
}

impl Quality {
    /// The profile in `Cargo.toml`; its name is also the folder of the products.
    pub fn profile(self) -> &'static str {
        match self {
            Self::Published => "web",
            Self::Draft => "web-dev",
        }
    }
}

/// One of the two programs.
struct Program {
    /// The binary.
    binary: &'static str,
    /// Its code in the site. The worker's may not be called `worker`, because that is the script which
    /// loads it.
    name: &'static str,
    /// What the published program is compiled for: the page, which computes nothing, to be small; the worker
    /// to be fast.
    optimisation: &'static str,
}

const PROGRAMS: [Program; 2] = [
    Program { binary: "app", name: "app", optimisation: "\"z\"" },
    Program { binary: "worker", name: "core", optimisation: "3" },
];

/// Compiles the page and the worker, in this order, and returns what a browser loads of each.
pub fn compile(
    workspace: &Workspace,
    compiler: WebCompiler,
    quality: Quality,
) -> Result<[Files; 2], SiteError> {
    let profile = quality.profile();
    println!(
        "Compiling the page and the worker for the browser, profile {profile} \
         (several minutes the first time, when every dependency is compiled)."
    );
    let products = workspace.web_target();
    let compiled = products.join(WebCompiler::TARGET).join(profile);
    let [page, worker] = PROGRAMS.map(|Program { binary, name, optimisation }| {
        let mut cargo = workspace.cargo();
        cargo.args(["build", "--package", "bk-lab", "--no-default-features", "--features", "web"]);
        cargo.args(["--bin", binary, "--profile", profile]);
        if quality == Quality::Published {
            cargo.arg("--config").arg(format!("profile.{profile}.opt-level={optimisation}"));
        }
        cargo.arg("--target-dir").arg(&products);
        compiler.set(&mut cargo);
        crate::process::run(&mut cargo)?;
        let folder = products.join("wrapped").join(name);
        wrap(&compiled.join(format!("{binary}.wasm")), name, &folder, quality)
    });
    Ok([page?, worker?])
}

/// Makes `name.js` and `name_bg.wasm` of a compiled program.
fn wrap(program: &Path, name: &str, folder: &Path, quality: Quality) -> Result<Files, SiteError> {
    files::empty_folder(folder)?;
    let mut bindgen = Bindgen::new();
    bindgen.input_path(program).out_name(name).typescript(false).omit_default_module_path(false);
    bindgen.remove_producers_section(true).remove_name_section(quality == Quality::Published);
    bindgen
        .web(true)
        .and_then(|bindgen| bindgen.generate(folder))
        .map_err(|error| SiteError::Bindgen { path: program.to_owned(), reason: format!("{error:#}") })?;
    Ok(files::read_folder(folder)?)
}
