//! Files that leave the page: made here, handed to the browser, sent nowhere.

use super::state::{Lab, Tone};
use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// Long enough for any browser to have begun the download before its address is withdrawn.
const KEEP_MILLISECONDS: i32 = 60_000;

/// Offers a record as a JSON file; says so where that fails.
pub(crate) fn json(lab: Lab, name: &str, json: Result<String, serde_json::Error>) {
    match json {
        Ok(json) => file(lab, name, "application/json", json.as_bytes()),
        Err(error) => lab.notify(Tone::Trouble, format!("{name} could not be saved: {error}.")),
    }
}

/// Offers a file; says so where the browser refuses.
pub(crate) fn file(lab: Lab, name: &str, kind: &str, content: &[u8]) {
    if offer(name, kind, content).is_err() {
        lab.notify(
            Tone::Trouble,
            "The browser refused the download. Allow downloads for this page and try again.",
        );
    }
}

fn offer(name: &str, kind: &str, content: &[u8]) -> Result<(), JsValue> {
    let properties = BlobPropertyBag::new();
    properties.set_type(kind);
    let parts = Array::of1(&Uint8Array::from(content));
    let blob = Blob::new_with_u8_array_sequence_and_options(&parts, &properties)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let anchor: HtmlAnchorElement = document().create_element("a")?.dyn_into()?;
    anchor.set_href(&url);
    anchor.set_download(name);
    anchor.click();
    let revoke = Closure::once_into_js(move || {
        let _ = Url::revoke_object_url(&url);
    });
    window()
        .set_timeout_with_callback_and_timeout_and_arguments_0(revoke.unchecked_ref(), KEEP_MILLISECONDS)?;
    Ok(())
}
