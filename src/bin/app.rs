//! The page's program: see [`bk_lab::lab::page`].

fn main() {}

/// Puts the page into the document and starts its worker.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn start(worker_url: String) {
    bk_lab::lab::page::start(worker_url);
}
