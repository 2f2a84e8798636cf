//! Python's and NumPy's random numbers ([`random`]) and Python's number formatting ([`printing`]), to reproduce
//! published numbers and files.

pub mod printing;
pub mod random;
