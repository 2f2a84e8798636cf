//! BK Lab: the tridiagonal resolvent and the quantization of the models built on it, in a browser tab.
//!
//! Everything travels one road, downhill: **Config → Study → Record → Figure → page, file or terminal**.
//! Each module below is a room on that road; none imports from a room further down this list.
#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests compare with the standard library"))]

pub mod kit;
pub mod studies;
