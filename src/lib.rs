//! BK Lab: the tridiagonal resolvent and the quantization of the models built on it, in a browser tab.
//!
//! Everything travels one road, downhill: **Config → Study → Record → Figure → page, file or terminal**.
//! Each module below is a room on that road; none imports from a room further down this list.

pub mod memory;
pub mod random;
pub mod resolvent;
pub mod quantize;
pub mod model;
pub mod vision;
pub mod record;
pub mod published;
pub mod import;
pub mod study;
pub mod figure;
pub mod export;
pub mod lab;
