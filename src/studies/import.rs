//! Reads result files: each is what the first study that recognises it says, or a table.

use super::files::import::table;
use super::lora;
use super::lora::import::is_simulated;
use super::record::{Record, from_value};
use crate::kit::import::dataset::{DataSets, FigurePoint, Found};
use crate::kit::import::origin::{NOT_SIMULATED, doubt, recheck_comparison};
use crate::kit::import::{ImportError, Problem, SourceFile, admit, archive, json};
use crate::kit::record::{Provenance, document};
use serde_json::Value;

/// What came of a set of files.
#[derive(Debug, Default)]
pub struct Imported {
    /// The records, in the order of the files; files of one point each share a record.
    pub records: Vec<Record>,
    /// For each exported figure among the files the link that shows it again: as much to be trusted as any link.
    pub views: Vec<String>,
    /// The files that could not be used, and why.
    pub errors: Vec<ImportError>,
}

/// What one file turned out to hold.
enum Content {
    /// Data of the robustness figure.
    Robustness(Found<super::robustness::record::Point>),
    /// Data of the efficiency figure.
    Efficiency(Found<super::efficiency::record::Point>),
    /// Data of the stability figure.
    Stability(Found<super::stability::record::Point>),
    /// A file of the study of quantized LoRA.
    Lora(Box<lora::import::LoraFile>),
    /// Records of this lab, or a table.
    Records(Vec<Record>),
    /// A figure of this lab: the link to it, and its records.
    View(String, Vec<Record>),
}

/// Reads result files. Files of one evaluation each become one record; lists that complement one another
/// (one model a file, say) too, and so do the files of a study of quantized LoRA;
/// everything else is a record of its own. A zip stands for the result files in it.
pub fn read_files(files: &[SourceFile]) -> Imported {
    let mut errors = Vec::new();
    let mut records: Vec<(usize, Record)> = Vec::new();
    let mut views = Vec::new();
    let (mut robustness, mut efficiency, mut stability) =
        (DataSets::default(), DataSets::default(), DataSets::default());
    let mut lora = lora::import::LoraFiles::default();
    let (opened, unopened) = archive::opened(files);
    for (place, problem) in unopened {
        errors.push(ImportError { file: files[place].name.clone(), problem });
    }
    for (place, file) in opened.iter().enumerate() {
        match read_file(file) {
            Ok(Content::Lora(found)) => lora.add(place, &file.name, *found),
            Ok(Content::Robustness(found)) => robustness.add(place, &file.name, found),
            Ok(Content::Efficiency(found)) => efficiency.add(place, &file.name, found),
            Ok(Content::Stability(found)) => stability.add(place, &file.name, found),
            Ok(Content::Records(found)) => records.extend(found.into_iter().map(|record| (place, record))),
            Ok(Content::View(link, found)) => {
                records.extend(found.into_iter().map(|record| (place, record)));
                views.push(link);
            }
            Err(problem) => errors.push(ImportError { file: file.name.clone(), problem }),
        }
    }
    records.extend(robustness.into_records());
    records.extend(efficiency.into_records());
    records.extend(stability.into_records());
    records.extend(lora.into_records());
    records.sort_by_key(|(place, _)| *place);
    Imported { records: records.into_iter().map(|(_, record)| record).collect(), views, errors }
}

/// Recognises one file.
fn read_file(file: &SourceFile) -> Result<Content, Problem> {
    admit(file.bytes.len() as u64, &mut 0)?;
    let text = std::str::from_utf8(&file.bytes).map_err(|error| Problem::NotText(error.valid_up_to()))?;
    if text.trim().is_empty() {
        return Err(Problem::Empty);
    }
    let value = json::parse(text).map_err(Problem::NotJson)?;
    match &value {
        Value::Array(items) if items.first().is_some_and(document::is_document) => {
            records(items, &file.name).map(Content::Records)
        }
        Value::Object(_) if document::is_document(&value) => match document::view_of(&value) {
            Some((link, items)) => Ok(Content::View(link.into(), records(items, &file.name)?)),
            None => records(std::slice::from_ref(&value), &file.name).map(Content::Records),
        },
        _ => foreign(&value, &file.name),
    }
}

/// A file's own name, from which a model, a width or a length may be read: folders may be called anything.
fn own_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

/// The records of this lab's own documents, each re-examined.
fn records(documents: &[Value], path: &str) -> Result<Vec<Record>, Problem> {
    documents.iter().map(|value| recheck(from_value(value.clone())?, path)).collect()
}

/// The content of a foreign file: the data of the first figure that recognises it, else a table.
fn foreign(value: &Value, path: &str) -> Result<Content, Problem> {
    let file = own_name(path);
    if let Some(found) = FigurePoint::recognise(value, file) {
        return Ok(Content::Robustness(found?));
    }
    if let Some(found) = FigurePoint::recognise(value, file) {
        return Ok(Content::Efficiency(found?));
    }
    if let Some(found) = FigurePoint::recognise(value, file) {
        return Ok(Content::Stability(found?));
    }
    if let Some(found) = lora::import::recognise(value, path) {
        return Ok(Content::Lora(Box::new(found)));
    }
    match table::read(value, path) {
        Some(table) => Ok(Content::Records(vec![table.into()])),
        None => Err(Problem::Nothing(json::describe(value))),
    }
}

/// Names the file that a record came in, unless it names its files itself.
fn name(files: &mut Vec<String>, path: &str) {
    if files.is_empty() {
        files.push(path.to_owned());
    }
}

/// Re-examines a record of this lab: its values must be possible, and what it says of its origin holds only
/// as far as it can be recomputed.
///
/// `path` is the file that it came in, which a record names that is shown beside others.
pub(crate) fn recheck(record: Record, path: &str) -> Result<Record, Problem> {
    Ok(match record {
        Record::Robustness(record) => recheck_comparison(record)?.into(),
        Record::Efficiency(record) => recheck_comparison(record)?.into(),
        Record::Stability(record) => recheck_comparison(record)?.into(),
        Record::Fragility(mut record) => {
            doubt(&mut record.provenance, &mut record.manifest.origin);
            record.into()
        }
        Record::Table(mut record) => {
            doubt(&mut record.provenance, &mut record.manifest.origin);
            record.into()
        }
        Record::Resolvent(_) => record,
        Record::Quantize(mut record) => {
            doubt(&mut record.provenance, &mut record.manifest.origin);
            Record::Quantize(record)
        }
        Record::ModeComparison(mut record) => {
            doubt(&mut record.provenance, &mut record.manifest.origin);
            Record::ModeComparison(record)
        }
        Record::Speed(mut record) => {
            doubt(&mut record.provenance, &mut record.manifest.origin);
            Record::Speed(record)
        }
        Record::LanguageModel(mut record) => {
            doubt(&mut record.provenance, &mut record.manifest.origin);
            Record::LanguageModel(record)
        }
        Record::Mixed(mut record) => {
            doubt(&mut record.provenance, &mut record.manifest.origin);
            Record::Mixed(record)
        }
        Record::Widths(mut record) => {
            doubt(&mut record.provenance, &mut record.manifest.origin);
            name(&mut record.manifest.files, path);
            Record::Widths(record)
        }
        Record::Ladder(mut record) => {
            doubt(&mut record.provenance, &mut record.manifest.origin);
            name(&mut record.manifest.files, path);
            Record::Ladder(record)
        }
        Record::Adaptation(mut record) => {
            doubt(&mut record.provenance, &mut record.manifest.origin);
            Record::Adaptation(record)
        }
        Record::Lora(mut record) => {
            if record.provenance != Provenance::PublishedSimulation {
                doubt(&mut record.provenance, &mut record.manifest.origin);
            } else if record.config.check().is_err() || !is_simulated(record.config.seed, &record.experiments)
            {
                record.provenance = Provenance::Unknown;
                record.manifest.origin = NOT_SIMULATED.into();
            }
            Record::Lora(record)
        }
    })
}

/// Reads files and the result files in folders; one that cannot be read is among the errors.
#[cfg(feature = "cli")]
pub(crate) fn read_paths(paths: &[std::path::PathBuf]) -> Imported {
    let (files, errors) = crate::kit::command::files::gather(paths);
    let mut imported = read_files(&files);
    imported.errors.splice(..0, errors);
    imported
}

/// Returns the record of a study in a file; none where there is no such file yet. `what` is what the study is about.
#[cfg(feature = "cli")]
pub(crate) fn known<Kind>(
    path: &std::path::Path,
    what: &str,
    of: impl FnOnce(Record) -> Option<Kind>,
) -> Result<Option<Kind>, crate::kit::command::Failure> {
    let named = |error: &dyn std::fmt::Display| {
        crate::kit::command::Failure::Failed(format!("{}: {error}", path.display()))
    };
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(named(&error)),
    };
    let value = serde_json::from_str(&text).map_err(|error| named(&error))?;
    match from_value(value).map(of) {
        Ok(Some(record)) => Ok(Some(record)),
        Ok(None) => Err(named(&format!("It holds another record than of {what}. Name another file."))),
        Err(error) => Err(named(&error)),
    }
}
