//! The claims table, and verdicts counted: the same for every room that has claims.

use crate::kit::claims::{Claim, Verdict};
use leptos::prelude::*;

/// The colour of a verdict, as the style sheet names it.
fn verdict_key(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Reproduced => "good",
        Verdict::Differs | Verdict::NotReproducible => "bad",
        Verdict::SimulatedOnly | Verdict::Unverified => "caution",
    }
}

/// How many claims have which verdict: those about models, and those about published numbers.
#[component]
pub(crate) fn Counts(claims: Vec<Claim>) -> impl IntoView {
    let counts = |heading: &'static str, about_models: bool| {
        let count = |verdict: Verdict| {
            claims.iter().filter(|row| row.about_models == about_models && row.verdict == verdict).count()
        };
        let counted = Verdict::ALL.map(|verdict| (verdict, count(verdict)));
        view! {
            <p class="counts">
                <span>{heading}</span>
                {counted.into_iter().filter(|(_, count)| *count > 0).map(|(verdict, count)| view! {
                    <span class="verdict" data-verdict=verdict_key(verdict)>{format!("{count} {}", verdict.label())}</span>
                }).collect_view()}
            </p>
        }
    };
    view! {
        {counts("Claims about models", true)}
        {counts("Published numbers", false)}
    }
    .into_any()
}

/// The claims table.
#[component]
pub(crate) fn Claims(rows: Vec<Claim>) -> impl IntoView {
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Claims">
            <table class="rows">
                <caption>"Claims and verdicts"</caption>
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
