//! Whether two records say the same of the same models: what a tab measured, and what comes with the page.

use super::Widths;

/// Perplexities of the same point may differ by this part: page and command line add in other orders.
const TOLERANCE: f64 = 1e-4;

/// How far two records are apart where both have measured the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Agreement {
    /// Models that both have.
    pub models: usize,
    /// Points that both have.
    pub points: usize,
    /// The largest difference of two perplexities, as a part of the other record's.
    pub largest: f64,
    /// Where that is: model, seed and way.
    pub place: String,
}

impl Widths {
    /// How far this record is from another; none where they have no point in common.
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
                    // One that is no number is a difference.
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
    /// Whether they say the same.
    pub fn holds(&self) -> bool {
        self.largest <= TOLERANCE
    }

    /// In words, of what this tab measured beside what comes with the page.
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
