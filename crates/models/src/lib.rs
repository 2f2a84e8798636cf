//! Language models that are computed, trained and quantized for real: ResNet-BK, whose layers are resolvents, and Mamba,
//! small enough for a browser tab. On candle, in single precision; double precision serves the tests of derivatives.
//!
//! * [`Architecture`] says what a model is: its sizes and variants, its parameters by their published names, how many they
//!   are and how many operations they cost ([`flops`]). [`Parameters`] are their values.
//! * [`LanguageModel`] computes logits from tokens; causal unless it is told otherwise.
//! * [`Training`] changes the parameters by a [`Recipe`]; [`Evaluation`] measures what has become of them on text they have
//!   not seen; a [`Checkpoint`] keeps them. [`causality`] looks whether the future is seen.
//! * [`corpus`] are the texts: a language of known entropy, and the reader's own in byte pairs.
//! * [`early_exit`] lets tokens go before the last layer, [`sparsity`] leaves out sites of the resolvent's diagonal.
//! * [`importance`] ranks a model's parts, [`precision`] plans how each is stored, a [`PackedModel`] holds their codes and
//!   runs, and a [`QuantizedCheckpoint`] keeps them. A [`KeptModel`] is one from a file of either kind, ready for use.
//!
//! Sources: resnet-bk.md §4, §8.5 and §9; measured-feasibility.md.

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
pub use checkpoint::{Checkpoint, CheckpointError};
pub use core_rounding::{CoreRounding, Sharing};
pub use error::ModelError;
pub use evaluation::Evaluation;
pub use kept::KeptModel;
pub use language_model::LanguageModel;
pub use layers::Watch;
pub(crate) use optimizer::{AdamW, Step};
pub use parameters::{Parameters, Weights};
pub use quantized::{Format, PackedModel, PackedTensor, Rounding};
pub use quantized_checkpoint::QuantizedCheckpoint;
pub use training::{Recipe, Training, Trajectory};
