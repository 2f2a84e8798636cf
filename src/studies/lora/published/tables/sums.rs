//! The numbers of both summary files, recomputed and compared with the stated ones.

use super::grid;
use crate::kit::record::table::Grid;
use crate::studies::lora::published::monitor::stability;
use crate::studies::lora::published::summary::{detailed_analysis, summary};
use crate::studies::lora::record::{Failed, Study};
use serde_json::Value;

/// Returns the numbers of both summary files, recomputed from the results, beside those that the files state.
pub(super) fn aggregates(study: &Study) -> Grid {
    let failed: Vec<Failed> = study.stated.failed.iter().map(|(_, failed)| failed.clone()).collect();
    let recomputed = [
        (summary(&study.experiments, &failed, ""), &study.stated.summary),
        (detailed_analysis(&study.experiments), &study.stated.detailed),
    ];
    let mut rows = Vec::new();
    if study.experiments.is_empty() {
        return grid("", &[], rows);
    }
    for (value, stated) in recomputed {
        for (path, value) in leaves(&value) {
            if path == "/timestamp" || path == "/task" {
                continue;
            }
            let stated = stated.as_ref().and_then(|stated| stated.pointer(&path));
            let verdict = match stated {
                None => "",
                Some(stated) if is_same(stated, value) => "comes back",
                // Some versions write the count where others write the list.
                Some(stated) if is_count(stated, value) => "comes back",
                Some(_) => "differs",
            };
            rows.push(vec![name(&path), shown(value), stated.map_or(String::new(), shown), verdict.into()]);
        }
    }
    let by_curve =
        study.experiments.iter().filter(|run| stability(&run.training_results.training_curve) == "stable");
    let (stable, all) = (by_curve.count(), study.experiments.len());
    rows.push(vec![
        "runs that are stable by the study's own formula".into(),
        format!("{stable} of {all}"),
        String::new(),
        String::new(),
    ]);
    let heading = "What the results add up to, by the published rules";
    grid(heading, &["Quantity", "Recomputed", "Stated in the files", ""], rows)
}

/// Returns the configuration in the results of an experiment, one row per key. `results` is the JSON of its
/// `results.json`.
pub fn configuration(results: &Value) -> Grid {
    of_values("Configuration", results.get("config").unwrap_or(&Value::Null))
}

/// Returns the results of an experiment, one row per key, without its configuration and its curves.
pub fn results(results: &Value) -> Grid {
    let mut value = results.clone();
    if let Some(results) = value.as_object_mut() {
        results.shift_remove("config");
    }
    if let Some(training) = value.get_mut("training_results").and_then(Value::as_object_mut) {
        training.shift_remove("training_curve");
        training.shift_remove("validation_curve");
    }
    of_values("Results", &value)
}

/// Returns the scalar values of a JSON object.
fn of_values(heading: &str, value: &Value) -> Grid {
    let rows = leaves(value).into_iter().map(|(path, value)| vec![name(&path), shown(value)]);
    grid(heading, &["Quantity", "Value"], rows.collect())
}

/// Converts a JSON pointer into words.
fn name(path: &str) -> String {
    path.trim_start_matches('/').replace('/', ": ").replace('_', " ")
}

/// Returns the scalar values of a JSON object with their pointers, without empty objects and lists.
fn leaves(value: &Value) -> Vec<(String, &Value)> {
    fn collect<'value>(path: String, value: &'value Value, found: &mut Vec<(String, &'value Value)>) {
        match value {
            Value::Object(object) => {
                object.iter().for_each(|(key, value)| collect(format!("{path}/{key}"), value, found));
            }
            Value::Array(items) if items.is_empty() && !path.ends_with("failed_experiments") => {}
            value => found.push((path, value)),
        }
    }
    let mut found = Vec::new();
    collect(String::new(), value, &mut found);
    found
}

/// Returns whether two values are the same, including 0 and 0.0.
fn is_same(one: &Value, other: &Value) -> bool {
    one == other || one.as_f64().zip(other.as_f64()).is_some_and(|(one, other)| one == other)
}

/// Returns whether `one` is the number of items in the list `other`.
fn is_count(one: &Value, other: &Value) -> bool {
    one.as_u64().zip(other.as_array()).is_some_and(|(count, list)| count == list.len() as u64)
}

/// Formats a value as the text of a cell.
fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if items.iter().all(Value::is_string) => {
            items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("; ")
        }
        Value::Array(items) => items.len().to_string(),
        single => single.to_string(),
    }
}
