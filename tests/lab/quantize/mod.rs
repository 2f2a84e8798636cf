//! The quantizers as their users see them: published vectors, worked examples, sizes in bytes, any input at all.

mod any_input;
mod calibration;
mod examples;
mod straight_through;
mod vectors;
