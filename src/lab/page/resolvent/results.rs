//! What the resolvent room shows: how it was computed, the lines, the map, the numbers.

use super::super::download;
use super::super::figure_view::{Draw, FigureView};
use super::super::state::Lab;
use super::super::table::{DataTable, Rows};
use crate::figure::{DensityMap, density_map, green_lines};
use crate::record::resolvent::{MOST_MAP_SITES, Map, Resolvent};
use crate::record::{Record, document};
use crate::resolvent::{Backend, Deviation};
use leptos::prelude::*;
use std::sync::Arc;

/// Everything below the controls.
#[component]
pub(super) fn Results() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let room = lab.resolvent;
    let record = room.record;
    let lines = Signal::derive(move || {
        record.get().map(|record| -> Draw {
            Arc::new(move |layout| {
                green_lines(&record.re, &record.im, record.config.energy, record.config.eta, layout)
            })
        })
    });
    let maps = Memo::new(move |_| record.get().and_then(|record| density(&record)));
    let map = Signal::derive(move || {
        maps.get().map(|map| -> Draw { Arc::new(move |layout| density_map(&map, layout)) })
    });
    let manifest = Callback::new(move |()| manifest(record.get_untracked()?.as_ref()));
    let earlier = move || {
        room.config.with(|config| {
            record.with(|record| record.as_ref().is_some_and(|record| record.config != *config))
        })
    };
    let progress = move || room.running.get().and_then(|_| room.progress.get());
    let share =
        move || progress().map_or(0.0, |progress| progress.done as f64 / progress.total.max(1) as f64);
    view! {
        <div class="glance" aria-live="polite">
            {move || record.get().map(|record| view! { <Report record /> })}
            <Show when=move || earlier() && room.running.get().is_none()>
                <p class="hint earlier">"The result below belongs to the earlier settings."</p>
            </Show>
        </div>
        <div class="progress" hidden=move || progress().is_none()>
            <progress max="1" aria-label="Progress of the computation" prop:value=share></progress>
            <span>{move || progress().map(|progress| format!("{} of {} (site, energy) pairs", progress.done, progress.total))}</span>
        </div>
        <div class="pair">
            <div>
                <h2>"Green’s function along the chain"</h2>
                <FigureView draw=lines stem="resolvent" aspect=0.5 manifest />
            </div>
            <Show when=move || record.with(Option::is_some)>
                <DataTable caption="Gᵢᵢ by site" rows=Signal::derive(move || record.with(|record| site_rows(record.as_ref()))) />
            </Show>
        </div>
        <div class="actions" role="group" aria-label="Take this data away">
            <button type="button" disabled=move || record.with(Option::is_none) on:click=move |_| {
                if let Some(record) = record.get_untracked() {
                    let record = Record::Resolvent(Box::new(record.as_ref().clone()));
                    download::json(lab, "resolvent.json", document::to_json(&[record]));
                }
            }>"Record JSON"</button>
        </div>
        <div class="pair" hidden=move || maps.with(Option::is_none)>
            <div>
                <h2>"Local density of states"</h2>
                <FigureView draw=map stem="density-of-states" aspect=0.6 manifest />
            </div>
            <DataTable caption="Density of states by energy" rows=Signal::derive(move || maps.with(|map| energy_rows(map.as_ref()))) />
        </div>
        <Show when=move || record.with(|record| record.as_ref().is_some_and(|record| record.config.sites > MOST_MAP_SITES))>
            <p class="hint">{format!("The map is drawn for chains of at most {MOST_MAP_SITES} sites.")}</p>
        </Show>
    }
}

/// The record without its arrays: the run is made again from the config, and a figure of a million sites need
/// not carry them.
fn manifest(record: &Resolvent) -> Option<String> {
    let record = Resolvent { re: vec![], im: vec![], map: None, ..record.clone() };
    document::to_json(&[Record::Resolvent(Box::new(record))]).ok()
}

/// Which back end ran, where, how long, and how far off it was.
#[component]
fn Report(record: Arc<Resolvent>) -> impl IntoView {
    let adapter = record.report.adapter.as_ref();
    let machine = match (record.report.backend, adapter) {
        (Backend::Gpu, Some(adapter)) => {
            let software = if adapter.software { ", a software adapter" } else { "" };
            format!("WebGPU in single precision on {} ({}{software})", adapter.name, adapter.backend)
        }
        (Backend::Gpu, None) => "WebGPU in single precision".into(),
        (Backend::F32, _) => "the CPU in single precision".into(),
        (Backend::F64, _) => "the CPU in double precision, the reference itself".into(),
    };
    let time = match &record.map {
        Some(map) => format!(
            "lines in {}, map of {} energies in {}",
            milliseconds(record.wall_seconds),
            map.energies.len(),
            milliseconds(map.wall_seconds)
        ),
        None => format!("lines in {}", milliseconds(record.wall_seconds)),
    };
    let map_deviation = record.map.as_ref().map(|map| deviation(&map.deviation, "map", "Δρ"));
    view! {
        <p><strong class="provenance">{record.provenance.label()}</strong>" Computed by "<b class="backend">{machine}</b>", because "{record.report.reason.clone()}"."</p>
        <dl class="facts">
            <div><dt>"Time"</dt><dd>{time}</dd></div>
            <div><dt>"Deviation of the lines from f64"</dt><dd>{deviation(&record.deviation, "lines", "ΔG")}</dd></div>
            {map_deviation.map(|text| view! { <div><dt>"Deviation of the map from f64"</dt><dd>{text}</dd></div> })}
            <div><dt>"Largest deviation rounding can cause"</dt><dd>{format!("{:.1e}", record.deviation_bound)}</dd></div>
        </dl>
    }
}

fn milliseconds(seconds: f64) -> String {
    format!("{:.1} ms", seconds * 1e3)
}

/// A measured deviation in words.
fn deviation(deviation: &Deviation, what: &str, symbol: &str) -> String {
    if deviation.max_absolute == 0.0 {
        return format!("none: the {what} are the reference");
    }
    format!(
        "largest |{symbol}| {:.1e}, {:.2} of the bound at worst (site {})",
        deviation.max_absolute, deviation.worst_ratio_to_bound, deviation.worst_site
    )
}

/// The map in the form the figure draws.
fn density(record: &Resolvent) -> Option<Arc<DensityMap>> {
    let Map { energies, values, .. } = record.map.as_ref()?;
    Some(Arc::new(DensityMap {
        sites: record.config.sites,
        energies: energies.clone(),
        values: values.clone(),
    }))
}

/// Re G and Im G, site by site.
fn site_rows(record: Option<&Arc<Resolvent>>) -> Rows {
    let headings = ["Site", "Re G", "Im G", "Im G / π"].map(str::to_owned).to_vec();
    let Some(record) = record.cloned() else { return Rows { headings, count: 0, row: Arc::new(|_| vec![]) } };
    let count = record.re.len();
    let row = move |site: usize| {
        let (re, im) = (record.re[site], record.im[site]);
        vec![
            site.to_string(),
            format!("{re:.6}"),
            format!("{im:.6}"),
            format!("{:.6}", im * std::f64::consts::FRAC_1_PI),
        ]
    };
    Rows { headings, count, row: Arc::new(row) }
}

/// Mean and largest density at each energy.
fn energy_rows(map: Option<&Arc<DensityMap>>) -> Rows {
    let headings = ["Energy", "Mean over sites", "Largest", "at site"].map(str::to_owned).to_vec();
    let Some(map) = map.cloned() else { return Rows { headings, count: 0, row: Arc::new(|_| vec![]) } };
    let count = map.energies.len();
    let row = move |index: usize| {
        let column = (0..map.sites).map(|site| f64::from(map.values[site * count + index]));
        let mean = column.clone().sum::<f64>() / map.sites as f64;
        let (site, largest) =
            column.enumerate().fold((0, 0.0), |best, next| if next.1 > best.1 { next } else { best });
        vec![
            format!("{:.4}", map.energies[index]),
            format!("{mean:.5}"),
            format!("{largest:.5}"),
            site.to_string(),
        ]
    };
    Rows { headings, count, row: Arc::new(row) }
}
