//! The published matrix as a grid of cells, coloured by accuracy.

use super::axes::{Axes, Axis, admits};
use super::grid::{Cell, Cells, Grid};
use super::{LoraRoom, Shown, accuracy, percent};
use leptos::prelude::*;

/// The cells of a study that a filter admits.
fn cells(shown: &Shown, filter: &mut super::axes::Filter) -> Cells {
    let runs = &shown.study.experiments;
    let axes = Axes::of(runs);
    let mut along = |axis: Axis| -> Vec<String> {
        let values = axes.values(axis).iter();
        values.filter(|value| admits(filter.of(axis), value)).cloned().collect()
    };
    let [models, datasets, ranks, weights, labels] = Axis::ALL.map(&mut along);
    let places: Vec<[String; 5]> =
        runs.iter().map(|run| Axis::ALL.map(|axis| axis.value(&run.config))).collect();
    let cell = |place: [&String; 5]| {
        let found = places.iter().position(|other| other.iter().zip(place).all(|(one, other)| one == other));
        let [model, dataset, rank, weights, label] = place;
        let place = format!("{model}, {dataset}, rank {rank}, {weights}, seed label {label}");
        let Some(found) = found else {
            return Cell { words: format!("{place}: – not run"), text: "–".into(), run: None };
        };
        let (run, share) = (&runs[found], accuracy(&runs[found]));
        let contradictions = shown.evidence.contradictions.get(found).map_or(0, Vec::len);
        let text = percent(share);
        let words = format!("{place}: accuracy {text} %, {contradictions} contradictions");
        Cell { words, text, run: Some((run.config.name.clone(), share)) }
    };
    let mut rows = Vec::new();
    for model in &models {
        for dataset in &datasets {
            for rank in &ranks {
                let of_weights = |weights| {
                    let label = move |label| [model, dataset, rank, weights, label];
                    labels.iter().map(label)
                };
                let cells = weights.iter().flat_map(of_weights).map(cell).collect();
                rows.push((format!("{model}, {dataset}, rank {rank}"), cells));
            }
        }
    }
    Cells { columns: weights.into_iter().map(|way| (way, labels.clone())).collect(), rows }
}

/// The grid.
#[component]
pub(crate) fn Matrix() -> impl IntoView {
    let room = expect_context::<LoraRoom>();
    let filter = Memo::new(move |_| room.settings.with(|settings| settings.filter.clone()));
    let cells = Memo::new(move |_| {
        let shown = room.shown.get()?;
        Some(cells(&shown, &mut filter.get()))
    });
    let ends = move || {
        cells.with(|cells| match cells.as_ref()?.ends() {
            None => Some("No experiment of the study is among what is shown.".to_owned()),
            Some((low, high)) => Some(format!("Each cell is an experiment; its number is the accuracy on the test images in percent, and the more accurate the stronger its colour, from {} to {}. Arrow keys move within the grid; Enter shows an experiment.", percent(low), percent(high))),
        })
    };
    let chosen = Signal::derive(move || room.settings.with(|settings| settings.chosen.clone()));
    let choose = Callback::new(move |name| room.settings.update(|settings| settings.chosen = name));
    view! {
        <div class="stack">
            <h2 id="matrix-title">"The matrix of experiments"</h2>
            <p class="hint">{ends}</p>
            <Grid heading="matrix-title" cells chosen choose />
        </div>
    }
    .into_any()
}
