//! Efficiency data in every published form.

use super::{file, only, read, refused};
use bk_lab::kit::claims::PublishedFigure;
use bk_lab::kit::record::{Model, Provenance, document};
use bk_lab::studies::efficiency::record::{Config, Efficiency};
use bk_lab::studies::efficiency::study::run;
use bk_lab::studies::import::read_files;
use bk_lab::studies::record::Record;

fn simulated(seed: u32, configurations: u32) -> Efficiency {
    run(&Config { seed, configurations }).unwrap()
}

/// resnet-bk.md §6.3: an object a file, its name the configuration's unless it has one.
#[test]
fn the_loader_format_is_one_configuration_a_file() {
    let files = [
        file("resnetbk_efficiency_small.json", r#"{"perplexity": 30.5, "flops_per_token": 2000000000}"#),
        file("mamba_efficiency.json", r#"{"config_id": "wide", "perplexity": 33, "flops_per_token": 9e9}"#),
        file("x.json", r#"{"model": "bk", "config_id": "wide", "perplexity": 29, "flops_per_token": 4e9}"#),
    ];
    let record: Efficiency = only(read_files(&files));
    let names = |model| record.points(model).iter().map(|p| p.configuration.as_str()).collect::<Vec<_>>();
    assert_eq!(names(&Model::ResNetBk), ["resnetbk_efficiency_small", "wide"]);
    assert_eq!(names(&Model::Mamba), ["wide"]);
    assert_eq!(record.provenance, Provenance::Unknown);
    assert_eq!(record.manifest.files.len(), 3);
}

#[test]
fn a_list_holds_any_number_of_models_and_runs() {
    let list = r#"[
        {"model": "resnet_bk_act", "config_id": "a", "seed": 1, "perplexity": 30, "flops_per_token": 2e9},
        {"model": "resnet_bk_act", "config_id": "a", "seed": 2, "perplexity": 34, "flops_per_token": 4e9},
        {"model": "resnet_bk", "perplexity": 31, "flops_per_token": 3e9, "unused": NaN}
    ]"#;
    let record: Efficiency = only(read("e.json", list));
    let act = &record.points(&Model::Other("resnet_bk_act".into()))[0];
    assert_eq!((act.runs.len(), act.cost().flops, act.cost().perplexity), (2, 3e9, 32.0));
    // The deviation is √8, its part of the mean's error 2, and t₀.₉₇₅ with one degree of freedom 12.706.
    assert_eq!(format!("{:.2}", act.confidence().unwrap().perplexity), "25.41");
    assert_eq!(record.points(&Model::ResNetBk)[0].configuration, "row 3");
}

#[test]
fn a_summary_of_the_simulation_is_recognised_and_completed() {
    for (seed, configurations) in [(42, 10), (7, 25)] {
        let record = simulated(seed, configurations);
        let imported: Efficiency = only(read("measured.json", &record.summary_json().unwrap()));
        assert_eq!(imported.provenance, Provenance::PublishedSimulation);
        assert_eq!((&imported.series, &imported.config), (&record.series, &record.config));
        assert!(imported.manifest.origin.contains(&format!("seed {seed}:")));
    }
}

#[test]
fn any_other_summary_gives_the_points_it_names() {
    let json = simulated(42, 10).summary_json().unwrap().replace("28.14901424590337", "28.14901424590338");
    let record: Efficiency = only(read("summary.json", &json));
    assert_eq!(record.provenance, Provenance::Unknown);
    // The best (also nearest to perplexity 25) and the cheapest (30, 35, 40), and the one at 3 GFLOPs; Mamba's
    // two, and those nearest to perplexity 35 and to 7 GFLOPs.
    let counts = Model::PUBLISHED.map(|model| record.points(&model).len());
    assert_eq!(counts, [3, 4]);
    assert_eq!(record.checks().len(), 2);
}

#[test]
fn points_of_the_simulation_are_recognised_in_a_list_and_in_a_map() {
    let rows = |model: &Model| {
        let points = simulated(5, 4).points(model).to_vec();
        let rows: Vec<String> = points
            .iter()
            .map(|point| {
                let run = point.runs[0];
                format!(
                    r#"{{"config_id": "{}", "model": "{}", "perplexity": {}, "flops_per_token": {}}}"#,
                    point.configuration,
                    model.key(),
                    run.perplexity,
                    run.flops_per_token
                )
            })
            .collect();
        format!("[{}]", rows.join(","))
    };
    let [resnetbk, mamba] = Model::PUBLISHED.map(|model| rows(&model));
    let map = format!(r#"{{"resnetbk": {resnetbk}, "mamba": {mamba}, "pareto": [0, 1]}}"#);
    let record: Efficiency = only(read("points.json", &map));
    assert_eq!(record.provenance, Provenance::PublishedSimulation);
    assert_eq!(record.series, simulated(5, 4).series);
    let half: Efficiency = only(read("half.json", &resnetbk));
    assert_eq!((half.provenance, half.series.len()), (Provenance::PublishedSimulation, 1));
}

#[test]
fn a_record_comes_back_and_a_changed_one_is_no_simulation() {
    let mut record = simulated(9, 3);
    let json = |record: &Efficiency| document::to_json(&[Record::Efficiency(record.clone())]).unwrap();
    assert_eq!(only::<Efficiency>(read("r.json", &json(&record))), record);
    record.series[1].points[2].runs[0].perplexity += 1.0;
    let changed: Efficiency = only(read("r.json", &json(&record)));
    assert_eq!((changed.provenance, changed.config), (Provenance::Unknown, None));
    record.series[0].points[0].runs.clear();
    assert!(refused("r.json", &json(&record)).contains("Point 1 of ResNet-BK has no runs"));
}

#[test]
fn impossible_values_are_refused_with_the_place_and_the_value() {
    let good = r#"{"model": "bk", "perplexity": 30, "flops_per_token": 1e9}"#;
    let cases = [
        (r#"{"model": "bk", "perplexity": 30, "flops_per_token": 0}"#, "a number of FLOPs of 0"),
        (r#"{"model": "bk", "perplexity": -1, "flops_per_token": 1}"#, "a perplexity of -1"),
        (r#"{"model": "bk", "perplexity": 30, "flops_per_token": "few"}"#, "the text “few”"),
        (r#"{"model": "bk", "perplexity": 30}"#, "no “flops_per_token”"),
        (r#"{"perplexity": 30, "flops_per_token": 1}"#, "does not say its model"),
    ];
    for (row, reason) in cases {
        let sentence = refused("file.json", &format!("[{good}, {row}]"));
        assert!(sentence.contains(reason) && sentence.contains("Row 2"), "{row}: {sentence}");
    }
}
