//! Records to draw.

use bk_lab::studies::robustness::record::{Config, Robustness};
use bk_lab::studies::robustness::study::run;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The values of the published data (seed 42), as the figure writes them: ResNet-BK, then Mamba, from FP32 to
/// INT2.
pub const PUBLISHED: [&str; 10] =
    ["30.2", "30.2", "31.5", "34.4", "44.9", "33.0", "32.7", "38.1", "211.0", "479.5"];

/// A model's key and, for each bit width, the perplexities of its runs.
pub type Runs = (&'static str, Vec<(u32, Vec<f64>)>);

/// A record of the given runs.
pub fn record(provenance: &str, series: &[Runs]) -> Robustness {
    let point = |(bits, runs): &(u32, Vec<f64>)| {
        let runs: Vec<Value> = runs.iter().map(|run| json!({ "perplexity": run })).collect();
        json!({ "bits": bits, "runs": runs })
    };
    comparison(provenance, series, |points| points.iter().map(point).collect())
}

/// A record of any of the published figures' kinds, from the models' points.
pub fn comparison<Points, Record: DeserializeOwned>(
    provenance: &str,
    series: &[(&str, Points)],
    points: impl Fn(&Points) -> Vec<Value>,
) -> Record {
    let series = series.iter().map(|(model, of)| json!({ "model": model, "points": points(of) }));
    let series: Vec<Value> = series.collect();
    let manifest = json!({ "application": "bk-lab test", "origin": "written by a test" });
    let record = json!({ "provenance": provenance, "manifest": manifest, "series": series });
    serde_json::from_value(record).expect("a record")
}

/// Both models' single values at each width.
pub fn pairs(provenance: &str, values: &[(u32, f64, f64)]) -> Robustness {
    let resnet = values.iter().map(|&(bits, resnet, _)| (bits, vec![resnet])).collect();
    let mamba = values.iter().map(|&(bits, _, mamba)| (bits, vec![mamba])).collect();
    record(provenance, &[("resnetbk", resnet), ("mamba", mamba)])
}

/// The published data as a record.
pub fn published() -> Robustness {
    simulated(42)
}

/// The published simulation with a seed.
pub fn simulated(seed: u32) -> Robustness {
    run(&Config { seed, ..Config::default() }).expect("a simulation")
}
