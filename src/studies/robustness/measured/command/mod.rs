//! TODO bk_lab::studies::robustness::measured::command

pub mod bit_widths;
pub mod training_lengths;
