//! Language models that are computed, trained and quantized for real: ResNet-BK, whose layers are resolvents, and Mamba,
//! small enough for a browser tab. On candle, in single precision; double precision serves the tests of derivatives.
//!
//! * [`Architecture`] says what a model is: its sizes and variants, its parameters by their published names, how many they
//!   are. [`Parameters`] are their values.
//! * [`LanguageModel`] computes logits from tokens; causal unless it is told otherwise.
//!
//! Sources: resnet-bk.md §4, §8.5 and §9; measured-feasibility.md.

mod architecture;
mod error;
mod experts;
mod language_model;
mod layers;
mod mamba;
pub mod ops;
mod parameters;
mod resnet_bk;
mod router;

pub use architecture::{Architecture, Gating, Initial, Mamba, Parameter, ResNetBk, Router};
pub use error::ModelError;
pub use language_model::LanguageModel;
pub use layers::Watch;
pub use parameters::{Parameters, Weights};
