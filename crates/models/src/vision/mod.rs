//! Vision transformers that are trained and adapted: the layout of DeiT at sizes that a browser tab can train, with
//! low-rank adapters on a frozen base that is stored quantized.
//!
//! * [`Images`] holds labeled images. [`generator`] draws them from a seed, and an [`archive`] reads them from a zip
//!   file. A [`Split`] divides them into training, validation, and held-out images.
//! * A [`VisionTransformer`] describes a model, a [`Base`] is a trained model as it is stored, and [`Lora`] describes
//!   its adapters. A [`Network`] computes, with or without adapters.
//! * [`Training`] trains all parameters of a model, or its adapters and head only. An [`Evaluation`] counts correct
//!   labels.
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
