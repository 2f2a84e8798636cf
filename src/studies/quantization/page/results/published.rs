//! As published beside exact, and the four demonstrations.

use super::{headings, listed};
use crate::kit::page::state::Lab;
use crate::kit::page::table::DataTable;
use crate::kit::permalink;
use crate::kit::record::table::cell;
use crate::studies::quantization::page::QuantizeRoom;
use crate::studies::quantization::page::View;
use crate::studies::quantization::page::steps::Step;
use crate::studies::quantization::published::{Demonstration, demonstrations};
use crate::studies::quantization::record::{Config, Mode, Quantize, Reading};
use bk_quantize::Subject;
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
pub(crate) fn view(lab: Lab, room: QuantizeRoom) -> AnyView {
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
        {demonstrated(lab, room)}
    }
    .into_any()
}

/// The four demonstrations with the seed of the settings: links to look at them, a button to run them, what came out.
fn demonstrated(lab: Lab, room: QuantizeRoom) -> AnyView {
    let series = room.demonstrations;
    let seed = Memo::new(move |_| room.config.with(|config| config.seed));
    let configs = move || {
        let named = |one: Demonstration| {
            let name = one.number.to_string();
            one.configs.into_iter().map(move |config| (name.clone(), config))
        };
        demonstrations(seed.get_untracked()).into_iter().flat_map(named).collect()
    };
    let links = move || {
        let link = |one: Demonstration| {
            let config = one.configs.into_iter().next_back()?;
            let view = View { config, step: Step::Green, ..View::default() };
            let fragment = permalink::to_fragment(crate::studies::quantization::ROOM, &view);
            let words = format!(" {}. Published: {}.", one.title, one.published);
            Some(
                view! { <p class="explanation"><a href=fragment>{format!("Demonstration {}", one.number)}</a>{words}</p> },
            )
        };
        demonstrations(seed.get()).into_iter().filter_map(link).collect_view()
    };
    let rows = Signal::derive(move || {
        let row = |(name, record): &(String, Arc<Quantize>)| {
            let percent = |value: Option<f64>| cell(value, |percent| format!("{percent:.2} %"));
            let alone = |tensor, subject| {
                percent(record.error(tensor, subject).and_then(|error| error.relative_percent))
            };
            vec![
                name.clone(),
                record.config.green_bits.label().to_owned(),
                percent(record.end_to_end_percent()),
                alone("v", Subject::Input),
                alone("Re G", Subject::Output),
                cell(record.error("G", Subject::EndToEnd), |error| format!("{:.4}", error.mae)),
                cell(record.estimate, |size| {
                    format!("{:.2} KB, {:.2} ×", size.quantized_bytes / 1024.0, size.compression_ratio)
                }),
                record.config.seed.to_string(),
            ]
        };
        let columns = headings([
            "Demonstration",
            "Width",
            "G end to end",
            "v alone",
            "Re G alone",
            "Mean |error|",
            "Published size",
            "Seed",
        ]);
        listed(columns, series.done.with(|done| done.iter().map(row).collect()))
    });
    view! {
        <h2>"The four demonstrations"</h2>
        <p class="origin">{move || format!("None of them had a seed. Here all take that of the settings, {}.", seed.get())}</p>
        {links}
        <div class="actions" role="group" aria-label="Run demonstrations">
            <button type="button" disabled=series.running on:click=move |_| series.start(lab, configs())>"Run the demonstrations"</button>
            <button type="button" disabled=move || !series.running.get() on:click=move |_| series.stop()>"Stop the demonstrations"</button>
        </div>
        <DataTable caption="Demonstrations" rows />
    }
    .into_any()
}
