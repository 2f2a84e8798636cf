//! The figures of language models: the training loss, the parts of a model, the causality map, and perplexity against
//! size.

pub mod causality;
pub mod parts;
pub mod precision;
pub mod training;
