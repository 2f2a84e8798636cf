//! What a room shows of its records beside the figure: what the data is, its numbers, checks and claims.

use super::PageFigure;
use crate::kit::claims::{Check, Claim};
use crate::kit::page::claims::{Claims, Counts};
use crate::kit::page::download;
use crate::kit::page::state::Lab;
use crate::kit::page::table::{DataTable, Rows};
use crate::kit::record::{Manifest, Provenance, document};
use leptos::prelude::*;
use std::sync::Arc;

/// What a room shows of one record, whichever figure it belongs to.
#[derive(Clone)]
pub(crate) struct Evidence {
    provenance: Provenance,
    manifest: Manifest,
    table: Rows,
    table_name: &'static str,
    checks: Vec<Check>,
    claims: Vec<Claim>,
    /// Name and maker of the published summary.
    summary: (&'static str, Json),
    /// Name and maker of the record's own file.
    record: (String, Json),
}

/// Makes the JSON of a file when it is asked for.
type Json = Arc<dyn Fn() -> Result<String, serde_json::Error> + Send + Sync>;

impl Evidence {
    /// What there is to show of a record.
    pub(crate) fn of<Figure: PageFigure>(record: &Figure) -> Self {
        let (summary, document) = (record.clone(), record.clone());
        Evidence {
            provenance: record.provenance(),
            manifest: record.manifest().clone(),
            table: record.table(),
            table_name: Figure::TABLE,
            checks: record.checks(),
            claims: record.claims(),
            summary: (Figure::SUMMARY_NAME, Arc::new(move || summary.summary_json())),
            record: (format!("{}.json", Figure::STEM), Arc::new(move || document::to_json(&[&document]))),
        }
    }
}

/// What a reader must know before looking at the figure: what the data is, and what comes back.
#[component]
pub(crate) fn Glance(evidence: Signal<Vec<Evidence>>) -> impl IntoView {
    let nothing = move || evidence.with(Vec::is_empty);
    view! {
        <div class="glance" aria-live="polite">
            <Show when=nothing>
                <p>"There is no data yet. Drop result files on this page, or choose them with the button; or show the published simulation."</p>
            </Show>
            {move || evidence.get().into_iter().map(|Evidence { provenance, manifest, claims, .. }| {
                let files = manifest.files;
                let name = if files.is_empty() { String::new() } else { files.join(", ") + ": " };
                view! {
                    <p>
                        <strong class="provenance">{provenance.label()}</strong>" "{name}{provenance.meaning()}
                    </p>
                    <Counts claims />
                }
            }).collect_view()}
        </div>
    }
    .into_any()
}

/// For each record its numbers, checks, claims and files.
#[component]
pub(crate) fn Records(evidence: Signal<Vec<Evidence>>) -> impl IntoView {
    let lab = expect_context::<Lab>();
    view! {
        {move || evidence.get().into_iter().map(|evidence| {
            let Evidence { provenance, manifest, table, table_name, checks, claims, summary, record } = evidence;
            let heading = match manifest.files.as_slice() {
                [] => format!("Data: {}", provenance.label()),
                files => format!("Data: {} ({})", files.join(", "), provenance.label()),
            };
            view! {
                <section class="record">
                    <h2>{heading}</h2>
                    <p class="origin">{manifest.origin}</p>
                    <div class="actions" role="group" aria-label="Take this data away">
                        <button type="button" on:click=move |_| download::json(lab, summary.0, summary.1())>"Summary JSON"</button>
                        <button type="button" on:click=move |_| download::json(lab, &record.0, record.1())>"Record JSON"</button>
                    </div>
                    <DataTable caption=table_name rows=Signal::stored(table) />
                    {(!checks.is_empty()).then(|| view! { <Checks checks provenance /> })}
                    <Claims rows=claims />
                </section>
            }
        }).collect_view()}
    }
    .into_any()
}

/// The published checks.
#[component]
fn Checks(checks: Vec<Check>, provenance: Provenance) -> impl IntoView {
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Checks">
            <table class="rows">
                <caption>{format!("The published checks on this data: {}", provenance.label())}</caption>
                <thead><tr><th scope="col">"Check"</th><th scope="col">"Value"</th><th scope="col">"Threshold"</th><th scope="col">"Outcome"</th></tr></thead>
                <tbody>
                    {checks.into_iter().map(|check| {
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
