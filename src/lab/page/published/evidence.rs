//! What a room shows of its records beside the figure: what the data is, its numbers, checks and claims.

use super::PageFigure;
use crate::lab::page::download;
use crate::lab::page::state::Lab;
use crate::lab::page::table::DataTable;
use crate::published::{Check, Claim, Verdict};
use crate::record::{Provenance, document};
use leptos::prelude::*;

/// What a reader must know before looking at the figure: what the data is, and what comes back.
pub(super) fn glance<Figure: PageFigure>(records: Memo<Vec<Figure>>) -> impl IntoView {
    let nothing = move || records.with(Vec::is_empty);
    view! {
        <div class="glance" aria-live="polite">
            <Show when=nothing>
                <p>"There is no data yet. Drop result files on this page, or choose them with the button; or show the published simulation."</p>
            </Show>
            {move || records.get().iter().map(|record| {
                let rows = record.claims();
                let files = &record.manifest().files;
                let name = if files.is_empty() { String::new() } else { files.join(", ") + ": " };
                view! {
                    <p>
                        <strong class="provenance">{record.provenance().label()}</strong>" "{name}{record.provenance().meaning()}
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
pub(super) fn records<Figure: PageFigure>(lab: Lab, records: Memo<Vec<Figure>>) -> impl IntoView {
    view! {
        {move || records.get().into_iter().map(|record| {
            let heading = match record.manifest().files.as_slice() {
                [] => format!("Data: {}", record.provenance().label()),
                files => format!("Data: {} ({})", files.join(", "), record.provenance().label()),
            };
            let rows = Signal::stored(record.table());
            let summary = record.clone();
            let document = record.clone();
            let record_name = format!("{}.json", Figure::STEM);
            view! {
                <section class="record">
                    <h2>{heading}</h2>
                    <p class="origin">{record.manifest().origin.clone()}</p>
                    <div class="actions" role="group" aria-label="Take this data away">
                        <button type="button" on:click=move |_| download::json(lab, Figure::SUMMARY_NAME, summary.summary_json())>"Summary JSON"</button>
                        <button type="button" on:click=move |_| download::json(lab, &record_name, document::to_json(&[document.clone().into()]))>"Record JSON"</button>
                    </div>
                    <DataTable caption=Figure::TABLE rows />
                    <Checks checks=record.checks() provenance=record.provenance() />
                    <Claims rows=record.claims() />
                </section>
            }
        }).collect_view()}
    }
}

/// The six published checks.
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
