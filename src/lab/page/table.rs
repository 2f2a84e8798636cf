//! Tables of numbers beside the figures, a page at a time where they are long.

use leptos::prelude::*;

/// Rows shown at once.
const ROWS: usize = 25;

/// What a table holds: headings, a number of rows, and how to make one. Rows are made when they are shown, so
/// that a chain of a million sites costs nothing.
#[derive(Clone)]
pub(super) struct Rows {
    /// Headings, one a column.
    pub(super) headings: Vec<String>,
    /// Number of rows.
    pub(super) count: usize,
    /// The cells of a row.
    pub(super) row: std::sync::Arc<dyn Fn(usize) -> Vec<String> + Send + Sync>,
}

/// Shows a table; the first cell of a row is its heading.
#[component]
pub(super) fn DataTable(#[prop(into)] caption: String, rows: Signal<Rows>) -> impl IntoView {
    let label = caption.clone();
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
        </div>
    }
}
