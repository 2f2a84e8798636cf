//! The figures of language models: how one learns, what it is made of, which token moves which logit, and what storing it
//! in fewer bits costs; what models of many sizes cost and achieve, and what became of their losses.

mod causality;
mod ladder;
mod lengths;
mod parts;
mod precision;
mod training;
mod widths;

pub use causality::{CAUSALITY_ASPECT, causality};
pub use ladder::ladder;
pub use lengths::{Quantity, lengths};
pub use parts::parts;
pub use precision::precision;
pub use training::{Curve, training};
pub use widths::widths;
