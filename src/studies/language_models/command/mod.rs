//! TODO bk_lab::studies::language_models::command

pub mod eval;
pub mod leak;
pub mod mixed;
pub mod train;
pub mod train_all;
