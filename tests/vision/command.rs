//! The command as a person uses it.

use serde_json::Value;
use std::path::PathBuf;
use std::process::{Command, Output};

/// How far a loss in parts may lie from that of the whole batch, relatively: sums in single precision are taken in another
/// order.
const ORDER_TOLERANCE: f64 = 1e-4;

fn adapt(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bklab")).arg("adapt").args(arguments).output().unwrap()
}

const SMALL: [&str; 16] = [
    "--models",
    "tiny",
    "--tasks",
    "shapes",
    "--ranks",
    "2",
    "--storages",
    "single,four-bit-double",
    "--seeds",
    "1,2",
    "--of-each",
    "10",
    "--first-steps",
    "2",
    "--steps",
    "2",
];

#[test]
fn a_record_that_was_cut_off_after_a_run_is_gone_on_with_to_the_same_bytes() {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("vision").join("record.json");
    let out = ["--out", path.to_str().unwrap()];
    let done = adapt(&[&SMALL[..], &out].concat());
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(told.contains("4 of 4 runs") && told.contains("measured here"), "{told}");
    let whole = std::fs::read(&path).unwrap();

    // As it stood after its third run.
    let mut record: Value = serde_json::from_slice(&whole).unwrap();
    assert_eq!(record["provenance"], "measured");
    record["runs"].as_array_mut().unwrap().pop();
    std::fs::write(&path, record.to_string()).unwrap();
    let resumed = adapt(&[&out[..], &["--resume", "--json"]].concat());
    assert!(resumed.status.success(), "{}", String::from_utf8_lossy(&resumed.stderr));
    assert_eq!(String::from_utf8_lossy(&whole), String::from_utf8_lossy(&resumed.stdout));
    assert!(std::fs::read(&path).unwrap() == whole);
}

#[test]
fn a_person_adapts_to_a_zip_of_their_own_and_goes_on_with_it_alone() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("vision-archive");
    std::fs::create_dir_all(&folder).unwrap();
    let (zip, record) = (folder.join("own.zip"), folder.join("record.json"));
    std::fs::write(&zip, crate::archive::two_classes(&[])).unwrap();
    let images = ["--images", zip.to_str().unwrap()];
    let settings = ["--models", "tiny", "--ranks", "2", "--storages", "single,four-bit", "--seeds", "1"];
    let steps = ["--of-each", "10", "--first-steps", "2", "--steps", "2"];
    let out = ["--out", record.to_str().unwrap()];
    let done = adapt(&[&images[..], &settings, &steps, &out].concat());
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let told = String::from_utf8_lossy(&done.stdout);
    assert!(told.contains("own.zip") && told.contains("50.0 %"), "{told}");
    let whole: Value = serde_json::from_slice(&std::fs::read(&record).unwrap()).unwrap();
    assert_eq!(whole["config"]["file"]["classes"], serde_json::json!(["cat", "dog"]));
    let without = adapt(&[&out[..], &["--resume"]].concat());
    assert_eq!(without.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&without.stderr).contains("Give that file"));
    let with = adapt(&[&images[..], &out, &["--resume", "--json"]].concat());
    assert!(with.status.success(), "{}", String::from_utf8_lossy(&with.stderr));
    std::fs::write(&zip, b"PK").unwrap();
    let broken = adapt(&images);
    assert!(String::from_utf8_lossy(&broken.stderr).contains("This is no zip"));
}

#[test]
fn a_step_stays_within_the_memory_that_it_is_given() {
    let run = |limit: &[&str]| {
        let done = adapt(&[&SMALL[..], limit, &["--json"]].concat());
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let record: Value = serde_json::from_slice(&done.stdout).unwrap();
        let run = &record["runs"][0];
        let of = |name: &str| run["memory"][name].as_u64().unwrap();
        let losses = run["trajectory"]["losses"].as_array().unwrap();
        let losses: Vec<f64> = losses.iter().map(|loss| loss.as_f64().unwrap()).collect();
        (of("at_once"), of("bytes"), losses)
    };
    let (images, bytes, whole) = run(&[]);
    assert_eq!((images, whole.len()), (16, 2));
    let limit = bytes / 2;
    let (fewer, less, parts) = run(&["--step-bytes", &limit.to_string()]);
    // What is learned is the same, dropout included.
    for (part, whole) in parts.iter().zip(&whole) {
        assert!((part - whole).abs() <= ORDER_TOLERANCE * whole, "{part} against {whole}");
    }
    println!("{images} images take {bytes} bytes, {fewer} take {less}");
    assert!(
        fewer > 1 && fewer < images && less <= limit && less > 0,
        "{fewer} images, {less} of {limit} bytes"
    );
    let refused = adapt(&[&SMALL[..], &["--step-bytes", "1000"]].concat());
    assert_eq!(refused.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&refused.stderr).contains("the limit is 1000"));
}

#[test]
fn what_cannot_be_run_is_said_in_a_sentence() {
    let unknown = adapt(&["--models", "huge"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("tiny"));
    let twice = adapt(&["--seeds", "1,1"]);
    assert_eq!(twice.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&twice.stderr).contains("seeds twice"));
    let absent = adapt(&["--resume", "--out", "absent/record.json"]);
    assert_eq!(absent.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&absent.stderr).contains("cannot be gone on with"));
}
