//! Comparison of two records of the same models: one measured in this tab, and the one delivered with the page.

use super::Widths;

/// Largest relative difference of perplexities of the same point; page and command line add in different orders.
const TOLERANCE: f64 = 1e-4;

/// The difference of two records at the points that both have measured.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// Number of models in both records.
    pub models: usize,
    /// Number of points in both records.
    pub points: usize,
    /// The largest relative difference of two perplexities, as a fraction of the other record's.
    pub largest: f64,
    /// The point of the largest difference: model, seed, and storage.
    pub place: String,
}

impl Widths {
    /// Compares this record with another; `None` if they have no point in common.
    pub fn agreement(&self, other: &Widths) -> Option<Agreement> {
        let mut found = Agreement { models: 0, points: 0, largest: 0.0, place: String::new() };
        for group in self.groups() {
            for model in &group.models {
                let Some(known) = other.known(&self.config, model.fingerprint) else { continue };
                let before = found.points;
                for point in &model.points {
                    let Some(same) = known.at(point.way) else { continue };
                    let difference = point.held_out.perplexity() / same.held_out.perplexity() - 1.0;
                    found.points += 1;
                    // NaN counts as a difference.
                    if found.place.is_empty() || difference.is_nan() || difference.abs() > found.largest {
                        found.largest = difference.abs();
                        found.place =
                            format!("{}, seed {}, {}", group.label, model.recipe.seed, point.way.label());
                    }
                }
                found.models += usize::from(found.points > before);
            }
        }
        (found.points > 0).then_some(found)
    }
}

impl Agreement {
    /// Returns whether the records agree within the tolerance.
    pub fn holds(&self) -> bool {
        self.largest <= TOLERANCE
    }

    /// Describes the agreement of this tab's measurements with the record delivered with the page.
    pub fn sentence(&self) -> String {
        let Agreement { models, points, largest, place } = self;
        let of = if *models == 1 { "1 model".into() } else { format!("{models} models") };
        let points = if *points == 1 { "1 point".into() } else { format!("{points} points") };
        let verdict = match self.holds() {
            true => format!("within {TOLERANCE:.0e}: this tab measures what the command line did"),
            false => {
                format!("more than {TOLERANCE:.0e}: this tab does not measure what the command line did")
            }
        };
        format!(
            "{points} of {of} were measured in this tab and by the command line: the largest difference of two perplexities is {largest:.1e} of their size ({place}), {verdict}."
        )
    }
}
