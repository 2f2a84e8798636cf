//! Checks, claims and verdicts: what studies share.
//!
//! A published figure has a summary as the published script writes it, the [`Check`]s in that summary, and the [`Claim`]s
//! that rest on it; [`judgement`] tests published statements on measurements by intervals.

pub mod check;
pub mod claim;
pub mod judgement;

pub use check::Check;
pub use claim::{Claim, Verdict};

use super::record::table::Grid;
use super::record::{Filed, ToDocument};

/// A record behind one of the published figures, and what can be held against it.
pub trait PublishedFigure: Clone + Filed + ToDocument {
    /// What the figure is about, for headings.
    const TITLE: &'static str;

    /// The numbers behind the figure, rounded for reading.
    fn numbers(&self) -> Grid;

    /// Every value behind the figure with all its digits, a run or a step a row, for programs. The columns do
    /// not depend on the record.
    fn values(&self) -> Grid;

    /// The checks that the published rules emit for this data, in the published order.
    fn checks(&self) -> Vec<Check>;

    /// All rows of the claims table that this figure touches: what was claimed about models first, since
    /// that is what the figure is shown for, then the published numbers.
    fn claims(&self) -> Vec<Claim>;

    /// The summary in the published JSON form: two-space indent, no trailing newline.
    fn summary_json(&self) -> Result<String, serde_json::Error>;
}
