//! The published statements, and what the measurement says of them.

use crate::kit::page::findings::table;
use crate::studies::robustness::measured::claims::findings;
use crate::studies::robustness::measured::record::Widths;
use leptos::prelude::*;
use std::sync::Arc;

/// The table.
pub(crate) fn view(record: Memo<Option<Arc<Widths>>>) -> AnyView {
    let of = move |record: &Option<Arc<Widths>>| record.as_ref().map_or(vec![], |record| findings(record));
    table(Memo::new(move |_| record.with(of)), "one of the six checks")
}
