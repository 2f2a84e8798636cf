//! How the published numbers were made, defects included: kept apart from the exact mathematics.

pub mod claims;
pub mod python;
pub mod robustness;
pub mod summary;
