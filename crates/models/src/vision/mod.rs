//! Vision transformers that are trained and adapted for real: the layout of DeiT at sizes that a browser tab can train,
//! with low-rank adapters on a base that is frozen and really stored quantized.
//!
//! * [`Images`] are labelled images, [`generator`] draws some from a seed, an [`archive`] holds a person's own, and a [`Split`] keeps those apart that a model
//!   learns from, is chosen by and is judged by.
//! * A [`VisionTransformer`] says what a model is, a [`Base`] is a trained one as it is stored, and [`Lora`] says how it is
//!   adapted. A [`Network`] computes, with or without adapters.
//! * [`Training`] trains either: all of a model, or adapters and head alone. An [`Evaluation`] counts what is recognised.
//!
//! Sources: vit-lora.md §2 to §4; Hu et al., “LoRA” (2021); Dettmers et al., “QLoRA” (2023); Kalajdzievski, “A rank
//! stabilization scaling factor for fine-tuning with LoRA” (2023).

mod architecture;
pub mod archive;
mod base;
mod error;
mod evaluation;
pub mod generator;
mod images;
mod lora;
mod network;
mod patches;
mod picture;
mod training;

pub use architecture::{Linear, VisionTransformer};
pub use base::Base;
pub use error::VisionError;
pub use evaluation::Evaluation;
pub use images::{Images, Split};
pub use lora::Lora;
pub use network::{Dropout, Network};
pub use training::{Patience, StepMemory, Training, Trajectory, Validation};
