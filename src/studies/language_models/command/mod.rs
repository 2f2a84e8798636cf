//! The commands of language models: train, measure, and look into one.

pub mod eval;
pub mod leak;
pub mod mixed;
pub mod train;
pub mod train_all;
