//! Comparison of repeated trainings with the confidence intervals of earlier ones.

use super::tables::columns;
use super::{Group, Way, Widths};
use crate::kit::record::estimate::Estimate;
use crate::kit::record::estimate::estimated as estimate;
use crate::kit::record::table::Grid;

/// The results of repeated trainings beside the earlier ones.
#[derive(Debug, Clone, PartialEq)]
pub struct Repetition {
    /// The comparison: one row per group and storage format of the earlier record.
    pub grid: Grid,
    /// Number of rows that lie outside the interval or were not measured again.
    pub outside: usize,
}

impl Widths {
    /// Compares another record with this one: every mean perplexity with the 95 % interval in this record. A single
    /// seed has no interval, so there is no verdict.
    pub fn repeated(&self, again: &Widths) -> Repetition {
        let (groups, others) = (self.groups(), again.groups());
        let mut outside = 0;
        let mut row = |group: &Group<'_>, way: Way| {
            let other = others.iter().find(|other| other.label == group.label);
            let values = other.map(|other| other.perplexities(way)).unwrap_or_default();
            let found = group.perplexities(way);
            let interval = Estimate::of(&found).and_then(|estimate| estimate.interval);
            let verdict = match (interval, Estimate::of(&values)) {
                (_, None) => "not measured again",
                (None, _) => "no interval of one seed",
                (Some((low, high)), Some(new)) if (low..=high).contains(&new.mean) => "within",
                _ => "outside",
            };
            outside += usize::from(matches!(verdict, "outside" | "not measured again"));
            let [before, after] = [&found, &values].map(|values| estimate(values, 2, ""));
            vec![group.label.clone(), way.label(), before, after, verdict.into()]
        };
        let mut rows = vec![];
        for group in &groups {
            rows.extend(group.ways().into_iter().map(|way| row(group, way)));
        }
        let grid = Grid {
            heading: "Trained again: does every mean lie within the 95 % interval that was found before?"
                .into(),
            columns: columns(&["Model", "Stored as", "Before", "Again", ""]),
            rows,
            omitted: 0,
        };
        Repetition { grid, outside }
    }
}
