//! As published beside exact.

use super::listed;
use crate::lab::page::state::Lab;
use crate::lab::page::table::DataTable;
use crate::record::quantize::{Config, Mode, Quantize, Reading};
use crate::record::table::cell;
use leptos::prelude::*;
use std::sync::Arc;

/// The four published modes in both readings.
fn comparison_configs(base: &Config) -> Vec<(String, Config)> {
    let published = ["0.55 %", "0.33 % (of Re G alone)", "12.65 %", "8 % (never measured)"];
    let modes = [Mode::PtqInt8, Mode::QatInt8, Mode::PtqInt4, Mode::QatInt4].into_iter().zip(published);
    modes
        .flat_map(|(mode, published)| {
            [Reading::Published, Reading::Exact].map(|reading| {
                let config = Config { seed: base.seed, sites: base.sites, ..Config::of(mode, reading) };
                (format!("{mode}|{published}"), config)
            })
        })
        .collect()
}

/// The buttons and the table.
pub(super) fn view(lab: Lab) -> AnyView {
    let room = lab.quantize;
    let series = room.comparison;
    let rows = Signal::derive(move || {
        let columns = [
            "Mode and reading",
            "Published",
            "Here, end to end",
            "Bytes, counted",
            "Published size",
            "Codes used",
        ];
        let row = |(name, record): &(String, Arc<Quantize>)| {
            let (mode, published) = name.split_once('|').unwrap_or((name, ""));
            let as_published = record.config.reading == Reading::Published;
            let used: Vec<String> =
                record.tensors.iter().map(|tensor| tensor.codes_used.to_string()).collect();
            vec![
                format!("{mode}, {}", if as_published { "as published" } else { "exact" }),
                if as_published { published.to_owned() } else { "–".into() },
                cell(record.end_to_end_percent(), |percent| format!("{percent:.4} %")),
                format!("{} of {}", record.bytes().total(), record.fp32_bytes),
                cell(record.estimate, |size| {
                    format!("{:.2} KB, {:.2} ×", size.quantized_bytes / 1024.0, size.compression_ratio)
                }),
                used.join(", "),
            ]
        };
        listed(columns.map(String::from).to_vec(), series.done.with(|done| done.iter().map(row).collect()))
    });
    view! {
        <div class="actions" role="group" aria-label="Comparison">
            <button type="button" class="primary" disabled=series.running on:click=move |_| series.start(lab, room.config.with_untracked(comparison_configs))>"Compute all modes"</button>
            <button type="button" disabled=move || !series.running.get() on:click=move |_| series.stop()>"Stop computing"</button>
        </div>
        <DataTable caption="As published beside exact" rows />
    }
    .into_any()
}
