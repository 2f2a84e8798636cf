//! `bklab lora` as a person uses it: its files, its exit status, and what is left of it when it is ended.

use super::{files_below, published_simulation, timeless};
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

pub(crate) fn bklab(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bklab")).arg("lora").args(arguments).output().unwrap()
}

pub(crate) fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A path of this test's own where nothing is.
pub(crate) fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("lora").join(name);
    let _ = fs::remove_dir_all(&folder);
    folder
}

/// The arguments of a simulation into a folder.
pub(crate) fn simulation<'arguments>(
    folder: &'arguments Path,
    seed: &'arguments str,
    count: &'arguments str,
) -> [&'arguments str; 7] {
    ["--simulate", "--seed", seed, "--max-experiments", count, "--output-dir", folder.to_str().unwrap()]
}

fn json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Two trees that differ in nothing but times.
fn assert_same(one: &Path, other: &Path) {
    let (one, other) = (files_below(one, ""), files_below(other, ""));
    assert_eq!(one.keys().collect::<Vec<_>>(), other.keys().collect::<Vec<_>>());
    for (path, text) in &one {
        assert_eq!(timeless(text), timeless(&other[path]), "{path}");
    }
}

#[test]
fn all_experiments_are_valid() {
    let output = bklab(&["--validate-only"]);
    assert!(output.status.success());
    assert_eq!(text(&output.stdout), "144 valid, 0 invalid\n");
    assert_eq!(text(&bklab(&["--validate-only", "--max-experiments", "0"]).stdout), "0 valid, 0 invalid\n");
}

#[test]
fn a_dry_run_tells_and_writes_nothing() {
    let folder = folder("dry");
    let output = bklab(&["--dry-run", "--output-dir", folder.to_str().unwrap()]);
    assert!(output.status.success() && !folder.exists());
    let plan = text(&output.stdout);
    for words in
        ["144 experiments", "36 8-bit", "and 134 more experiments", "1.832 GB", "seed456_lora_r4_a8.0_q4bit"]
    {
        assert!(plan.contains(words), "{words} is missing from\n{plan}");
    }
    assert!(!text(&bklab(&["--dry-run", "--max-experiments", "3"]).stdout).contains("more experiments"));
}

#[test]
fn a_simulation_is_written_and_reported() {
    let folder = folder("simulated");
    let output = bklab(&simulation(&folder, "42", "6"));
    assert!(output.status.success(), "{}", text(&output.stderr));
    let report = text(&output.stdout);
    for words in [
        "published simulation",
        "no model was trained",
        "6 experiments completed",
        "49.6 %",
        "0.0145",
        "33.3 %",
    ] {
        assert!(report.contains(words), "{words} is missing from\n{report}");
    }
    // What the others do not say.
    let note = fs::read_to_string(folder.join("SIMULATION.txt")).unwrap();
    assert!(note.contains("seeded by 42") && note.contains("No model was trained"));
    let time =
        json(&folder.join("quantization_experiments_summary.json"))["timestamp"].as_str().unwrap().to_owned();
    assert_eq!((time.len(), time.as_bytes()[10], time.as_bytes()[19]), (26, b'T', b'.'), "{time}");
}

#[test]
#[ignore = "needs the published files"]
fn the_published_tree_is_written() {
    let folder = folder("published");
    assert!(bklab(&simulation(&folder, "42", "6")).status.success());
    // The published program writes no note.
    fs::remove_file(folder.join("SIMULATION.txt")).unwrap();
    assert_same(&folder, &published_simulation(42));
}

#[test]
fn the_whole_matrix_lies_in_108_folders_or_in_144() {
    let (colliding, unique) = (folder("colliding"), folder("unique"));
    let output = bklab(&simulation(&colliding, "42", "144"));
    assert!(output.status.success() && text(&output.stdout).contains("108 folders"));
    assert!(bklab(&[&simulation(&unique, "42", "144")[..], &["--unique-ids"]].concat()).status.success());
    let results =
        |folder: &Path| files_below(folder, "").keys().filter(|path| path.ends_with("/results.json")).count();
    assert_eq!((results(&colliding), results(&unique)), (108, 144));
    let id = "deit_tiny_patch16_224_cifar10_seed42_lora_r4_a8.0_q4bit";
    let name = |path: &str| json(&colliding.join(id).join(path))["name"].as_str().unwrap().to_owned();
    assert!(name("config.json").contains("_dq_"));
    assert!(!json(&unique.join(id).join("config.json"))["name"].as_str().unwrap().contains("_dq_"));
}

/// What the seed and the published rules give again, what the tests say, and what cannot be true.
#[test]
fn a_tree_is_analysed() {
    let folder = folder("analysed");
    assert!(bklab(&simulation(&folder, "42", "144")).status.success());
    let output = bklab(&["--analysis-only", folder.to_str().unwrap()]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let report = text(&output.stdout);
    for words in [
        "study of 108 experiments",
        "published simulation",
        "seeded by 42",
        "success rate",
        "p after Holm",
        "Source cited",
        "Student's t",
        "the model has 5526346",
        "above the best one",
    ] {
        assert!(report.contains(words), "{words} is missing from\n{report}");
    }
    let same = bklab(&["--analysis-only", "--output-dir", folder.to_str().unwrap()]);
    assert_eq!(text(&same.stdout), report);
    let output = bklab(&["--analysis-only", folder.join("nowhere").to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("nowhere"));
    let nothing = folder.join("nothing");
    fs::create_dir(&nothing).unwrap();
    let output = bklab(&["--analysis-only", nothing.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("holds no result files"));
}

#[test]
fn no_experiments_are_none() {
    let folder = folder("none");
    assert!(bklab(&simulation(&folder, "1", "0")).status.success());
    let summary = json(&folder.join("quantization_experiments_summary.json"));
    assert_eq!((&summary["total_experiments"], &summary["success_rate"]), (&0.into(), &0.into()));
}

#[test]
fn wrong_usage_is_refused_before_anything_is_written() {
    let folder = folder("misuse");
    let misuse: [&[&str]; 9] = [
        &[],
        &["--simulate"],
        &["--simulate", "--seed", "-1"],
        &simulation(&folder, "1", "-1"),
        &simulation(&folder, "1", "145"),
        &["--dry-run", "--resume"],
        &["--validate-only", "--json"],
        &["--simulate", "--seed", "1", "--json", "--output-dir", "somewhere"],
        &["--simulate", "--seed", "1", "--zip", "study.zip", "--resume"],
    ];
    for arguments in misuse {
        let output = bklab(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {}", text(&output.stderr));
        assert!(output.stdout.is_empty() && !output.stderr.is_empty() && !folder.exists());
    }
}

/// A results file that cannot be replaced fails its experiment, leaves its error, and keeps nothing else back.
#[test]
fn a_failed_experiment_leaves_its_error_and_the_rest_go_on() {
    let (folder, whole) = (folder("failing"), folder("not_failing"));
    let id = "deit_tiny_patch16_224_cifar10_seed456_lora_r4_a8.0";
    let obstacle = folder.join(id).join("results.json");
    fs::create_dir_all(obstacle.join("in the way")).unwrap();
    let output = bklab(&simulation(&folder, "42", "6"));
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("1 of 6 experiments failed"), "{}", text(&output.stderr));
    let error = json(&folder.join(id).join("error.json"));
    let keys: Vec<&str> = error.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(
        keys,
        [
            "experiment_id",
            "config",
            "status",
            "error",
            "traceback",
            "start_time",
            "end_time",
            "training_time"
        ]
    );
    assert_eq!((&error["status"], &error["experiment_id"]), (&"failed".into(), &id.into()));
    assert!(error["error"].as_str().unwrap().starts_with(&format!("Quantization experiment {id} failed: ")));
    let summary = json(&folder.join("quantization_experiments_summary.json"));
    assert_eq!(summary["failed_experiments"][0]["experiment_id"], id);
    assert_eq!((&summary["successful_experiments"], &summary["total_experiments"]), (&5.into(), &6.into()));
    assert!(folder.join(format!("{id}_q8bit/results.json")).is_file());

    fs::remove_dir_all(&obstacle).unwrap();
    let output = bklab(&[&simulation(&folder, "42", "6")[..], &["--resume"]].concat());
    assert!(output.status.success() && text(&output.stdout).contains("(5 of them before)"));
    assert!(bklab(&simulation(&whole, "42", "6")).status.success());
    // The leftovers of the failed attempt are gone too.
    assert_same(&folder, &whole);
}

#[test]
fn another_runs_results_are_not_resumed() {
    let folder = folder("foreign");
    assert!(bklab(&simulation(&folder, "42", "6")).status.success());
    let before = files_below(&folder, "");
    let output = bklab(&[&simulation(&folder, "43", "6")[..], &["--resume"]].concat());
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output.stderr).contains("seed 43 does not give"), "{}", text(&output.stderr));
    assert_eq!(files_below(&folder, ""), before);
}

/// A pipe without a reader stops the program in the middle of an experiment, where it is killed: at a plain one; at
/// one that shares its folder with an earlier one, before and after the results of that are replaced.
#[cfg(unix)]
#[test]
fn a_killed_run_is_resumed_to_the_same_files() {
    use std::os::unix::fs::FileTypeExt;
    let whole = folder("whole");
    assert!(bklab(&simulation(&whole, "7", "144")).status.success());
    // The 21st experiment has this folder, and so has the 24th.
    let shared = "deit_tiny_patch16_224_cifar10_seed456_lora_r8_a16.0_q4bit";
    for (number, (before, id, file)) in [
        ("0", "deit_tiny_patch16_224_cifar100_seed123_lora_r8_a16.0_q8bit", "results.json"),
        ("0", "deit_tiny_patch16_224_cifar10_seed42_lora_r4_a8.0", "config.json"),
        ("21", shared, "config.json"),
        ("21", shared, "results.json"),
        ("21", shared, "quantization_analysis.json"),
    ]
    .into_iter()
    .enumerate()
    {
        let folder = folder(&format!("killed_{number}"));
        assert!(bklab(&simulation(&folder, "7", before)).status.success());
        fs::create_dir_all(folder.join(id)).unwrap();
        let pipe = folder.join(id).join(format!("{file}.partial"));
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let arguments = [&simulation(&folder, "7", "144")[..], &["--resume"]].concat();
        let start = |arguments: &[&str]| {
            let mut command = Command::new(env!("CARGO_BIN_EXE_bklab"));
            command.arg("lora").args(arguments).stdout(Stdio::null()).stderr(Stdio::null());
            command.spawn().unwrap()
        };
        let mut child = start(&arguments);
        // It writes until it waits at the pipe.
        let mut settled = usize::MAX;
        while files_below_without_pipes(&folder) != settled {
            settled = files_below_without_pipes(&folder);
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
        assert_eq!(child.try_wait().unwrap(), None, "it did not stop at the pipe");
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(fs::metadata(&pipe).unwrap().file_type().is_fifo());
        let summary = json(&folder.join("quantization_experiments_summary.json"));
        assert_eq!(summary["total_experiments"].to_string(), before);
        fs::remove_file(&pipe).unwrap();
        // A file cut off in the middle of writing is left too.
        fs::write(&pipe, "{\"experiment_id\": \"dei").unwrap();
        assert!(start(&arguments).wait().unwrap().success());
        assert_same(&folder, &whole);
    }
}

/// How many files there are below a folder; pipes, which would be waited at, are not opened.
#[cfg(unix)]
fn files_below_without_pipes(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| if entry.path().is_dir() { files_below_without_pipes(&entry.path()) } else { 1 })
        .sum()
}
