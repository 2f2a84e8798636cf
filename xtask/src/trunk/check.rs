//! Is Trunk's site the one of `cargo xtask build`?

use std::path::Path;
use std::process::Command;

use super::{CONFIGURATION, TrunkError};
use crate::process;
use crate::site::files::{self, Files};
use crate::workspace::Workspace;

/// The moment at which the hook has to run: the staging folder is there, and what it holds is not yet in place.
const STAGE: &str = "post_build";

/// Checks that Trunk's site is, file by file, the one in a folder. Where Trunk is not installed, only its hook runs, in
/// the environment that Trunk would give it.
pub fn check(workspace: &Workspace, site: &Path) -> Result<(), TrunkError> {
    let folder = workspace.target.join("trunk");
    files::empty_folder(&folder)?;
    if process::find("trunk").is_some() {
        process::run(&mut trunk(workspace, &folder))?;
    } else {
        println!("Trunk is not installed, so only the hook of {CONFIGURATION} is run.");
        let [index, configuration] = ["index.html", CONFIGURATION].map(|name| workspace.root.join(name));
        files::write(&folder.join("index.html"), &files::read(&index)?)?;
        let configuration = files::read(&configuration)?;
        process::run(&mut hook(workspace, &String::from_utf8_lossy(&configuration), &folder)?)?;
    }
    let (own, other) = (files::read_folder(site)?, files::read_folder(&folder)?);
    same(&own, &other)?;
    println!("{} files, and all are the same in {} and {}.", own.len(), site.display(), folder.display());
    Ok(())
}

/// Trunk itself, without any request to the network.
fn trunk(workspace: &Workspace, folder: &Path) -> Command {
    let mut trunk = Command::new("trunk");
    trunk.args(["build", "--release", "--offline", "--dist"]).arg(folder).current_dir(&workspace.root);
    // Trunk takes the usual NO_COLOR=1 for a mistake.
    trunk.env("TRUNK_SKIP_VERSION_CHECK", "true").env_remove("NO_COLOR");
    trunk
}

/// The hook as Trunk runs it.
fn hook(workspace: &Workspace, configuration: &str, folder: &Path) -> Result<Command, TrunkError> {
    let words = hook_words(configuration)?;
    let Some((program, arguments)) = words.split_first() else {
        return Err(TrunkError::NoHook { reason: "the one it has gives no command".to_owned() });
    };
    let mut hook = Command::new(program);
    hook.args(arguments).current_dir(&workspace.root);
    hook.env("TRUNK_PROFILE", "release").env("TRUNK_PUBLIC_URL", "/");
    hook.env("TRUNK_HTML_FILE", workspace.root.join("index.html")).env("TRUNK_SOURCE_DIR", &workspace.root);
    hook.env("TRUNK_STAGING_DIR", folder).env("TRUNK_DIST_DIR", folder);
    Ok(hook)
}

/// The command of the hook and its arguments.
fn hook_words(configuration: &str) -> Result<Vec<String>, TrunkError> {
    let failed = |reason: String| TrunkError::NoHook { reason };
    let configuration: toml::Table = configuration.parse().map_err(|error| failed(format!("{error}")))?;
    let hooks = configuration.get("hooks").and_then(toml::Value::as_array);
    let at_stage = |hook: &&toml::Value| hook.get("stage").and_then(toml::Value::as_str) == Some(STAGE);
    let hook =
        hooks.into_iter().flatten().find(at_stage).ok_or_else(|| failed(format!("none for {STAGE}")))?;
    let arguments = hook.get("command_arguments").and_then(toml::Value::as_array);
    let words = hook.get("command").into_iter().chain(arguments.into_iter().flatten());
    Ok(words.filter_map(toml::Value::as_str).map(str::to_owned).collect())
}

/// Fails when two sites are not equal, byte for byte.
fn same(own: &Files, other: &Files) -> Result<(), TrunkError> {
    let mut names: Vec<String> = own.keys().chain(other.keys()).cloned().collect();
    names.sort();
    names.dedup();
    names.retain(|name| own.get(name) != other.get(name));
    if names.is_empty() { Ok(()) } else { Err(TrunkError::Different { names }) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REAL: &str = include_str!("../../../Trunk.toml");

    #[test]
    fn trunk_runs_this_command_and_adds_no_script() {
        assert_eq!(hook_words(REAL).unwrap(), ["cargo", "xtask", "stage"]);
        let real: toml::Table = REAL.parse().unwrap();
        assert_eq!(real["serve"]["no_autoreload"].as_bool(), Some(true));
        let error = hook_words("[[hooks]]\nstage = \"pre_build\"\ncommand = \"cargo\"").unwrap_err();
        assert!(error.to_string().contains("none for post_build"), "{error}");
    }

    /// A list of what to ignore would not do: Trunk fails where a folder on it is not there yet, as `target` before the
    /// first build.
    #[test]
    fn trunk_watches_what_the_site_is_made_of_and_nothing_else() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let real: toml::Table = REAL.parse().unwrap();
        let watched: Vec<&str> =
            real["watch"]["watch"].as_array().unwrap().iter().map(|path| path.as_str().unwrap()).collect();
        for path in &watched {
            assert!(root.join(path).exists(), "{path} is watched and not there: `trunk serve` would fail");
        }
        for path in ["src", "crates", "www", "shaders", "checkpoints", "index.html", "xtask"] {
            assert!(watched.contains(&path), "{path} is not watched");
        }
        for product in ["dist", "target", "."] {
            assert!(!watched.contains(&product), "every build would start another one");
        }
    }

    #[test]
    fn sites_are_compared_file_by_file() {
        let site = |all: &[(&str, u8)]| -> Files {
            all.iter().map(|(name, byte)| ((*name).to_owned(), vec![*byte])).collect()
        };
        let own = site(&[("a", 1), ("b", 2), ("c", 3)]);
        same(&own, &own).unwrap();
        let error = same(&own, &site(&[("a", 1), ("b", 9), ("d", 4)])).unwrap_err().to_string();
        assert!(error.contains("in 3 files, such as b, c, d."), "{error}");
    }
}
