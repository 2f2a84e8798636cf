//! The models as their users see them: derivatives, causality, counts, training, checkpoints, quantization.

mod causality;
mod command;
mod exits;
mod flops;
mod gradients;
mod ladder;
mod lengths;
mod mixed;
mod models;
mod operations;
mod published;
mod quantized;
mod quantized_checkpoint;
mod training;
mod widths;
