//! The figures of language models: the loss of a training, the parts of a model, which token moves which logit, and
//! perplexity against size.

pub mod causality;
pub mod parts;
pub mod precision;
pub mod training;
