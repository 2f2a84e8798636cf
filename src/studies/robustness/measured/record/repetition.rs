//! Whether models that were trained again stay within the intervals of those before them.

use super::tables::columns;
use super::{Group, Way, Widths};
use crate::kit::record::estimate::Estimate;
use crate::kit::record::estimate::estimated as estimate;
use crate::kit::record::table::Grid;

/// What another training came to, beside what was found before.
#[derive(Debug, Clone, PartialEq)]
pub struct Repetition {
    /// One row a group and way of the earlier record.
    pub grid: Grid,
    /// How many of them lie outside the interval, or were not measured again.
    pub outside: usize,
}

impl Widths {
    /// Holds another record against this one: every mean of perplexities against the 95 % interval that stands here. Of a
    /// single seed there is no interval, and nothing can be said.
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
