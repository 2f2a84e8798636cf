//! The plain loops in JavaScript that the page compares the kernels with. They work on the worker's memory, as typed
//! arrays: nothing is copied for them.

use super::plain::{Plain, Rows};
use super::study::INSTRUCTIONS;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(module = "/src/studies/resolvent/speed/plain.js")]
extern "C" {
    fn green(sites: usize, energy: f64, eta: f64, diagonals: &[f64], re: &mut [f64], im: &mut [f64]);
    fn causal(sites: usize, energy: f64, eta: f64, diagonals: &[f64], re: &mut [f64], im: &mut [f64]);
    fn gradient(
        sites: usize,
        energy: f64,
        eta: f64,
        diagonals: &[f64],
        cotangents_re: &[f64],
        cotangents_im: &[f64],
        re: &mut [f64],
        im: &mut [f64],
        derivatives: &mut [f64],
    );
    fn browser() -> String;
}

/// The browser and the instructions it runs.
pub(crate) fn machine() -> String {
    format!("{} with {INSTRUCTIONS}", browser())
}

/// The plain loops in JavaScript.
pub(crate) struct PlainJavaScript;

impl Plain for PlainJavaScript {
    fn language(&self) -> &'static str {
        "JavaScript"
    }

    fn green(&self, rows: &Rows, re: &mut [f64], im: &mut [f64]) {
        green(rows.sites, rows.energy, rows.eta, rows.diagonals, re, im);
    }

    fn causal(&self, rows: &Rows, re: &mut [f64], im: &mut [f64]) {
        causal(rows.sites, rows.energy, rows.eta, rows.diagonals, re, im);
    }

    fn gradient(
        &self,
        rows: &Rows,
        [g_re, g_im]: [&[f64]; 2],
        re: &mut [f64],
        im: &mut [f64],
        derivatives: &mut [f64],
    ) {
        let Rows { sites, energy, eta, diagonals } = *rows;
        gradient(sites, energy, eta, diagonals, g_re, g_im, re, im, derivatives);
    }
}
