//! Mixed precision over several trainings, because the result of one may be chance.

use super::{Mixed, Point};
use crate::kit::record::statistics::{confidence, mean};
use crate::kit::record::table::Grid;

/// One storage over several models.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// Its name.
    pub name: String,
    /// Compression ratio of each model relative to single precision.
    pub ratios: Vec<f64>,
    /// Relative increase of each perplexity over single precision.
    pub changes: Vec<f64>,
    /// Relative increase of each perplexity over that of a uniform bit width with the same number of bytes. Empty for
    /// uniform storages; without models that are smaller or larger than all uniform ones.
    pub over_uniform: Vec<f64>,
}

impl Comparison {
    /// Returns every storage that all records measured.
    pub fn of(records: &[Mixed]) -> Vec<Self> {
        let names = records.first().into_iter().flat_map(|record| &record.points).map(|point| &point.name);
        names.filter_map(|name| Self::of_way(records, name)).collect()
    }

    fn of_way(records: &[Mixed], name: &str) -> Option<Self> {
        let pair = |record: &Mixed| -> Option<(Point, Point)> {
            let point = record.points.iter().find(|point| point.name == name)?;
            Some((record.points.first()?.clone(), point.clone()))
        };
        let pairs: Vec<(Point, Point)> = records.iter().map(pair).collect::<Option<_>>()?;
        let over_uniform = records.iter().zip(&pairs).filter(|(_, (_, point))| !point.uniform);
        let over_uniform = over_uniform.filter_map(|(record, (_, point))| {
            Some(point.perplexity / record.uniform_at(point.bytes)? - 1.0)
        });
        Some(Self {
            name: name.to_owned(),
            ratios: pairs.iter().map(|(first, point)| first.bytes as f64 / point.bytes as f64).collect(),
            changes: pairs.iter().map(|(first, point)| point.perplexity / first.perplexity - 1.0).collect(),
            over_uniform: over_uniform.collect(),
        })
    }
}

/// Returns the table of several models: means with the half-widths of their 95 % confidence intervals by Student's t.
pub fn comparison_table(records: &[Mixed]) -> Grid {
    let percent = |values: &[f64]| {
        let values: Vec<f64> = values.iter().map(|value| 100.0 * value).collect();
        match confidence(&values) {
            _ if values.is_empty() => String::new(),
            None => format!("{:+.2} %", mean(&values)),
            Some(margin) => format!("{:+.2} ± {margin:.2} %", mean(&values)),
        }
    };
    let rows = Comparison::of(records).into_iter().map(|way| {
        vec![
            way.name.clone(),
            format!("{:.2}", mean(&way.ratios)),
            percent(&way.changes),
            percent(&way.over_uniform),
        ]
    });
    let columns =
        ["Stored as", "× smaller", "Perplexity", "Against uniform at equal bytes"].map(String::from);
    Grid {
        heading: format!("Over {} models: means and 95 % intervals by Student’s t", records.len()),
        columns: columns.into(),
        rows: rows.collect(),
        omitted: 0,
    }
}
