//! Files that come with the lab: they lie beside the page, and are fetched when they are asked for.

use crate::kit::record::Filed;
use crate::kit::record::document::SCHEMA;
use js_sys::{ArrayBuffer, Uint8Array};
use leptos::prelude::window;
use serde::Deserialize;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::Response;

/// What a file says of itself, whatever else it holds.
#[derive(Deserialize)]
struct Header {
    schema: String,
    study: String,
}

/// A file beside the page, or a sentence why it does not come.
pub(crate) async fn fetch(path: &str) -> Result<ArrayBuffer, String> {
    let get = async {
        let response = JsFuture::from(window().fetch_with_str(path)).await?;
        let response: Response = response.dyn_into()?;
        if !response.ok() {
            return Err(JsValue::from_f64(response.status().into()));
        }
        JsFuture::from(response.array_buffer()?).await?.dyn_into()
    };
    get.await.map_err(|_| {
        format!("The file {path} could not be loaded. Check the connection and try again; what is your own can be used all the same.")
    })
}

/// The record in a file beside the page; none where this copy of the lab has none.
pub(crate) async fn record<Kind: Filed>(path: &str) -> Result<Option<Kind>, String> {
    let bytes = Uint8Array::new(&JsValue::from(fetch(path).await?)).to_vec();
    read(&bytes).map_err(|error| format!("The file {path} that comes with the lab cannot be read: {error}."))
}

fn read<Kind: Filed>(bytes: &[u8]) -> Result<Option<Kind>, serde_json::Error> {
    let Some(Header { schema, study }) = serde_json::from_slice(bytes)? else { return Ok(None) };
    if (schema.as_str(), study.as_str()) != (SCHEMA, Kind::STUDY) {
        let sentence = format!("it is “{study}” of the schema {schema}");
        return Err(serde::de::Error::custom(sentence));
    }
    serde_json::from_slice(bytes).map(Some)
}
