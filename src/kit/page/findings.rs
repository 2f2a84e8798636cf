//! Published statements, and what a measurement says of them.

use crate::kit::claims::judgement::{Finding, Judgement};
use leptos::prelude::*;

/// The colour of a judgement, as the style sheet names it.
fn key(judgement: Judgement) -> &'static str {
    match judgement {
        Judgement::Holds => "good",
        Judgement::Fails => "bad",
        Judgement::Undecided => "caution",
    }
}

/// The table; `checked` is said of those that are among the published checks.
pub(crate) fn table(findings: Memo<Vec<Finding>>, checked: &'static str) -> AnyView {
    let body = move || findings.get().into_iter().map(|finding| row(finding, checked)).collect_view();
    let nothing = move || findings.with(Vec::is_empty);
    view! {
        <div class="table-scroll" tabindex="0" role="region" aria-label="Statements" hidden=nothing>
            <table class="rows">
                <caption>"What was published, and what this measurement says of it"</caption>
                <thead><tr>
                    <th scope="col">"Statement"</th><th scope="col">"Of"</th><th scope="col">"Stated in"</th>
                    <th scope="col">"Asked"</th><th scope="col">"Here, 95 % interval"</th><th scope="col">"Verdict"</th><th scope="col">"Reason"</th>
                </tr></thead>
                <tbody>{body}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn row(finding: Finding, checked: &str) -> AnyView {
    let Finding { stated, check, of, statement, asked, found, judgement, reason } = finding;
    let stated = if check { format!("{stated}, {checked}") } else { stated.to_owned() };
    view! {
        <tr>
            <th scope="row">{statement}</th>
            <td data-label="Of">{of}</td>
            <td data-label="Stated in">{stated}</td>
            <td data-label="Asked">{asked}</td>
            <td data-label="Here">{found}</td>
            <td data-label="Verdict"><span class="verdict" data-verdict=key(judgement)>{judgement.label()}</span></td>
            <td data-label="Reason">{reason}</td>
        </tr>
    }
    .into_any()
}
