//! The figures of a scaling sweep: perplexity against operations per token, and loss against step by context.

pub mod contexts;
pub mod costs;
