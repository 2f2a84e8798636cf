//! Files: a [`Scene`](crate::figure::Scene) in the formats that journals accept.
//!
//! Every format is written from the one list of drawing commands, so that what is on screen is what is in
//! the paper.

pub mod png;
pub mod svg;
