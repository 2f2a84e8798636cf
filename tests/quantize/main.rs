//! The quantizers as their users see them: published vectors, worked examples, sizes in bytes, any input at all.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what went wrong by failing")]

mod any_input;
mod calibration;
mod examples;
mod straight_through;
mod vectors;
