//! Reads files that hold no figure's data as tables.

mod catalogue;
pub(crate) mod table;
