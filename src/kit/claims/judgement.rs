//! Published statements held against measurements over seeds: a statement holds if the whole 95 % interval lies on its side of
//! the limit, fails if the whole interval lies on the other, and is undecided in between, and wherever one seed gives no
//! interval.

use crate::kit::record::estimate::Estimate;
use serde::{Deserialize, Serialize};

/// What a measurement says of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judgement {
    /// The whole interval is where the statement says.
    Holds,
    /// The whole interval is where it does not say.
    Fails,
    /// The limit lies within the interval, or there is none.
    Undecided,
}

impl Judgement {
    /// In a word.
    pub fn label(self) -> &'static str {
        match self {
            Judgement::Holds => "holds",
            Judgement::Fails => "fails",
            Judgement::Undecided => "undecided",
        }
    }
}

/// A statement and what a measurement says of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Where it is stated.
    pub stated: &'static str,
    /// Whether it is one of the six checks of the published script.
    pub check: bool,
    /// Of which models.
    pub of: String,
    /// What it says.
    pub statement: &'static str,
    /// What it asks for.
    pub asked: String,
    /// What was measured, with its interval.
    pub found: String,
    /// What that says.
    pub judgement: Judgement,
    /// Why, with how large the experiment is.
    pub reason: String,
}

/// On which side of a limit a number is to lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Side {
    Below(f64),
    Above(f64),
    AtLeast(f64),
}

impl Side {
    fn judge(self, estimate: &Estimate) -> Judgement {
        let Some((low, high)) = estimate.interval else { return Judgement::Undecided };
        let (holds, fails) = match self {
            Side::Below(limit) => (high < limit, low >= limit),
            Side::Above(limit) => (low > limit, high <= limit),
            Side::AtLeast(limit) => (low >= limit, high < limit),
        };
        match (holds, fails) {
            (true, _) => Judgement::Holds,
            (_, true) => Judgement::Fails,
            _ => Judgement::Undecided,
        }
    }

    fn words(self, unit: &str) -> String {
        match self {
            Side::Below(limit) => format!("< {limit}{unit}"),
            Side::Above(limit) => format!("> {limit}{unit}"),
            Side::AtLeast(limit) => format!("≥ {limit}{unit}"),
        }
    }
}

/// A statement about a number.
pub(crate) struct Statement {
    /// Where it is stated.
    pub(crate) stated: &'static str,
    /// Whether it is one of the published checks.
    pub(crate) check: bool,
    /// What it says.
    pub(crate) statement: &'static str,
    /// Where the number is to lie.
    pub(crate) side: Side,
    /// What it is in, with a space before it.
    pub(crate) unit: &'static str,
}

impl Statement {
    pub(crate) fn judge(&self, of: String, estimate: Option<Estimate>, scale: &str) -> Option<Finding> {
        let estimate = estimate?;
        let judgement = self.side.judge(&estimate);
        let seeds = match (estimate.interval, judgement) {
            (None, _) => "One seed gives no interval, so nothing is decided".to_owned(),
            (_, Judgement::Undecided) => {
                format!("The limit lies within the 95 % interval over {} seeds", estimate.count)
            }
            _ => format!("The whole 95 % interval over {} seeds lies there", estimate.count),
        };
        Some(self.finding(of, found(&estimate, self.unit), judgement, format!("{seeds}: {scale}.")))
    }

    /// What cannot be compared.
    pub(crate) fn refuse(&self, of: String, reason: &str) -> Finding {
        self.finding(of, "not compared".into(), Judgement::Undecided, reason.into())
    }

    fn finding(&self, of: String, found: String, judgement: Judgement, reason: String) -> Finding {
        let &Statement { stated, check, statement, side, unit } = self;
        Finding { stated, check, of, statement, asked: side.words(unit), found, judgement, reason }
    }
}

fn found(estimate: &Estimate, unit: &str) -> String {
    match estimate.interval {
        Some((low, high)) => format!("{:.2}{unit} ({low:.2} to {high:.2})", estimate.mean),
        None => format!("{:.2}{unit}", estimate.mean),
    }
}
