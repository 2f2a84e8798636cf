//! What can be said of one file of the study by itself: what in it cannot be true, and what the published validator
//! says of a configuration.

use crate::kit::import::json::excerpt;
use crate::kit::record::table::Grid;
use crate::studies::lora::published::contradiction::contradictions;
use crate::studies::lora::published::size::Sizes;
use crate::studies::lora::published::validation::{construct, estimated_memory, memory_limit, validate};
use crate::studies::lora::published::{experiment_id, unique_id};
use crate::studies::lora::record::{Experiment, ExperimentConfig};
use serde_json::Value;

/// Sentences as a table; nothing without any.
fn sentences(sentences: Vec<String>) -> Option<Grid> {
    let rows: Vec<Vec<String>> = sentences.into_iter().map(|sentence| vec![sentence]).collect();
    let heading = "What cannot be true".into();
    (!rows.is_empty()).then(|| Grid { heading, columns: vec!["Contradiction".into()], rows, omitted: 0 })
}

/// The results of one experiment.
pub(super) fn results(experiment: &Experiment) -> Option<Grid> {
    let found = contradictions(experiment, &mut Sizes::default());
    sentences(found.into_iter().map(|found| found.sentence).collect())
}

/// A configuration: its identifiers, the schema it is written in, and what the published program says of it.
pub(super) fn config(config: &ExperimentConfig, value: &Value) -> Option<Grid> {
    let mut constructed = config.clone();
    let outcome = construct(&mut constructed);
    let messages = match &outcome {
        Ok(()) => validate(&constructed),
        Err(error) => vec![error.to_string()],
    };
    let verdict = if messages.is_empty() { "valid".into() } else { messages.join("; ") };
    let mut rows = vec![
        ("Schema", config.schema().label().into()),
        ("Identifier", experiment_id(config)),
        ("Identifier that tells double quantization", unique_id(config)),
        ("Published validator", verdict),
        (
            "Its estimate of the memory",
            format!("{:.3} GB of {:.1} GB", estimated_memory(&constructed), memory_limit(config)),
        ),
    ];
    if let Ok(known) = serde_json::to_value(config) {
        let mut unknown = Vec::new();
        unknown_keys("", value, &known, &mut unknown);
        if !unknown.is_empty() {
            rows.push(("Keys at which the published loader fails", unknown.join(", ")));
        }
    }
    let rows = rows.into_iter().map(|(name, value)| vec![name.to_owned(), value]).collect();
    let columns = ["", "Value"].map(String::from).into();
    Some(Grid { heading: "As the published program takes it".into(), columns, rows, omitted: 0 })
}

/// The paths of keys that a configuration has and its schema does not know.
fn unknown_keys(path: &str, value: &Value, known: &Value, found: &mut Vec<String>) {
    let (Some(value), Some(known)) = (value.as_object(), known.as_object()) else { return };
    for (key, inner) in value {
        let path = if path.is_empty() { excerpt(key) } else { format!("{path}.{}", excerpt(key)) };
        match known.get(key) {
            Some(known) => unknown_keys(&path, inner, known, found),
            None => found.push(path),
        }
    }
}

/// The number at a pointer.
fn at(value: &Value, pointer: &str) -> Option<f64> {
    value.pointer(pointer).and_then(Value::as_f64)
}

/// A summary: whether its counts add up.
pub(crate) fn summary(value: &Value) -> Option<Grid> {
    let mut found = Vec::new();
    let total = |pointer: &str| -> Option<u64> {
        value.pointer(pointer)?.as_object()?.values().map(Value::as_u64).sum()
    };
    let successful = value.get("successful_experiments").and_then(Value::as_u64);
    for (name, pointer) in [
        ("impacts of quantization", "/convergence_analysis/quantization_impact_on_convergence"),
        ("ways of storing weights", "/quantization_breakdown"),
    ] {
        if let (Some(counted), Some(successful)) = (total(pointer), successful)
            && counted != successful
        {
            found.push(format!("The {name} are counted for {counted} of {successful} experiments."));
        }
    }
    let failed = value.get("failed_experiments");
    let failed =
        failed.and_then(|failed| failed.as_u64().or(failed.as_array().map(|list| list.len() as u64)));
    if let (Some(failed), Some(successful), Some(all)) =
        (failed, successful, value.get("total_experiments").and_then(Value::as_u64))
        && failed.saturating_add(successful) != all
    {
        found.push(format!("{successful} experiments succeeded and {failed} failed, of {all}."));
    }
    sentences(found)
}

/// A test run, a result of the general runner, or an analysis of adaptive LoRA.
pub(super) fn other(value: &Value) -> Option<Grid> {
    let mut found = Vec::new();
    let text = |key: &str| value.get(key).and_then(Value::as_str);
    /// Characters of an ISO time up to its seconds.
    const TO_THE_SECOND: usize = 19;
    let second = |key| text(key).and_then(|time| time.get(..TO_THE_SECOND));
    if let (Some(seconds), Some(start)) = (at(value, "/metrics/training_time_seconds"), second("start_time"))
        && seconds >= 2.0
        && second("end_time") == Some(start)
    {
        found.push(format!("Training is said to have taken {seconds} s, between two times in one second."));
    }
    let layers = |list: &str| -> Vec<&str> {
        let list = value.pointer(&format!("/layer_importance_analysis/patterns/{list}"));
        let items = list.and_then(Value::as_array).into_iter().flatten();
        items.filter_map(|item| item.get("layer")?.as_str()).collect()
    };
    let least = layers("least_important_layers");
    for layer in layers("most_important_layers").into_iter().filter(|layer| least.contains(layer)) {
        found.push(format!("“{}” is among the most and among the least important layers.", excerpt(layer)));
    }
    let time = "/adaptive_vs_fixed_comparison/comparison/training_time";
    if at(value, &format!("{time}/adaptive/max")) == Some(0.0) {
        let gain = at(value, &format!("{time}/improvement_percent")).unwrap_or(f64::NAN);
        found.push(format!("Adaptive methods are called {gain} % faster, because their times are 0."));
    }
    sentences(found)
}
