//! Records to draw.

use bk_lab::record::robustness::Robustness;
use serde_json::{Value, json};

/// The published data (seed 42): bit width, ResNet-BK, Mamba.
pub const PUBLISHED: [(u32, f64, f64); 5] = [
    (32, 30.248357076505616, 32.993428306022466),
    (16, 30.23086784941441, 32.683471397657634),
    (8, 31.52384426905035, 38.09537707620138),
    (4, 34.361514928204016, 211.04605971281606),
    (2, 44.88292331263833, 479.5316932505533),
];

/// A record with the given runs, one series a model.
pub fn record(provenance: &str, series: &[(&str, Vec<(u32, Vec<f64>)>)]) -> Robustness {
    let series: Vec<Value> = series
        .iter()
        .map(|(model, points)| {
            let points: Vec<Value> = points
                .iter()
                .map(|(bits, runs)| {
                    let runs: Vec<Value> = runs.iter().map(|run| json!({ "perplexity": run })).collect();
                    json!({ "bits": bits, "runs": runs })
                })
                .collect();
            json!({ "model": model, "points": points })
        })
        .collect();
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

/// A record of the published simulation, which has a configuration.
fn simulation(seed: u64, values: &[(u32, f64, f64)]) -> Robustness {
    let config = json!({ "seed": seed, "bit_widths": [32, 16, 8, 4, 2] });
    let config = serde_json::from_value(config).expect("a configuration");
    Robustness { config: Some(config), ..pairs("published-simulation", values) }
}

/// The published data as a record.
pub fn published() -> Robustness {
    simulation(42, &PUBLISHED)
}

/// Values like those of the simulation with other seeds: the same formula, its noise from another generator.
pub fn simulated(seed: u64) -> Robustness {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).wrapping_add(1);
    let mut uniform = || {
        state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    };
    // A sum of twelve uniform numbers is nearly normal.
    let mut normal = || (0..12).map(|_| uniform()).sum::<f64>() - 6.0;
    let factors = [(32, 1.0, 1.0), (16, 1.01, 1.03), (8, 1.04, 1.15), (4, 1.12, 6.5), (2, 1.5, 15.0)];
    let values = factors.map(|(bits, resnet, mamba)| {
        let noise = normal();
        (bits, 30.0 * resnet + 0.5 * noise, 32.0 * mamba + 2.0 * noise)
    });
    simulation(seed, &values)
}
