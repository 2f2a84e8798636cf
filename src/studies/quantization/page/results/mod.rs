//! What the quantization room shows of a step: a file for each, and what they share.

mod bytes;
mod claims;
mod green;
mod groups;
mod levels;
mod published;
mod seeds;
mod staircase;
mod sweep;
mod training;

use super::QuantizeRoom;
use super::steps::Step;
use crate::kit::page::download;
use crate::kit::page::figure_view::{DrawView, FigureView};
use crate::kit::page::state::Lab;
use crate::kit::page::table::{DataTable, Rows};
use crate::kit::record::document;
use crate::kit::record::table::cell;
use crate::studies::quantization::figure::QuantizeFigure;
use crate::studies::quantization::record::{Quantize, Tensor};
use bk_quantize::{Subject, unpack};
use leptos::prelude::*;
use std::sync::Arc;

/// Everything below the tour.
#[component]
pub(crate) fn Results() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let room = expect_context::<QuantizeRoom>();
    let step = Memo::new(move |_| room.view.with(|view| view.step));
    let save = move |_| {
        if let Some(record) = room.record.get_untracked() {
            download::json(lab, "quantize.json", document::to_json(&[record]));
        }
    };
    view! {
        <div class="glance" aria-live="polite">
            {move || room.record.get().map(|record| view! { <Report record /> })}
        </div>
        {Step::ALL.map(|which| view! {
            <div class="stack" hidden=move || step.get() != which>{step_view(lab, room, which)}</div>
        }).collect_view()}
        <div class="actions" role="group" aria-label="Take this data away">
            <button type="button" disabled=move || room.record.with(Option::is_none) on:click=save>"Record JSON"</button>
        </div>
    }
    .into_any()
}

/// What was done, and what it comes to.
#[component]
fn Report(record: Arc<Quantize>) -> impl IntoView {
    let percent = cell(record.end_to_end_percent(), |percent| format!("{percent:.4} %"));
    let alone = |tensor: &str, subject| {
        cell(record.error(tensor, subject).and_then(|error| error.relative_percent), |percent| {
            format!("{percent:.4} %")
        })
    };
    let (total, fp32) = (record.bytes().total(), record.fp32_bytes);
    view! {
        <p><strong class="provenance">{record.provenance.label()}</strong>" "{record.title()}</p>
        <dl class="facts">
            <div><dt>"Error of G end to end"</dt><dd class="end-to-end">{percent}</dd></div>
            <div><dt>"of v alone"</dt><dd>{alone("v", Subject::Input)}</dd></div>
            <div><dt>"of Re G alone"</dt><dd>{alone("Re G", Subject::Output)}</dd></div>
            <div><dt>"Bytes of one row, counted"</dt><dd>{format!("{total} of {fp32} ({:.2} ×)", fp32 as f64 / total.max(1) as f64)}</dd></div>
        </dl>
    }
    .into_any()
}

/// Figures and numbers of a step.
fn step_view(lab: Lab, room: QuantizeRoom, step: Step) -> AnyView {
    let numbers = match step {
        Step::Levels => levels::numbers(room),
        Step::Staircase => staircase::numbers(room),
        Step::Groups => groups::numbers(room),
        Step::Bytes => bytes::numbers(room),
        Step::Green => green::numbers(room),
        Step::Training => training::numbers(room),
        Step::Sweep => return sweep::view(lab, room),
        Step::Published => return published::view(lab, room),
        Step::Seeds => return seeds::view(room),
        Step::Claims => return claims::view(room),
    };
    let figures = step.figures().iter().map(|&figure| figure_view(room, figure)).collect_view();
    view! { <div class="pair"><div class="stack">{figures}</div><div class="stack">{numbers}</div></div> }
        .into_any()
}

/// A table of the record that is shown; `rows` are given it with the tensor and the group that are looked at.
fn table(
    room: QuantizeRoom,
    caption: &'static str,
    rows: fn(&Quantize, usize, usize) -> Option<Rows>,
) -> AnyView {
    let rows = Signal::derive(move || {
        let (tensor, group) = room.view.with(|view| (view.tensor.min(2), view.shown_group));
        room.record.get().and_then(|record| rows(&record, tensor, group)).unwrap_or_else(no_rows)
    });
    view! { <DataTable caption rows /> }.into_any()
}

fn figure_view(room: QuantizeRoom, figure: QuantizeFigure) -> AnyView {
    let draw = Signal::derive(move || {
        let (tensor, group) = room.view.with(|view| (view.tensor.min(2), view.shown_group));
        room.record.get().map(|record| -> DrawView {
            Arc::new(move |_, layout| figure.draw(&record, tensor, group, layout))
        })
    });
    let manifest = Callback::new(move |()| manifest(room.record.get_untracked()));
    view! {
        <div>
            <h2>{figure.heading()}</h2>
            <FigureView draw view=RwSignal::default() stem=figure.stem() aspect=0.5 manifest />
        </div>
    }
    .into_any()
}

fn manifest(record: Option<Arc<Quantize>>) -> Option<String> {
    document::to_json(&[record?]).ok()
}

fn no_rows() -> Rows {
    Rows { headings: vec!["No data".into()], count: 0, row: Arc::new(|_| vec![]) }
}

fn listed(headings: Vec<String>, rows: Vec<Vec<String>>) -> Rows {
    Rows { headings, count: rows.len(), row: Arc::new(move |index| rows[index].clone()) }
}

fn headings<const COUNT: usize>(names: [&str; COUNT]) -> Vec<String> {
    names.map(String::from).to_vec()
}

fn grid_rows(grid: crate::kit::record::table::Grid) -> Rows {
    listed(grid.columns, grid.rows)
}

/// The bytes of hexadecimal digits.
fn bytes_of(hexadecimal: &str) -> Vec<u8> {
    (0..hexadecimal.len() / 2)
        .filter_map(|place| u8::from_str_radix(hexadecimal.get(2 * place..2 * place + 2)?, 16).ok())
        .collect()
}

fn spaced(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
}

/// The codes of packed bytes with their sign; those of blocks have none. Nothing for floats.
fn codes_of(tensor: &Tensor, bytes: &[u8], count: usize) -> Vec<i32> {
    let bits = tensor.width.bits();
    if bits > 8 {
        return vec![];
    }
    let signed = |code: u8| (((code << (8 - bits)) as i8) >> (8 - bits)).into();
    let code = |code: u8| if tensor.blocks.is_some() { code.into() } else { signed(code) };
    unpack(bytes, bits, count).into_iter().map(code).collect()
}
