//! `bklab widths` and `bklab lengths`.

pub mod bit_widths;
pub mod training_lengths;
