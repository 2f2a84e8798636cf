//! Mixed precision: how each part of a model is stored, as published and as measured.

pub mod published;
pub mod record;
pub mod study;
