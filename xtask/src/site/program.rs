//! From Rust to what a browser loads: cargo compiles both programs, each is split into the parts that its source in
//! src/bin/ marks, and wasm-bindgen wraps what it starts with.

use std::collections::BTreeMap;
use std::path::Path;

use wasm_bindgen_cli_support::Bindgen;

use super::SiteError;
use super::comments::without_comments;
use super::files::{self, Files};
use super::slim::slim;
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
    /// Its folder in the site.
    folder: &'static str,
    /// What the published program is compiled for: the page, which computes nothing, to be small; the worker to be
    /// fast, but not at any size: the third level takes 22 kB more of the dearest room, gzipped, than the second.
    optimisation: &'static str,
    /// What the compiler is told besides.
    besides: &'static [&'static str],
}

/// A program as a browser loads it.
pub struct Code {
    /// All its files, by their path in the folder of code.
    pub files: Files,
    /// Its parts, and the files that each one needs beyond what starts first. A file may belong to several.
    pub parts: Parts,
}

/// The names of files by the name of the part that needs them.
pub type Parts = BTreeMap<String, Vec<String>>;

const PROGRAMS: [Program; 2] = [
    Program { binary: "app", folder: "page", optimisation: "\"z\"", besides: &[] },
    Program { binary: "worker", folder: "worker", optimisation: "2", besides: &[UNROLLED, CALLED] },
];

/// How large a loop of known length may become when it is written out: the kernels' loops over the four registers of a
/// block, which the second level would leave as loops over memory. It is what the third level of optimisation gives them
/// (docs/performance.md has what it brings), at a fifth of its size.
const UNROLLED: &str = "llvm-args=-unroll-threshold=300";

/// How costly a function may be that is written out where it is called, when the whole program is optimised: less than usual,
/// which takes 30 kB off the dearest room, gzipped. What the kernels are made of says itself that it is to be written out.
const CALLED: &str = "llvm-args=-inline-threshold=15";

/// How the wrapper of a program is called in its folder, without an extension.
const WRAPPER: &str = "program";

/// Compiles the page and the worker, in this order, and returns what a browser loads of each.
pub fn compile(
    workspace: &Workspace,
    compiler: WebCompiler,
    quality: Quality,
) -> Result<[Code; 2], SiteError> {
    let profile = quality.profile();
    println!(
        "Compiling the page and the worker for the browser, profile {profile} \
         (several minutes the first time, when every dependency is compiled)."
    );
    let [page, worker] = PROGRAMS.map(|program| make(&program, workspace, compiler, quality));
    Ok([page?, worker?])
}

/// Compiles a program, splits and wraps it.
fn make(
    &Program { binary, folder: name, optimisation, besides }: &Program,
    workspace: &Workspace,
    compiler: WebCompiler,
    quality: Quality,
) -> Result<Code, SiteError> {
    let (profile, products) = (quality.profile(), workspace.web_target());
    let mut cargo = workspace.cargo();
    cargo.args(["rustc", "--package", "bk-lab", "--no-default-features", "--features", "web"]);
    cargo.args(["--bin", binary, "--profile", profile]);
    if quality == Quality::Published {
        cargo.arg("--config").arg(format!("profile.{profile}.opt-level={optimisation}"));
    }
    cargo.arg("--target-dir").arg(&products);
    compiler.set(&mut cargo);
    // The splitter reads there which function needs which.
    cargo.args(["--", "-C", "link-arg=--emit-relocs"]);
    if quality == Quality::Published {
        cargo.args(besides.iter().flat_map(|option| ["-C", option]));
    }
    crate::process::run(&mut cargo)?;
    let compiled = products.join(WebCompiler::TARGET).join(profile);
    let program = compiled.join(format!("{binary}.wasm"));
    let folder = products.join("wrapped").join(profile).join(name);
    files::empty_folder(&folder)?;
    let first = compiled.join(format!("{binary}-first.wasm"));
    let mut parts = split(&program, &first, &folder)?;
    wrap(&first, &folder, quality)?;
    let mut files = files::read_folder(&folder)?;
    if quality == Quality::Published {
        parts.values().flatten().try_for_each(|part| strip(&mut files, part))?;
        for (_, script) in files.iter_mut().filter(|(name, _)| name.ends_with(".js")) {
            *script = without_comments(&String::from_utf8_lossy(script)).into_bytes();
        }
    }
    let within = |file: String| format!("{name}/{file}");
    parts.values_mut().flatten().for_each(|file| *file = within(std::mem::take(file)));
    Ok(Code { files: files.into_iter().map(|(file, contents)| (within(file), contents)).collect(), parts })
}

/// Takes a program apart: what it starts with goes to `first`, still to be wrapped, the parts and the script that
/// fetches them go to the folder.
fn split(program: &Path, first: &Path, folder: &Path) -> Result<Parts, SiteError> {
    let failed = |reason: String| SiteError::Tool { tool: "wasm-split", path: program.to_owned(), reason };
    let compiled = std::fs::read(program).map_err(|error| failed(error.to_string()))?;
    let (wrapper, script) = (format!("./{WRAPPER}.js"), format!("./{WRAPPER}_parts.js"));
    let mut options = wasm_split_cli_support::Options::new(&compiled);
    options.output_dir = folder;
    options.main_out_path = first;
    options.main_module = &wrapper;
    options.link_name = &script;
    let split = wasm_split_cli_support::transform(options).map_err(|error| failed(format!("{error:#}")))?;
    let file = |stem: String| format!("{stem}.wasm");
    Ok(split
        .prefetch_map
        .into_iter()
        .map(|(part, stems)| (part, stems.into_iter().map(file).collect()))
        .collect())
}

/// Makes `program.js` and `program_bg.wasm` of a compiled program.
fn wrap(program: &Path, folder: &Path, quality: Quality) -> Result<(), SiteError> {
    let mut bindgen = Bindgen::new();
    bindgen.input_path(program).out_name(WRAPPER).typescript(false).omit_default_module_path(false);
    bindgen.remove_producers_section(true).remove_name_section(quality == Quality::Published);
    // The parts call what the first one exports.
    bindgen.keep_lld_exports(true);
    bindgen.web(true).and_then(|bindgen| bindgen.generate(folder)).map_err(|error| SiteError::Tool {
        tool: "wasm-bindgen",
        path: program.to_owned(),
        reason: format!("{error:#}"),
    })
}

/// Leaves out of a part what it does not use.
fn strip(files: &mut Files, name: &str) -> Result<(), SiteError> {
    let Some(module) = files.get_mut(name) else {
        return Err(SiteError::NoPart { name: name.to_owned() });
    };
    *module = slim(module).map_err(|error| SiteError::Tool {
        tool: "wasm-encoder",
        path: name.into(),
        reason: error.to_string(),
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_that_is_not_there_is_named() {
        let error = strip(&mut Files::new(), "split_files.wasm").unwrap_err().to_string();
        assert!(error.starts_with("split_files.wasm"), "{error}");
    }
}
