//! The study as a record, as one zip, and what it shows: the published sums, claims, figures.

use super::command::{bklab, folder, simulation, text};
use super::{files_below, published as published_file, timeless};
use bk_lab::kit::claims::Verdict;
use bk_lab::kit::import::SourceFile;
use bk_lab::kit::record::{Provenance, document};
use bk_lab::studies::import::read_files;
use bk_lab::studies::lora::figure::{accuracy, curves};
use bk_lab::studies::lora::published::Evidence;
use bk_lab::studies::lora::published::demonstration::{Outcome, Sums, beside, published};
use bk_lab::studies::lora::published::tree::tree;
use bk_lab::studies::lora::record::{Config, Experiment, Study};
use bk_lab::studies::record::Record;
use bk_plot::{Layout, Theme, View};
use std::fs;
use std::io::Read;

fn study_of(seed: u64, experiments: u32) -> Study {
    bk_lab::studies::lora::study::run(&Config { seed, experiments, unique_ids: false }).unwrap()
}

/// The record that the importer makes of a JSON text.
fn imported(json: &str) -> Study {
    let imported = read_files(&[SourceFile { name: "record.json".into(), bytes: json.into() }]);
    assert!(imported.errors.is_empty(), "{:?}", imported.errors);
    match imported.records.into_iter().next() {
        Some(Record::Lora(study)) => *study,
        other => panic!("{other:?} is no study"),
    }
}

fn json(study: &Study) -> String {
    document::to_json(&[study]).unwrap()
}

#[test]
fn a_record_comes_back_as_it_was_and_is_what_the_command_prints() {
    for (seed, count) in [(42, 6), (7, 144), (u64::MAX, 1)] {
        let study = study_of(seed, count);
        assert_eq!(imported(&json(&study)), study);
        let (seed, count) = (seed.to_string(), count.to_string());
        let output = bklab(&["--simulate", "--seed", &seed, "--max-experiments", &count, "--json"]);
        assert!(output.status.success(), "{}", text(&output.stderr));
        assert!(text(&output.stdout) == json(&study), "the record of seed {seed} has other bytes");
    }
}

#[test]
fn a_record_that_was_changed_is_no_simulation_any_more() {
    let study = study_of(42, 6);
    let mut changed = study.clone();
    changed.experiments[3].test_metrics.top1_accuracy += 0.01;
    let found = imported(&json(&changed));
    assert_eq!((found.provenance, found.experiments), (Provenance::Unknown, changed.experiments));
    assert!(found.manifest.origin.contains("are not those of the simulation"));
    let too_many = Study { config: Config { experiments: 145, ..study.config.clone() }, ..study.clone() };
    assert_eq!(imported(&json(&too_many)).provenance, Provenance::Unknown);
    let damaged = json(&study).replacen("\"status\": \"completed\",", "", 1);
    let refused = read_files(&[SourceFile { name: "damaged.json".into(), bytes: damaged.into() }]);
    assert!(refused.records.is_empty() && refused.errors[0].to_string().contains("status"));
    // What a file says this lab measured is a statement like any other.
    let measured = Study { provenance: Provenance::Measured, ..study };
    assert_eq!(imported(&json(&measured)).provenance, Provenance::Imported);
}

/// The files of a zip by their paths.
fn unpacked(bytes: &[u8]) -> Vec<(String, String)> {
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
    let mut files = Vec::new();
    for place in 0..archive.len() {
        let mut file = archive.by_index(place).unwrap();
        let name = file.name().unwrap().into_owned();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        files.push((name, text));
    }
    files
}

#[test]
fn the_zip_holds_the_files_that_are_written_and_has_the_same_bytes_every_time() {
    for count in ["0", "6", "144"] {
        let (written, path) = (folder(&format!("unzipped_{count}")), folder(&format!("{count}.zip")));
        assert!(bklab(&simulation(&written, "42", count)).status.success());
        let zip = |path: &str| {
            let arguments = ["--simulate", "--seed", "42", "--max-experiments", count, "--zip", path];
            let output = bklab(&arguments);
            assert!(output.status.success(), "{}", text(&output.stderr));
            fs::read(path).unwrap()
        };
        let bytes = zip(path.to_str().unwrap());
        assert_eq!(zip(path.to_str().unwrap()), bytes);
        let mut packed = unpacked(&bytes);
        packed.sort();
        let files: Vec<(String, String)> = files_below(&written, "").into_iter().collect();
        assert_eq!(
            packed.iter().map(|(path, _)| path).collect::<Vec<_>>(),
            files.iter().map(|(path, _)| path).collect::<Vec<_>>()
        );
        for ((path, one), (_, other)) in packed.iter().zip(&files) {
            assert_eq!(timeless(one), timeless(other), "{path}");
        }
    }
}

/// No clock runs in the page: the times are the same stated ones everywhere, and the note says so.
#[test]
fn a_tree_without_a_clock_says_so() {
    let files = tree(&study_of(1, 4)).unwrap();
    assert_eq!(files[0].path, "SIMULATION.txt");
    assert!(files[0].text.contains("the beginning of 1970 where no clock ran"));
    let results = files.iter().find(|file| file.path.ends_with("q8bit/results.json")).unwrap();
    assert!(results.text.contains("\"start_time\": \"1970-01-01T00:00:00.000000\""));
    // Times that a study has are kept, and only a simulation is called one.
    let mut measured = Study { provenance: Provenance::Imported, ..study_of(1, 1) };
    measured.experiments[0].start_time = Some("2025-07-25T12:55:41.000000".into());
    let files = tree(&measured).unwrap();
    assert!(files[0].path.ends_with("/config.json") && files[1].text.contains("2025-07-25T12:55:41"));
}

/// The six published results give the published sums to the last digit, and a word for convergence that is not theirs.
#[test]
fn the_published_sums_come_back() {
    let sums = Sums::of(&published());
    assert_eq!(sums.reduction, Some(52.71296339175412));
    assert_eq!(sums.drop, Some(0.00820919888471483));
    assert_eq!(sums.most, Some(53.316175289760814));
    assert_eq!(sums.reduction_deviation, Some(0.5049328168034528));
    assert_eq!((sums.baseline, sums.quantized), (Some(0.8466596839186362), Some(0.8384504850339214)));
    assert_eq!((sums.labelled, sums.stable, sums.count), (6, 2, 6));
    /// The spec prints the statistics to five decimals.
    const PRINTED: f64 = 5e-6;
    let test = sums.test.unwrap();
    assert!((test.statistic - 0.94610).abs() < PRINTED && (test.p - 0.39767).abs() < PRINTED, "{test:?}");
    let grid = beside(&study_of(42, 5).experiments);
    assert_eq!(grid.rows[0][1..3], ["52.71296339175412", "52.71296339175412"]);
    assert_eq!(grid.rows[0][3], "–", "five experiments are not the first six");
    assert_eq!(grid.rows[8][1..3], ["6 of 6", "6 of 6"]);
    assert_eq!(grid.rows[9][1..3], ["not published", "2 of 6"]);
}

#[test]
#[ignore = "needs the published files"]
fn the_published_outcomes_are_those_of_the_files() {
    let prefix = "published/quantization/deit_tiny_patch16_224_cifar10";
    let names = ["", "_q8bit"].into_iter().flat_map(|suffix| {
        [42, 123, 456].map(|seed| format!("{prefix}_seed{seed}_lora_r4_a8.0{suffix}/results.json"))
    });
    for (name, outcome) in names.zip(published()) {
        let run: Experiment = serde_json::from_value(published_file(&name)).unwrap();
        assert_eq!(Outcome::of(&run), outcome, "{name}");
    }
}

#[test]
fn the_seeds_of_the_specification_give_what_it_says() {
    /// Printed to three decimals in percent.
    const PRINTED: f64 = 5e-4;
    for (seed, reduction, drop, stable) in
        [(42, 49.629, 0.014451, 2), (0, 47.892, 0.010863, 2), (123, 48.672, 0.005016, 1)]
    {
        let study = study_of(seed, 6);
        let sums = Sums::of(&study.experiments.iter().map(Outcome::of).collect::<Vec<_>>());
        assert!((sums.reduction.unwrap() - reduction).abs() < PRINTED);
        assert!((sums.drop.unwrap() - drop).abs() < PRINTED);
        assert_eq!(sums.labelled, stable);
    }
}

#[test]
fn evidence_is_there_for_every_experiment_and_nothing_is_called_reproduced_that_was_simulated() {
    let study = study_of(42, 144);
    let evidence = Evidence::of(&study);
    assert_eq!((evidence.contradictions.len(), evidence.stored.len()), (144, 144));
    assert!(evidence.contradictions.iter().all(|found| found.len() >= 3));
    let about_models = evidence.claims.iter().filter(|claim| claim.about_models);
    let verdicts: Vec<Verdict> = about_models.map(|claim| claim.verdict).collect();
    assert!(!verdicts.is_empty());
    assert!(
        verdicts.iter().all(|verdict| matches!(verdict, Verdict::SimulatedOnly | Verdict::NotReproducible))
    );
    for table in &evidence.tables {
        assert!(table.explanation.ends_with('.') && !table.grid.rows.is_empty(), "{}", table.grid.heading);
        assert!(
            table.grid.rows.iter().all(|row| row.len() == table.grid.columns.len()),
            "{}",
            table.grid.heading
        );
    }
    // An adapter of rank 4 on all layers of the small model: 147,456 parameters of four bytes.
    let weights = 22_105_384;
    assert_eq!(evidence.stored[0], Some(weights + 4 * 147_456));
    // The same as a message between page and worker.
    let message = serde_json::to_string(&evidence).unwrap();
    assert_eq!(serde_json::from_str::<Evidence>(&message).unwrap(), evidence);
    // With nothing to look at, nothing is claimed to hold.
    let nothing = Evidence::of(&study_of(42, 0));
    assert!(nothing.claims.iter().all(|claim| claim.verdict == Verdict::NotReproducible));
}

/// Where storages differ, the pairs are compared without and with a correction, and no corrected p is smaller.
#[test]
fn an_analysis_of_variance_is_followed_up() {
    let evidence = Evidence::of(&study_of(42, 144));
    let rows = |start: &str| {
        let table = evidence.tables.iter().find(|table| table.grid.heading.starts_with(start)).unwrap();
        table.grid.rows.clone()
    };
    let variance = rows("Analysis of variance");
    assert_eq!(variance.len(), 4);
    assert!(variance.iter().all(|row| row[1] == "9, 9, 9, 9" && row[3] == "3 and 32"));
    let differing = variance.iter().filter(|row| row[5] == "yes").count();
    let pairs = rows("After the analysis of variance");
    assert!(differing > 0);
    assert_eq!(pairs.len(), 6 * differing);
    for row in &pairs {
        let (plain, corrected): (f64, f64) = (row[4].parse().unwrap(), row[5].parse().unwrap());
        assert!(corrected >= plain, "{row:?}");
    }
}

#[test]
fn figures_are_drawn_of_what_there_is() {
    let study = study_of(42, 144);
    let stored = Evidence::of(&study).stored;
    let runs: Vec<_> = study.experiments.iter().zip(stored).collect();
    let provenance = study.provenance;
    for (width, height) in [(240.0, 312.0), (900.0, 500.0)] {
        let layout = Layout::new(width, height, Theme::Light);
        let scene = accuracy(&runs, provenance, &View::default(), &layout);
        assert!(scene.summary.contains("published simulation") && scene.summary.contains("144 experiments"));
        let readings: usize = scene.plots[0].traces.iter().map(|trace| trace.readings.len()).sum();
        assert_eq!(readings, 2 * 144, "each once as large as it is, and once as stated");
        assert_eq!(scene.series.len(), 6);
        let mut view = View::default();
        view.hidden.toggle("stated-size");
        view.hidden.toggle("baseline");
        let scene = accuracy(&runs, provenance, &view, &layout);
        let readings: usize = scene.plots[0].traces.iter().map(|trace| trace.readings.len()).sum();
        assert_eq!(readings, 108);
        assert!(scene.summary.contains("Not shown: not quantized, size as stated."), "{}", scene.summary);
        assert!(
            accuracy(&[], provenance, &View::default(), &layout).summary.contains("No experiment is shown")
        );
        let scene = curves(&study.experiments[0], provenance, &layout);
        assert!(scene.summary.contains("15 epochs") && scene.commands.len() > 30);
    }
}

/// Everything that was written is found to be itself, by way of the importer.
#[test]
fn the_files_of_a_zip_are_recognised() {
    let files = tree(&study_of(0, 6)).unwrap();
    let files: Vec<SourceFile> = files
        .into_iter()
        .filter(|file| file.path.ends_with(".json"))
        .map(|file| SourceFile { name: file.path, bytes: file.text.into_bytes() })
        .collect();
    let imported = read_files(&files);
    assert!(imported.errors.is_empty());
    let [Record::Lora(found)] = imported.records.as_slice() else { panic!("one study") };
    assert_eq!(found.provenance, Provenance::PublishedSimulation);
    assert!(found.manifest.origin.contains("seeded by 0"));
}
