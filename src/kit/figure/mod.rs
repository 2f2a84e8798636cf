//! What figures of records share: the looks of models, and where data comes from.

pub(crate) mod looks;
pub(crate) mod origin;
