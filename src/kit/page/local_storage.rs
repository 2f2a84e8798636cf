//! Records that outlive the tab: kept in the browser's store, and read again like any file.

use super::state::{Lab, Tone};
use crate::kit::browser::to_buffer;
use crate::kit::protocol::{Import, Imported, Stopped};
use crate::kit::record::{Document, document};
use leptos::prelude::*;

/// The browser's store, where it is allowed.
pub(crate) fn browser_store() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// Hands back what is kept under a key, and from then on keeps what there is. `what` names it in sentences:
/// "What was imported".
pub(crate) fn keep(
    lab: Lab,
    key: &'static str,
    what: &'static str,
    take: impl FnOnce(Result<Imported, Stopped>) + 'static,
    records: impl Fn() -> Vec<Document> + 'static,
) {
    let kept = browser_store().and_then(|store| store.get_item(key).ok().flatten());
    if let Some(json) = kept {
        let names = vec![format!("{} here before", what.to_ascii_lowercase())];
        lab.ask(&Import { names }, vec![to_buffer(json.as_bytes())], take);
    }
    Effect::new(move |previous: Option<()>| {
        let records = records();
        let Some(store) = browser_store() else { return };
        if records.is_empty() {
            // The first run comes before the kept records are back.
            if previous.is_some() {
                let _ = store.remove_item(key);
            }
            return;
        }
        let kept = document::to_json(&records).ok().and_then(|json| store.set_item(key, &json).ok());
        if kept.is_none() {
            lab.notify(Tone::Trouble, format!("{what} is too large to be kept in this browser: it is gone when the tab closes. Keep the files."));
        }
    });
}
