//! Language models that are computed, trained, and quantized: ResNet-BK, whose layers are resolvents, and Mamba. Both
//! are small enough for a browser tab. They run on candle in single precision; tests of gradients use double precision.
//!
//! * [`Architecture`] describes a model: its sizes and variants, its parameters under their published names, their
//!   number, and the operations they cost ([`flops`]). [`Parameters`] holds the values.
//! * [`LanguageModel`] computes logits from tokens. It is causal unless configured otherwise.
//! * [`Training`] updates the parameters as a [`Recipe`] specifies. [`Evaluation`] measures the model on held-out text,
//!   and a [`Checkpoint`] stores it. [`causality`] tests whether a prediction depends on later tokens.
//! * [`corpus`] provides the texts: a generated language with known entropy, and text files tokenized by byte-pair
//!   encoding.
//! * [`early_exit`] lets tokens skip the last layers; [`sparsity`] replaces G by an interpolation at some sites.
//! * [`importance`] ranks the parts of a model, and [`precision`] plans how each part is stored. A [`PackedModel`]
//!   holds the codes and runs from them, and a [`QuantizedCheckpoint`] stores them in a file. A [`KeptModel`] is a
//!   model read from a file of either kind, ready for use.
//!
//! Sources: resnet-bk.md §4, §8.5 and §9; measured-feasibility.md.
#![cfg_attr(test, allow(clippy::disallowed_methods, reason = "tests compare with the standard library"))]

mod architecture;
pub mod causality;
mod checkpoint;
mod core_rounding;
pub mod corpus;
pub mod early_exit;
mod error;
mod evaluation;
mod experts;
pub mod flops;
pub mod importance;
mod kept;
mod language_model;
mod layers;
mod mamba;
pub mod memory;
pub mod ops;
mod optimizer;
mod parameters;
pub mod precision;
mod quantized;
mod quantized_checkpoint;
mod resnet_bk;
mod router;
pub mod sparsity;
mod training;
pub mod vision;

pub use architecture::{Architecture, Gating, Initial, Mamba, Parameter, ResNetBk, Router, Use};
pub use bk_quantize::{Format, Rounding};
pub use checkpoint::{Checkpoint, CheckpointError};
pub use core_rounding::{CoreRounding, Sharing};
pub use error::ModelError;
pub use evaluation::Evaluation;
pub use kept::KeptModel;
pub use language_model::LanguageModel;
pub use layers::Watch;
pub(crate) use optimizer::{AdamW, Step};
pub use parameters::{Parameters, Weights};
pub use quantized::{PackedModel, PackedTensor};
pub use quantized_checkpoint::QuantizedCheckpoint;
pub use training::{Recipe, Training, Trajectory};
