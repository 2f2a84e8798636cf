//! Checks of the repository itself: they read its files and build nothing of the lab.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test says what went wrong by failing")]

mod citations;
mod imports;
mod repository;
mod sizes;
