//! Tables of numbers beside the figures, a page at a time where they are long.

use super::download;
use super::state::Lab;
use crate::kit::record::table::Grid;
use bk_plot::export::Table;
use leptos::prelude::*;
use std::sync::Arc;

/// Rows shown at once.
const ROWS: usize = 25;

/// Heading of half the widths of confidence intervals.
pub(crate) const INTERVAL: &str = "± 95 %";

/// What a table holds: headings, a number of rows, and how to make one. Rows are made when they are shown, so
/// that a chain of a million sites costs nothing.
#[derive(Clone)]
pub(crate) struct Rows {
    /// Headings, one a column.
    pub(crate) headings: Vec<String>,
    /// Number of rows.
    pub(crate) count: usize,
    /// The cells of a row.
    pub(crate) row: Arc<dyn Fn(usize) -> Vec<String> + Send + Sync>,
}

impl Rows {
    /// All of it, to be written as a file.
    fn table(&self, caption: &str) -> Table {
        let rows = (0..self.count).map(|index| (self.row)(index)).collect();
        Table { caption: caption.into(), columns: self.headings.clone(), rows }
    }
}

/// Shows a table; the first cell of a row is its heading.
#[component]
pub(crate) fn DataTable(#[prop(into)] caption: String, rows: Signal<Rows>) -> impl IntoView {
    let lab = expect_context::<Lab>();
    let label = caption.clone();
    let name = caption.clone();
    let save = move |extension: &str, kind: &str, write: fn(&Table) -> String| {
        let content = write(&rows.with_untracked(|rows| rows.table(&name)));
        download::file(lab, &format!("{}.{extension}", file_name(&name)), kind, content.as_bytes());
    };
    let save_latex = save.clone();
    let (as_csv, as_latex) = (format!("{caption} as CSV"), format!("{caption} as LaTeX"));
    let first = RwSignal::new(0usize);
    let count = move || rows.with(|rows| rows.count);
    // A shorter table may have no such page any more.
    let start = move || first.get().min(count().saturating_sub(1) / ROWS * ROWS);
    let end = move || (start() + ROWS).min(count());
    view! {
        <div class="table">
            <div class="table-scroll" tabindex="0" role="region" aria-label=label>
                <table>
                    <caption>{caption}</caption>
                    <thead>
                        <tr>
                            {move || rows.with(|rows| rows.headings.iter().cloned().map(|heading| view! { <th scope="col">{heading}</th> }).collect_view())}
                        </tr>
                    </thead>
                    <tbody>
                        {move || rows.with(|rows| (start()..end()).map(|index| {
                            let mut cells = (rows.row)(index).into_iter();
                            view! {
                                <tr>
                                    <th scope="row">{cells.next()}</th>
                                    {cells.map(|cell| view! { <td>{cell}</td> }).collect_view()}
                                </tr>
                            }
                        }).collect_view())}
                    </tbody>
                </table>
            </div>
            <Show when=move || { count() > ROWS }>
                <div class="pager">
                    <button type="button" aria-label="Earlier rows" disabled=move || { start() == 0 }
                        on:click=move |_| first.set(start().saturating_sub(ROWS))>"‹"</button>
                    <span>{move || format!("{}–{} of {}", start() + 1, end(), count())}</span>
                    <button type="button" aria-label="Later rows" disabled=move || { end() >= count() }
                        on:click=move |_| first.set(start() + ROWS)>"›"</button>
                </div>
            </Show>
            <div class="actions small">
                <button type="button" aria-label=as_csv on:click=move |_| save("csv", "text/csv", |table| table.csv(None))>"CSV"</button>
                <button type="button" aria-label=as_latex on:click=move |_| save_latex("tex", "application/x-tex", |table| table.latex(None))>"LaTeX"</button>
            </div>
        </div>
    }
}

/// Shows a table of text, and says how many rows of its file it leaves out.
#[component]
pub(crate) fn GridTable(grid: Grid) -> impl IntoView {
    let Grid { heading, columns, rows, omitted } = grid;
    let count = rows.len();
    let rows = Rows { headings: columns, count, row: Arc::new(move |index| rows[index].clone()) };
    view! {
        <DataTable caption=heading rows=Signal::stored(rows) />
        {(omitted > 0).then(|| view! { <p class="hint">{format!("{omitted} more rows of the file are not shown.")}</p> })}
    }
}

/// A caption as the name of a file: small letters and digits, everything else a hyphen.
fn file_name(caption: &str) -> String {
    let letters: String = caption
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '-' })
        .collect();
    letters.split('-').filter(|word| !word.is_empty()).collect::<Vec<_>>().join("-")
}
