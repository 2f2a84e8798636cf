//! The sweep: bits, groups and rules, drawn as they are computed.

use super::listed;
use crate::kit::page::figure_view::{DrawView, FigureView};
use crate::kit::page::state::Lab;
use crate::kit::page::table::DataTable;
use crate::kit::record::document;
use crate::kit::record::table::cell;
use crate::studies::quantization::figure::quantize_sweep;
use crate::studies::quantization::page::QuantizeRoom;
use crate::studies::quantization::record::{Config, Format, Quantize, Reading, Trained};
use bk_quantize::{Granularity, ScaleRule, Width};
use leptos::prelude::*;
use std::sync::Arc;

/// The configs of the sweep: four widths, five ways to choose scales, and the formats that choose their own.
fn sweep_configs(base: &Config) -> Vec<(String, Config)> {
    let plain = Config { trained: Trained::Nothing, reading: Reading::Exact, ..base.clone() };
    // Quantized scales change little: a sweep leaves them out.
    let stored = Format::all()
        .into_iter()
        .filter(|format| matches!(format, Format::Stored(stored) if !stored.is_double()));
    let formats = stored.map(|format| {
        let config = Config { format, ..plain.clone() };
        (config.stored_as(config.green_bits).to_owned(), config)
    });
    let base = Config {
        format: Format::Uniform,
        zero_point: true,
        rule: ScaleRule::AbsoluteMaximum,
        granularity: Granularity::Group,
        ..plain
    };
    let ways = [
        ("maximum, groups of 32", Config { group: 32, ..base.clone() }),
        ("maximum, groups of 128", Config { group: 128, ..base.clone() }),
        ("maximum, whole tensor", Config { granularity: Granularity::Tensor, ..base.clone() }),
        (
            "least squares, groups of 128",
            Config { group: 128, rule: ScaleRule::LeastSquares, ..base.clone() },
        ),
        (
            "published divisor, groups of 128",
            Config { group: 128, zero_point: false, rule: ScaleRule::PublishedDivisor, ..base },
        ),
    ];
    let widths = [Width::Int2, Width::Int3, Width::Int4, Width::Int8];
    widths
        .into_iter()
        .flat_map(|width| {
            ways.clone().map(|(name, config)| {
                (name.to_owned(), Config { potential_bits: width, green_bits: width, ..config })
            })
        })
        .chain(formats)
        .collect()
}

/// Bits of a number, without its share of a scale.
fn bits(record: &Quantize) -> u32 {
    record.tensors.first().map_or(0, |tensor| tensor.width.bits())
}

/// Its buttons, its figure and its table.
pub(crate) fn view(lab: Lab, room: QuantizeRoom) -> AnyView {
    let series = room.sweep;
    let draw = Signal::derive(move || {
        let points: Vec<(String, u32, f64)> = series.done.with(|done| {
            let point = |(name, record): &(String, Arc<Quantize>)| {
                Some((name.clone(), bits(record), record.end_to_end_percent()?))
            };
            done.iter().filter_map(point).collect()
        });
        (!points.is_empty())
            .then(|| -> DrawView { Arc::new(move |_, layout| quantize_sweep(&points, layout)) })
    });
    let rows = Signal::derive(move || {
        let done = series.done.get();
        let columns = ["Scales", "Bits", "Error, %", "Bytes a row"].map(String::from).to_vec();
        let row = |(name, record): &(String, Arc<Quantize>)| {
            vec![
                name.clone(),
                bits(record).to_string(),
                cell(record.end_to_end_percent(), |percent| format!("{percent:.4}")),
                record.bytes().total().to_string(),
            ]
        };
        listed(columns, done.iter().map(row).collect())
    });
    let manifest = Callback::new(move |()| {
        let records: Vec<_> = series.done.get_untracked().into_iter().map(|(_, record)| record).collect();
        document::to_json(&records).ok()
    });
    view! {
        <div class="actions" role="group" aria-label="Sweep">
            <button type="button" class="primary" disabled=series.running on:click=move |_| series.start(lab, room.config.with_untracked(sweep_configs))>"Run the sweep"</button>
            <button type="button" disabled=move || !series.running.get() on:click=move |_| series.stop()>"Stop the sweep"</button>
        </div>
        <div class="pair">
            <div>
                <h2>"Error against bits"</h2>
                <FigureView draw view=RwSignal::default() stem="quantization-sweep" aspect=0.5 manifest />
            </div>
            <DataTable caption="The sweep so far" rows />
        </div>
    }
    .into_any()
}
