//! TODO bk_lab::studies::files::import

mod catalogue;
pub(crate) mod table;
