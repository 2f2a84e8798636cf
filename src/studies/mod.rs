//! TODO bk_lab::studies

pub mod efficiency;
pub mod files;
pub mod fragility;
pub mod language_models;
pub mod lora;
pub mod quantization;
pub mod resolvent;
pub mod robustness;
pub mod scaling;
pub mod stability;
