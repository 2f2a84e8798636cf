//! What was claimed about quantizing the core, against the comparison over seeds.

use super::seeds::Asking;
use crate::kit::page::claims::{Claims, Counts};
use crate::studies::quantization::page::QuantizeRoom;
use crate::studies::quantization::published::claims;
use leptos::prelude::*;

/// The buttons of the comparison, and the claims once it is there.
pub(crate) fn view(room: QuantizeRoom) -> AnyView {
    let modes = room.modes;
    let table = move || {
        match modes.record.get().map(|record| claims(&record)) {
        None => view! { <p>"The claims are held against a comparison over seeds. Compute one, or drop the file of one on this page."</p> }.into_any(),
        Some(rows) if rows.is_empty() => view! { <p>"The claims are about 512 sites in groups of 128. Compare these, or drop the file of such a comparison on this page."</p> }.into_any(),
        Some(rows) => view! {
            <Counts claims=rows.clone() />
            <Claims rows />
        }
        .into_any(),
    }
    };
    view! { <Asking />{table} }.into_any()
}
