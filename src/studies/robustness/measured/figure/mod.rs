//! The figures of a bit-width sweep: perplexity against bit width, component sensitivity, further training, and
//! training length.

pub mod bit_widths;
pub mod component_sensitivity;
pub mod fine_tuning;
mod means;
pub mod training_lengths;
