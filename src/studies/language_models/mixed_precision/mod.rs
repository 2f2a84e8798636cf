//! TODO bk_lab::studies::language_models::mixed_precision

pub mod published;
pub mod record;
pub mod study;
