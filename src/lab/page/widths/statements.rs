//! The published statements, and what the measurement says of them.

use crate::lab::page::findings::table;
use crate::published::robustness::measured::findings;
use crate::record::widths::Widths;
use leptos::prelude::*;
use std::sync::Arc;

/// The table.
pub(super) fn view(record: Memo<Option<Arc<Widths>>>) -> AnyView {
    let of = move |record: &Option<Arc<Widths>>| record.as_ref().map_or(vec![], |record| findings(record));
    table(Memo::new(move |_| record.with(of)), "one of the six checks")
}
