//! The robustness room: the published figure, its checks and claims, and files of the reader's own.

use super::controls::{Choice, Field};
use super::download;
use super::figure_view::{Draw, FigureView};
use super::files::ImportButton;
use super::formulas;
use super::state::Lab;
use super::table::{DataTable, Rows};
use crate::figure;
use crate::lab::permalink::Room;
use crate::lab::protocol::{Answer, Task};
use crate::published::claims::{Claim, Verdict, claims};
use crate::published::summary::{checks, degradation, summary_json};
use crate::record::robustness::{Config, Model, Robustness, precision_label};
use crate::record::{Record, document};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::fmt::Display;
use std::str::FromStr;
use std::sync::Arc;

/// Which data the figure shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Source {
    /// The published simulation.
    #[default]
    Published,
    /// What was imported.
    Imported,
    /// Both, overlaid.
    Both,
}

impl Source {
    const ALL: [(&'static str, &'static str); 3] =
        [("published", "Published simulation"), ("imported", "Imported files"), ("both", "Both, overlaid")];

    fn key(self) -> &'static str {
        Self::ALL[self as usize].0
    }

    fn from_key(key: &str) -> Self {
        match key {
            "imported" => Source::Imported,
            "both" => Source::Both,
            _ => Source::Published,
        }
    }
}

impl View {
    /// The published settings, on the same data.
    fn published(&self) -> Self {
        View { source: self.source, ..View::default() }
    }
}

/// What a link to this room restores.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct View {
    #[serde(flatten)]
    config: Config,
    source: Source,
}

/// The state of the room.
#[derive(Clone, Copy, Default)]
pub(super) struct RobustnessRoom {
    pub(super) view: RwSignal<View>,
    simulated: RwSignal<Option<Robustness>>,
    pub(super) imported: RwSignal<Vec<Robustness>>,
    trouble: RwSignal<Option<String>>,
}

impl RobustnessRoom {
    /// Adds an imported record, once; `show` brings it on the figure.
    pub(super) fn add(&self, record: Robustness, show: bool) {
        self.imported.update(|records| {
            if !records.contains(&record) {
                records.push(record);
            }
        });
        if show && self.view.with_untracked(|view| view.source == Source::Published) {
            self.view.update(|view| view.source = Source::Both);
        }
    }

    /// The records on the figure, imported ones first.
    fn shown(&self) -> Vec<Robustness> {
        let source = self.view.with(|view| view.source);
        let mut records = if source == Source::Published { vec![] } else { self.imported.get() };
        if source != Source::Imported {
            records.extend(self.simulated.get());
        }
        records
    }

    /// Runs the simulation anew whenever its config changes: it takes microseconds.
    pub(super) fn keep_simulated(self, lab: Lab) {
        let config = Memo::new(move |_| self.view.with(|view| view.config.clone()));
        Effect::new(move || {
            lab.ask(Task::Robustness(config.get()), vec![], move |answer| match answer {
                Answer::Records { records, .. } => {
                    if let Some(Record::Robustness(record)) = records.into_iter().next()
                        && record.config.as_ref() == Some(&config.get_untracked())
                    {
                        self.simulated.set(Some(record));
                        self.trouble.set(None);
                    }
                }
                Answer::Failed(sentence) => self.trouble.set(Some(sentence)),
                Answer::Ready | Answer::Progress(_) | Answer::Cancelled => {}
            });
        });
    }
}

/// Bit widths as a person writes them: numbers with commas or spaces between.
#[derive(Debug, Clone, PartialEq)]
struct Widths(Vec<u32>);

impl Display for Widths {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let widths: Vec<String> = self.0.iter().map(u32::to_string).collect();
        formatter.write_str(&widths.join(", "))
    }
}

impl FromStr for Widths {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let items = text.split([',', ' ']).filter(|item| !item.is_empty());
        items.map(str::parse).collect::<Result<_, _>>().map(Widths)
    }
}

/// The room.
#[component]
pub(super) fn RobustnessView() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let room = lab.robustness;
    let shown = Memo::new(move |_| room.shown());
    let draw = Signal::derive(move || {
        let records = shown.get();
        (!records.is_empty()).then(|| -> Draw {
            Arc::new(move |layout| figure::robustness(&records.iter().collect::<Vec<_>>(), layout))
        })
    });
    view! {
        <section class="room" hidden=move || lab.room.get() != Room::Robustness aria-labelledby="robustness-title">
            <header class="intro">
                <h1 id="robustness-title">"Quantization robustness"</h1>
                <p>"The published figure says that ResNet-BK keeps its perplexity when its weights are quantized, and that Mamba loses it. This room draws that figure again from the published simulation, tests every number on it, and lets you lay results of your own over it."</p>
            </header>
            <Controls />
            <div class="stage">
                <Glance records=shown />
                <FigureView draw stem="quantization-robustness" aspect=0.62 />
                <Records records=shown />
            </div>
            <aside class="notes"><formulas::Robustness /></aside>
        </section>
    }
}

/// The settings of the simulation and the source of the data.
#[component]
fn Controls() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let room = lab.robustness;
    let seed = Signal::derive(move || room.view.with(|view| view.config.seed));
    let widths = Signal::derive(move || Widths(room.view.with(|view| view.config.bit_widths.clone())));
    let source = Signal::derive(move || room.view.with(|view| view.source.key()));
    view! {
        <form class="controls" aria-label="Settings" on:submit=|event| event.prevent_default()>
            <Choice label="Data" options=Source::ALL.to_vec() value=source
                set=Callback::new(move |key: String| room.view.update(|view| view.source = Source::from_key(&key))) />
            <Field label="Seed" hint="of NumPy’s legacy generator; 42 was published" expected="a whole number from 0 to 4294967295"
                value=seed set=Callback::new(move |seed| room.view.update(|view| view.config.seed = seed)) />
            <Field label="Bit widths" hint="in the order in which they draw their noise" expected="a list of whole numbers such as 32, 16, 8"
                value=widths set=Callback::new(move |Widths(widths)| room.view.update(|view| view.config.bit_widths = widths)) />
            <p class="trouble" role="alert">{room.trouble}</p>
            <button type="button" on:click=move |_| room.view.update(|view| *view = view.published())>"Published settings"</button>
            <ImportButton />
            <Show when=move || room.imported.with(|records| !records.is_empty())>
                <button type="button" on:click=move |_| {
                    room.imported.set(vec![]);
                    room.view.update(|view| view.source = Source::Published);
                }>"Forget imported files"</button>
            </Show>
        </form>
    }
}

/// What a reader must know before looking at the figure: what the data is, and what comes back.
#[component]
fn Glance(records: Memo<Vec<Robustness>>) -> impl IntoView {
    let nothing = move || records.with(Vec::is_empty);
    view! {
        <div class="glance" aria-live="polite">
            <Show when=nothing>
                <p>"There is no data yet. Drop result files on this page, or choose them with the button; or show the published simulation."</p>
            </Show>
            {move || records.get().iter().map(|record| {
                let rows = claims(record);
                let name = if record.manifest.files.is_empty() { String::new() } else { record.manifest.files.join(", ") + ": " };
                view! {
                    <p>
                        <strong class="provenance">{record.provenance.label()}</strong>" "{name}{record.provenance.meaning()}
                    </p>
                    <Counts heading="Claims about models" rows=rows.iter().filter(|row| row.about_models).map(|row| row.verdict).collect() />
                    <Counts heading="Published numbers" rows=rows.iter().filter(|row| !row.about_models).map(|row| row.verdict).collect() />
                }
            }).collect_view()}
        </div>
    }
}

/// How many rows have which verdict.
#[component]
fn Counts(heading: &'static str, rows: Vec<Verdict>) -> impl IntoView {
    let count = move |verdict: Verdict| rows.iter().filter(|row| **row == verdict).count();
    view! {
        <p class="counts">
            <span>{heading}</span>
            {Verdict::ALL.map(|verdict| (verdict, count(verdict))).into_iter().filter(|(_, count)| *count > 0).map(|(verdict, count)| view! {
                <span class="verdict" data-verdict=verdict_key(verdict)>{format!("{count} {}", verdict.label())}</span>
            }).collect_view()}
        </p>
    }
}

fn verdict_key(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reproduced => "good",
        Verdict::Differs | Verdict::NotReproducible => "bad",
        Verdict::SimulatedOnly | Verdict::Unverified => "caution",
    }
}

/// For each record its numbers, checks, claims and files.
#[component]
fn Records(records: Memo<Vec<Robustness>>) -> impl IntoView {
    let lab = expect_context::<Lab>();
    view! {
        {move || records.get().into_iter().map(|record| {
            let heading = match record.manifest.files.as_slice() {
                [] => format!("Data: {}", record.provenance.label()),
                files => format!("Data: {} ({})", files.join(", "), record.provenance.label()),
            };
            let rows = Signal::stored(table(&record));
            let summary = record.clone();
            let document = record.clone();
            view! {
                <section class="record">
                    <h2>{heading}</h2>
                    <p class="origin">{record.manifest.origin.clone()}</p>
                    <div class="actions" role="group" aria-label="Take this data away">
                        <button type="button" on:click=move |_| download::json(lab, "quantization_graph.json", summary_json(&summary))>"Summary JSON"</button>
                        <button type="button" on:click=move |_| download::json(lab, "quantization-robustness.json", document::to_json(&[Record::Robustness(document.clone())]))>"Record JSON"</button>
                    </div>
                    <DataTable caption="Perplexity by bit width" rows />
                    <Checks record=record.clone() />
                    <Claims rows=claims(&record) />
                </section>
            }
        }).collect_view()}
    }
}

/// The numbers of a record, by falling width.
fn table(record: &Robustness) -> Rows {
    let mut widths: Vec<u32> =
        record.series.iter().flat_map(|series| &series.points).map(|point| point.bits).collect();
    widths.sort_unstable_by(|a, b| b.cmp(a));
    widths.dedup();
    let record = record.clone();
    let mut headings = vec!["Precision".to_owned()];
    for model in Model::ALL {
        headings.extend([model.label().to_owned(), "Loss".into(), "Runs".into()]);
    }
    headings.push("Mamba / ResNet-BK".into());
    let count = widths.len();
    let row = move |index: usize| {
        let bits = widths[index];
        let cell = |value: Option<f64>, digits: usize| {
            value.map_or("–".into(), |value| format!("{value:.digits$}"))
        };
        let mut cells = vec![precision_label(bits)];
        for model in Model::ALL {
            let runs =
                record.series(model).and_then(|series| series.at(bits)).map_or(0, |point| point.runs.len());
            let loss = degradation(&record, model, bits).map_or("–".into(), |loss| format!("{loss:+.1} %"));
            cells.extend([cell(record.perplexity(model, bits), 2), loss, runs.to_string()]);
        }
        let [resnetbk, mamba] = Model::ALL.map(|model| record.perplexity(model, bits));
        cells.push(cell(mamba.zip(resnetbk).map(|(mamba, resnetbk)| mamba / resnetbk), 2));
        cells
    };
    Rows { headings, count, row: Arc::new(row) }
}

/// The six published checks.
#[component]
fn Checks(record: Robustness) -> impl IntoView {
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Checks">
            <table class="rows">
                <caption>{format!("The published checks on this data: {}", record.provenance.label())}</caption>
                <thead><tr><th scope="col">"Check"</th><th scope="col">"Value"</th><th scope="col">"Threshold"</th><th scope="col">"Outcome"</th></tr></thead>
                <tbody>
                    {checks(&record).into_iter().map(|check| {
                        let (outcome, key) = match check.holds() {
                            Some(true) => ("pass", "good"),
                            Some(false) => ("fail", "bad"),
                            None => ("no data (the published rule says pass)", "caution"),
                        };
                        let value = check.value.map_or("–".into(), |value| format!("{value:.2} {}", check.unit));
                        view! {
                            <tr>
                                <th scope="row">{check.statement}</th>
                                <td data-label="Value">{value}</td>
                                <td data-label="Threshold">{format!("{} {}", check.threshold, check.unit)}</td>
                                <td data-label="Outcome"><span class="verdict" data-verdict=key>{outcome}</span></td>
                            </tr>
                        }
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}

/// The claims table.
#[component]
fn Claims(rows: Vec<Claim>) -> impl IntoView {
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Claims">
            <table class="rows">
                <caption>"What was claimed, what comes back, and what that rests on"</caption>
                <thead>
                    <tr>
                        <th scope="col">"Claim"</th><th scope="col">"Stated in"</th><th scope="col">"Published"</th>
                        <th scope="col">"Here"</th><th scope="col">"Verdict"</th><th scope="col">"Reason"</th>
                    </tr>
                </thead>
                <tbody>
                    {rows.into_iter().map(|claim| view! {
                        <tr>
                            <th scope="row">{claim.statement}</th>
                            <td data-label="Stated in">{claim.stated}</td>
                            <td data-label="Published">{claim.published}" "{claim.tolerance}</td>
                            <td data-label="Here">{if claim.recomputed.is_empty() { "–".to_owned() } else { claim.recomputed }}</td>
                            <td data-label="Verdict"><span class="verdict" data-verdict=verdict_key(claim.verdict)>{claim.verdict.label()}</span></td>
                            <td data-label="Reason">{claim.reason}</td>
                        </tr>
                    }).collect_view()}
                </tbody>
            </table>
        </div>
    }
}
