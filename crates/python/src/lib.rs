//! TODO bk_python

pub mod printing;
pub mod random;
