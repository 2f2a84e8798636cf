//! Files that leave the page: made here, handed to the browser, sent nowhere.

use super::state::{Lab, Tone};
use js_sys::{Array, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

/// Long enough for any browser to have begun the download before its address is withdrawn.
const KEEP_MILLISECONDS: i32 = 60_000;

/// Offers a record as a JSON file; says so where that fails.
pub(super) fn json(lab: Lab, name: &str, json: Result<String, serde_json::Error>) {
    let saved = json.map_err(|error| error.to_string()).and_then(|json| {
        text(name, "application/json", &json).map_err(|_| "the browser refused the download".into())
    });
    if let Err(reason) = saved {
        lab.notify(Tone::Trouble, format!("{name} could not be saved: {reason}."));
    }
}

/// Offers text as a file.
pub(super) fn text(name: &str, kind: &str, content: &str) -> Result<(), JsValue> {
    bytes(name, kind, content.as_bytes())
}

/// Offers bytes as a file.
pub(super) fn bytes(name: &str, kind: &str, content: &[u8]) -> Result<(), JsValue> {
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
