//! Python's and NumPy's random numbers ([`random`]) and Python's number formatting ([`printing`]), to reproduce
//! published numbers and files.
#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests compare with the standard library"))]

pub mod printing;
pub mod random;
