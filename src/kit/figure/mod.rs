//! TODO bk_lab::kit::figure

pub(crate) mod looks;
pub(crate) mod origin;
