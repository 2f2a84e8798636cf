//! The figures of language models: how one learns, what it is made of, which token moves which logit, and what storing it
//! in fewer bits costs, where, after how long a training, and what further training makes of it; what models of many sizes cost and
//! achieve, and what became of their losses.

mod causality;
mod contexts;
mod ladder;
mod lengths;
mod means;
mod parts;
mod places;
mod precision;
mod training;
mod tuned;
mod widths;

pub use causality::{CAUSALITY_ASPECT, causality};
pub use contexts::{Trace, contexts};
pub use ladder::ladder;
pub use lengths::{Quantity, lengths};
pub use parts::parts;
pub use places::places;
pub use precision::precision;
pub use training::{Curve, training};
pub use tuned::tuned;
pub use widths::widths;
