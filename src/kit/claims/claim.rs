//! The claims table: what was published, what comes back from a record, and what that is worth as evidence
//! (resnet-bk.md §10). The page and the command line print the same rows.

use crate::kit::record::Provenance;
use crate::kit::record::statistics::{confidence, mean};
use serde::{Deserialize, Serialize};

/// What a comparison of a published statement with a record comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The published number comes back within the tolerance.
    Reproduced,
    /// The record gives another number, or the statement fails in it.
    Differs,
    /// The statement is about models, and only a simulation speaks of it.
    SimulatedOnly,
    /// The statement is about models, and the data's origin cannot be checked.
    Unverified,
    /// The record lacks what the statement needs.
    NotReproducible,
}

impl Verdict {
    /// All verdicts, from the best to the worst.
    pub const ALL: [Verdict; 5] = [
        Verdict::Reproduced,
        Verdict::SimulatedOnly,
        Verdict::Unverified,
        Verdict::Differs,
        Verdict::NotReproducible,
    ];

    /// The words of the table.
    pub fn label(self) -> &'static str {
        match self {
            Verdict::Reproduced => "reproduced",
            Verdict::Differs => "differs",
            Verdict::SimulatedOnly => "simulated only",
            Verdict::Unverified => "unverified",
            Verdict::NotReproducible => "not reproducible",
        }
    }
}

/// One row of the claims table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Claim {
    /// Whether it is a statement about trained models rather than about a published number.
    pub about_models: bool,
    /// Where it is stated.
    pub stated: String,
    /// What is claimed.
    pub statement: String,
    /// The published value, as printed.
    pub published: String,
    /// The value recomputed from the record, as printed; empty where it lacks the data.
    pub recomputed: String,
    /// How far the two may differ, as printed; empty for a statement about models.
    pub tolerance: String,
    /// Where the record's numbers come from.
    pub provenance: Provenance,
    /// What it comes to.
    pub verdict: Verdict,
    /// One sentence of reason.
    pub reason: String,
}

/// A statement about trained models, as a test of the record.
pub(crate) struct Statement {
    stated: &'static str,
    statement: &'static str,
    published: &'static str,
    outcome: Option<(String, bool)>,
    reason: String,
}

impl Statement {
    /// A statement: where it is stated, what it says, what it asks for as printed, and the outcome: the value
    /// behind it, as printed, and whether it holds; `None` where the record lacks the data.
    pub(crate) fn new(
        stated: &'static str,
        statement: &'static str,
        published: &'static str,
        outcome: Option<(String, bool)>,
    ) -> Self {
        Statement { stated, statement, published, outcome, reason: String::new() }
    }

    /// Gives the verdict a reason of its own instead of the usual one.
    pub(crate) fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }

    /// Gives the verdict this reason where the data is the published simulation.
    pub(crate) fn because_of_the_formula(self, provenance: Provenance, reason: &str) -> Self {
        if provenance == Provenance::PublishedSimulation { self.because(reason) } else { self }
    }

    /// The row of a statement about models: never better than what the data's origin allows.
    pub(crate) fn judge(self, provenance: Provenance) -> Claim {
        let (verdict, usual) = match (&self.outcome, provenance) {
            (None, _) => (Verdict::NotReproducible, "The data lacks what the statement needs."),
            (Some((_, true)), Provenance::PublishedSimulation | Provenance::Mock) => {
                (Verdict::SimulatedOnly, "The formula makes it so; no model was trained or quantized.")
            }
            (Some((_, false)), Provenance::PublishedSimulation | Provenance::Mock) => (
                Verdict::SimulatedOnly,
                "It fails even in the simulation; no model was trained or quantized.",
            ),
            (Some((_, false)), _) => (Verdict::Differs, "The statement fails in this data."),
            (Some((_, true)), Provenance::Measured | Provenance::Shipped | Provenance::Computed) => {
                (Verdict::Reproduced, "It holds in this lab's own measurement.")
            }
            (Some((_, true)), Provenance::Imported | Provenance::Unknown) => {
                (Verdict::Unverified, "It holds in this data, whose origin the lab cannot check.")
            }
        };
        Claim {
            about_models: true,
            stated: self.stated.into(),
            statement: self.statement.into(),
            published: self.published.into(),
            recomputed: self.outcome.map_or(String::new(), |(value, _)| value),
            tolerance: String::new(),
            provenance,
            verdict,
            reason: if self.reason.is_empty() { usual.into() } else { self.reason },
        }
    }
}

/// A published number, as printed.
pub(crate) struct Number {
    /// Where it is printed.
    pub stated: &'static str,
    /// What it is.
    pub statement: String,
    /// Its value in its unit.
    pub published: f64,
    /// Decimals printed. The number may be off by half a unit of the last; one without decimals was counted
    /// and must come back exactly.
    pub decimals: usize,
    /// Its unit, with a space before it; empty for none.
    pub unit: &'static str,
    /// The record's value; `None` where it lacks the data.
    pub value: Option<f64>,
    /// What a reader must know even if the number comes back; empty for nothing.
    pub remark: String,
}

/// What a comparison with a rounded decimal adds to half a unit of its last place, relative to the value:
/// neither number is a binary fraction.
const BINARY_FRACTION: f64 = 1e-12;

impl Number {
    /// The row of a published number.
    pub(crate) fn compare(self, provenance: Provenance) -> Claim {
        let Number { stated, statement, published, decimals, unit, value, remark } = self;
        let power: f64 = (0..decimals).map(|_| 10.0).product();
        let half = if decimals == 0 { 0.0 } else { 0.5 / power };
        let tolerance = half + BINARY_FRACTION * published.abs();
        let (verdict, mut reason) = match value.map(|value| value - published) {
            None => (Verdict::NotReproducible, "The data has no such point.".into()),
            Some(difference) if difference.abs() <= tolerance => {
                (Verdict::Reproduced, format!("Reproduced; source: {}.", provenance.label()))
            }
            Some(difference) => (Verdict::Differs, format!("Off by {difference:+.decimals$}{unit}.")),
        };
        if !remark.is_empty() {
            reason = format!("{reason} {remark}");
        }
        let print = |value: f64| format!("{value:.decimals$}{unit}");
        Claim {
            about_models: false,
            stated: stated.into(),
            statement,
            published: print(published),
            recomputed: value.map_or(String::new(), print),
            tolerance: if decimals == 0 { "exact".into() } else { format!("± {half:.0$}", decimals + 1) },
            provenance,
            verdict,
            reason,
        }
    }
}

/// A published number that rests on random draws without a stated seed, as printed: no seed need give its digits back,
/// but every one must come as close as the published code does.
pub(crate) struct Drawn {
    /// Where it is printed.
    pub stated: &'static str,
    /// What it is.
    pub statement: String,
    /// Its value in its unit.
    pub published: f64,
    /// Decimals printed.
    pub decimals: usize,
    /// Its unit, with a space before it; empty for none.
    pub unit: &'static str,
    /// Between what values runs of the published code lie.
    pub band: (f64, f64),
    /// The record's values, one a seed; none where it lacks the data.
    pub values: Vec<f64>,
    /// What a reader must know even if the number comes back; empty for nothing.
    pub remark: &'static str,
}

impl Drawn {
    /// The row of such a number: reproduced if all seeds lie within the band.
    pub(crate) fn compare(self, provenance: Provenance) -> Claim {
        let Drawn { stated, statement, published, decimals, unit, band: (low, high), values, remark } = self;
        let seeds = values.len();
        let outside = values.iter().filter(|value| !(low..=high).contains(*value)).count();
        let (verdict, reason) = match (seeds, outside) {
            (0, _) => (Verdict::NotReproducible, "The data has no such number.".to_owned()),
            (1, 0) => (Verdict::Reproduced, "The one seed tried lies within the tolerance.".into()),
            (_, 0) => (Verdict::Reproduced, format!("All {seeds} seeds lie within the tolerance.")),
            _ => (Verdict::Differs, format!("{outside} of {seeds} seeds lie outside the tolerance.")),
        };
        // Means have digits beyond those of single runs.
        let digits = decimals + 1;
        let margin = confidence(&values).map_or(String::new(), |margin| format!(" ± {margin:.digits$}"));
        Claim {
            about_models: false,
            stated: stated.into(),
            statement,
            published: format!("{published:.decimals$}{unit}"),
            recomputed: if seeds == 0 {
                String::new()
            } else {
                format!("{:.digits$}{margin}{unit}", mean(&values))
            },
            tolerance: format!("(from {low:.decimals$} to {high:.decimals$})"),
            provenance,
            verdict,
            reason: if remark.is_empty() { reason } else { format!("{reason} {remark}") },
        }
    }
}

/// Something published about the figure itself, in words.
pub(crate) struct Assertion {
    /// Where it is stated.
    pub stated: &'static str,
    /// What is asserted.
    pub statement: &'static str,
    /// The outcome that was published.
    pub published: &'static str,
    /// The outcome here; empty where the record lacks the data.
    pub recomputed: String,
    /// Whether the two agree; `None` where the record lacks the data.
    pub holds: Option<bool>,
    /// One sentence of reason.
    pub reason: String,
}

impl Assertion {
    /// The row of an assertion.
    pub(crate) fn compare(self, provenance: Provenance) -> Claim {
        Claim {
            about_models: false,
            stated: self.stated.into(),
            statement: self.statement.into(),
            published: self.published.into(),
            recomputed: self.recomputed,
            tolerance: "exact".into(),
            provenance,
            verdict: match self.holds {
                Some(true) => Verdict::Reproduced,
                Some(false) => Verdict::Differs,
                None => Verdict::NotReproducible,
            },
            reason: self.reason,
        }
    }
}

/// The requirements on the evidence behind every figure (resnet-bk.md §10.4), given the runs behind its
/// thinnest point and the file that should hold it.
pub(crate) fn evidence(fewest_runs: Option<usize>, file: &'static str) -> [Statement; 4] {
    let runs = fewest_runs.map(|runs| match runs {
        1 => "1 run a point".into(),
        several => format!("{several} runs a point"),
    });
    let error_bars = Statement::new(
        "requirement 8.15",
        "Every point has an error bar over 5 runs",
        "5 runs a point",
        runs.zip(fewest_runs.map(|runs| runs >= 5)),
    );
    [
        match fewest_runs {
            Some(1) => error_bars.because("One run a point gives no error bar."),
            _ => error_bars,
        },
        Statement::new(
            "requirements 8.17, 8.18",
            "The models differ significantly: paired t-tests, confidence intervals, p < 0.001",
            "p < 0.001",
            None,
        )
        .because("Neither a test nor an interval was ever published."),
        Statement::new("requirement 8.22", "Others reproduce the results within 2 %", "± 2 %", None)
            .because("No training run was published that could be repeated."),
        Statement::new("requirement 8.25", "The comparison is published as a standard JSON file", file, None)
            .because("No file of this name was ever published."),
    ]
}

/// The colours in which every figure was published (resnet-bk.md §5.6, §6.6, §7.5).
pub(crate) fn colours(provenance: Provenance) -> Claim {
    let assertion = Assertion {
        stated: "requirement 8.16",
        statement: "The models are drawn in blue and red, with a legend",
        published: "blue and red",
        recomputed: "blue and purple, with a legend".into(),
        holds: Some(false),
        reason: "The scripts draw Mamba in #A23B72, which is no red.".into(),
    };
    assertion.compare(provenance)
}
