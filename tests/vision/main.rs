//! Vision transformers as their users see them: derivatives, what is stored, images, training.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what went wrong by failing")]
#![allow(clippy::disallowed_methods, reason = "tests compare with the standard library")]

mod archive;
mod command;
mod derivatives;
#[path = "../lab/model/gradients.rs"]
mod gradients;
mod images;
mod matrix;
mod storage;
mod training;
