//! What the quantization room shows of a step: the figures, and the numbers beside them.

use super::steps::Step;
use crate::figure::{QuantizeFigure, quantize_sweep};
use crate::lab::page::download;
use crate::lab::page::figure_view::{DrawView, FigureView};
use crate::lab::page::state::Lab;
use crate::lab::page::table::{DataTable, Rows};
use crate::quantize::{Granularity, ScaleRule, Subject, Width, unpack};
use crate::record::quantize::{Config, Mode, Quantize, Reading, Tensor, Trained};
use crate::record::table::{Grid, cell};
use crate::record::{Record, document};
use leptos::prelude::*;
use std::sync::Arc;

/// Bytes a row of the dump.
const BYTES_A_ROW: usize = 8;

/// Values a staircase's table samples between the outermost levels.
const SAMPLES: usize = 33;

/// Everything below the tour.
#[component]
pub(super) fn Results() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let room = lab.quantize;
    let step = Memo::new(move |_| room.view.with(|view| view.step));
    let save = move |_| {
        if let Some(record) = room.record.get_untracked() {
            let record = Record::Quantize(Box::new(record.as_ref().clone()));
            download::json(lab, "quantize.json", document::to_json(&[record]));
        }
    };
    view! {
        <div class="glance" aria-live="polite">
            {move || room.record.get().map(|record| view! { <Report record /> })}
        </div>
        {Step::ALL.map(|which| view! {
            <div class="stack" hidden=move || step.get() != which>{step_view(lab, which)}</div>
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
fn step_view(lab: Lab, step: Step) -> AnyView {
    let room = lab.quantize;
    let figures = step.figures().iter().map(|&figure| figure_view(lab, figure)).collect_view();
    let table = move |caption: &'static str, rows: fn(&Quantize, usize, usize) -> Option<Rows>| {
        let rows = Signal::derive(move || {
            let (tensor, group) = room.view.with(|view| (view.tensor.min(2), view.shown_group));
            room.record.get().and_then(|record| rows(&record, tensor, group)).unwrap_or_else(no_rows)
        });
        view! { <DataTable caption rows /> }.into_any()
    };
    let numbers = match step {
        Step::Levels => table("Levels and their codes", level_rows),
        Step::Staircase => table("Values and levels", staircase_rows),
        Step::Groups => table("Grid of every group", |record, tensor, _| group_rows(record, tensor)),
        Step::Bytes => view! {
            {table("Bytes of one row", |record, _, _| Some(grid_rows(record.byte_table())))}
            {table("Packed codes of the first row", |record, tensor, _| Some(byte_rows(&record.tensors[tensor])))}
            {table("Scales and zero points as bytes", |record, tensor, _| Some(scale_rows(&record.tensors[tensor])))}
        }
        .into_any(),
        Step::Green => view! {
            {table("Errors by what they leave out", |record, _, _| Some(grid_rows(record.error_table())))}
            {table("One row, site by site", |record, _, _| Some(site_rows(record)))}
        }
        .into_any(),
        Step::Training => view! {
            <TrainingButtons />
            {table("Loss and gradient", |record, _, _| training_rows(record))}
        }
        .into_any(),
        Step::Sweep => return sweep_view(lab),
        Step::Published => return comparison_view(lab),
    };
    view! { <div class="pair"><div class="stack">{figures}</div><div class="stack">{numbers}</div></div> }
        .into_any()
}

fn figure_view(lab: Lab, figure: QuantizeFigure) -> AnyView {
    let room = lab.quantize;
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
    let record = Record::Quantize(Box::new(record?.as_ref().clone()));
    document::to_json(&[record]).ok()
}

/// Train, stop, and how far it is.
#[component]
fn TrainingButtons() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let room = lab.quantize;
    let trainable =
        move || room.record.with(|record| record.as_ref().is_some_and(|record| !record.is_complete()));
    let says = move || {
        room.record.with(|record| {
            let record = record.as_ref()?;
            let Some(training) = &record.training else {
                return Some("This mode does not train. Choose QAT, or what is to be trained.".to_owned());
            };
            let gradient = training
                .gradient
                .last()
                .map_or(String::new(), |gradient| format!("; largest derivative {gradient:.3e}"));
            Some(format!("{} of {} steps{gradient}", training.loss.len(), record.config.steps))
        })
    };
    view! {
        <div class="actions" role="group" aria-label="Training">
            <button type="button" class="primary" disabled=move || room.training.get() || !trainable() on:click=move |_| room.train(lab)>"Train"</button>
            <button type="button" disabled=move || !room.training.get() on:click=move |_| room.stop()>"Stop training"</button>
        </div>
        <p class="hint" role="status">{says}</p>
    }
}

/// The configs of the sweep: four widths, five ways to choose scales.
fn sweep_configs(base: &Config) -> Vec<(String, Config)> {
    let base = Config {
        reading: Reading::Exact,
        trained: Trained::Nothing,
        zero_point: true,
        rule: ScaleRule::AbsoluteMaximum,
        granularity: Granularity::Group,
        ..base.clone()
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
        .collect()
}

fn sweep_view(lab: Lab) -> AnyView {
    let room = lab.quantize;
    let series = room.sweep;
    let draw = Signal::derive(move || {
        let points: Vec<(String, u32, f64)> = series.done.with(|done| {
            let point = |(name, record): &(String, Arc<Quantize>)| {
                Some((name.clone(), record.config.green_bits.bits(), record.end_to_end_percent()?))
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
                record.config.green_bits.bits().to_string(),
                cell(record.end_to_end_percent(), |percent| format!("{percent:.4}")),
                record.bytes().total().to_string(),
            ]
        };
        listed(columns, done.iter().map(row).collect())
    });
    let manifest = Callback::new(move |()| {
        let records = series.done.get_untracked();
        let records: Vec<Record> =
            records.iter().map(|(_, record)| Record::Quantize(Box::new(record.as_ref().clone()))).collect();
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

fn comparison_view(lab: Lab) -> AnyView {
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

fn no_rows() -> Rows {
    Rows { headings: vec!["No data".into()], count: 0, row: Arc::new(|_| vec![]) }
}

fn listed(headings: Vec<String>, rows: Vec<Vec<String>>) -> Rows {
    Rows { headings, count: rows.len(), row: Arc::new(move |index| rows[index].clone()) }
}

fn grid_rows(grid: Grid) -> Rows {
    listed(grid.columns, grid.rows)
}

fn headings<const COUNT: usize>(names: [&str; COUNT]) -> Vec<String> {
    names.map(String::from).to_vec()
}

/// The grid of a tensor's group, if it has one.
fn grid_of(record: &Quantize, tensor: usize, group: usize) -> Option<(&Tensor, crate::quantize::Grid)> {
    let tensor = record.tensors.get(tensor)?;
    let last = tensor.grids.len().checked_sub(1)?;
    Some((tensor, tensor.grids[group.min(last)]))
}

fn level_rows(record: &Quantize, tensor: usize, group: usize) -> Option<Rows> {
    let (tensor, grid) = grid_of(record, tensor, group)?;
    let bits = tensor.width.bits() as usize;
    let mask = (1u32 << bits) - 1;
    let rows = grid.levels(tensor.width).map(|(code, level)| {
        vec![code.to_string(), format!("{:0bits$b}", code as u8 as u32 & mask), format!("{level:.6}")]
    });
    Some(listed(headings(["Code", "Stored bits", "Level"]), rows.collect()))
}

fn staircase_rows(record: &Quantize, tensor: usize, group: usize) -> Option<Rows> {
    let (tensor, grid) = grid_of(record, tensor, group)?;
    let (low, high) = grid.range(tensor.width);
    let rows = (0..SAMPLES).map(|index| {
        let value = low + (high - low) * index as f32 / (SAMPLES - 1) as f32;
        let code = grid.encode(value, tensor.width);
        let level = grid.decode(code);
        vec![format!("{value:.5}"), code.to_string(), format!("{level:.5}"), format!("{:+.5}", level - value)]
    });
    Some(listed(headings(["Value", "Code", "Level", "Error"]), rows.collect()))
}

fn group_rows(record: &Quantize, tensor: usize) -> Option<Rows> {
    let tensor = record.tensors.get(tensor)?;
    let sites = record.config.sites;
    let rows = tensor.grids.iter().enumerate().map(|(group, grid)| {
        let (first, last) = (group * tensor.group_size, ((group + 1) * tensor.group_size).min(sites) - 1);
        let (low, high) = grid.range(tensor.width);
        vec![
            group.to_string(),
            format!("{first}–{last}"),
            format!("{:.6}", grid.scale),
            grid.zero_point.to_string(),
            format!("{low:.4}"),
            format!("{high:.4}"),
        ]
    });
    Some(listed(headings(["Group", "Sites", "Step", "Zero point", "Lowest", "Highest"]), rows.collect()))
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

fn byte_rows(tensor: &Tensor) -> Rows {
    let bytes = bytes_of(&tensor.packed);
    let bits = tensor.width.bits();
    let rows = bytes.chunks(BYTES_A_ROW).enumerate().map(|(row, chunk)| {
        // Eight bytes hold a whole number of codes, whatever their width.
        let codes = if bits <= 8 { unpack(chunk, bits, chunk.len() * 8 / bits as usize) } else { vec![] };
        let signed =
            codes.iter().map(|code| ((((code << (8 - bits)) as i8) >> (8 - bits)) as i32).to_string());
        vec![format!("{}", row * BYTES_A_ROW), spaced(chunk), signed.collect::<Vec<_>>().join(" ")]
    });
    listed(headings(["Byte", "Bytes, hexadecimal", "Codes"]), rows.collect())
}

fn scale_rows(tensor: &Tensor) -> Rows {
    let rows = tensor.grids.iter().enumerate().map(|(group, grid)| {
        vec![
            group.to_string(),
            spaced(&grid.scale.to_le_bytes()),
            format!("{:.6}", grid.scale),
            grid.zero_point.to_string(),
        ]
    });
    listed(headings(["Group", "Scale, bytes", "Scale", "Zero point"]), rows.collect())
}

fn site_rows(record: &Quantize) -> Rows {
    let sample = record.sample.clone();
    let count = sample.potential.len();
    let row = move |site: usize| {
        let values = [
            &sample.potential,
            &sample.potential_quantized,
            &sample.re,
            &sample.re_quantized,
            &sample.im,
            &sample.im_quantized,
        ];
        std::iter::once(site.to_string()).chain(values.map(|values| format!("{:.5}", values[site]))).collect()
    };
    Rows {
        headings: headings(["Site", "v", "v stored", "Re G", "Re G stored", "Im G", "Im G stored"]),
        count,
        row: Arc::new(row),
    }
}

fn training_rows(record: &Quantize) -> Option<Rows> {
    let training = record.training.clone()?;
    let count = training.loss.len();
    let row = move |step: usize| {
        vec![
            (step + 1).to_string(),
            format!("{:.4}", training.loss[step]),
            training.gradient.get(step).map_or("–".into(), |gradient| format!("{gradient:.3e}")),
        ]
    };
    Some(Rows { headings: headings(["Step", "Loss, %", "Largest derivative"]), count, row: Arc::new(row) })
}
