//! What a model is made of, and what it costs: of the settings, as long as no model is looked at.

use super::controls::architecture;
use super::origin;
use super::state::ModelsRoom;
use crate::kit::page::figure_view::{DrawView, FigureView};
use crate::kit::page::table::GridTable;
use crate::kit::record::Provenance;
use crate::kit::record::table::Grid;
use crate::studies::language_models::figure::parts;
use crate::studies::language_models::published_flops::flops;
use bk_models::Architecture;
use bk_models::precision::{by_component, quantizable};
use bk_plot::View;
use bk_plot::number;
use leptos::prelude::*;
use std::sync::Arc;

/// Sequences that operations are counted for.
const SEQUENCES: usize = 1;

/// Diagram, sizes and operations.
pub(crate) fn view(room: ModelsRoom) -> AnyView {
    let shown = Memo::new(move |_| match room.model() {
        Some(model) => model.config.architecture.clone(),
        None => room.settings.with(|settings| architecture(&settings.config)),
    });
    let draw = Signal::derive(move || {
        let model = shown.get();
        let plan = by_component(&model);
        Some::<DrawView>(Arc::new(move |_, layout| parts::draw(&model, &plan, layout)))
    });
    let manifest = Callback::new(move |()| serde_json::to_string_pretty(&shown.get_untracked()).ok());
    view! {
        {origin(Provenance::Computed)}
        <p class="hint">"Colours show the static policy of mixed precision."</p>
        <FigureView draw view=RwSignal::new(View::default()) stem="language-model-parts" aspect=0.4 manifest />
        {move || view! { <GridTable grid=tensors(&shown.get()) /> }}
        {move || view! { <GridTable grid=operations(&shown.get()) /> }}
    }
    .into_any()
}

/// Every tensor.
fn tensors(model: &Architecture) -> Grid {
    let rows = model.parameters().into_iter().map(|parameter| {
        let shape: Vec<String> = parameter.shape.iter().map(ToString::to_string).collect();
        vec![
            parameter.name.clone(),
            if shape.is_empty() { "one number".into() } else { shape.join(" × ") },
            grouped(parameter.count()),
            grouped(size_of::<f32>() * parameter.count()),
            if quantizable(&parameter) { "yes" } else { "no" }.into(),
        ]
    });
    Grid {
        heading: format!(
            "Tensors: {} parameters, {} bytes in single precision",
            grouped(model.parameter_count()),
            grouped(model.bytes())
        ),
        columns: ["Tensor", "Shape", "Numbers", "Bytes", "Quantized"].map(String::from).into(),
        rows: rows.collect(),
        omitted: 0,
    }
}

/// Operations of a step, complete, and those that the published counter finds.
fn operations(model: &Architecture) -> Grid {
    let length = model.context();
    let complete = model.flops(SEQUENCES, length);
    let mut rows: Vec<Vec<String>> = complete
        .components
        .iter()
        .map(|part| vec![part.name.clone(), grouped(part.forward), grouped(part.backward)])
        .collect();
    rows.push(vec!["All parts".into(), grouped(complete.forward()), grouped(complete.backward())]);
    rows.push(vec!["Optimiser".into(), String::new(), grouped(complete.optimizer)]);
    let published = flops(model, SEQUENCES, length);
    rows.push(vec![
        "The published counter".into(),
        grouped(published.forward()),
        grouped(published.backward()),
    ]);
    Grid {
        heading: format!("Operations on a sequence of {length} tokens"),
        columns: ["Part", "Forward", "Backward"].map(String::from).into(),
        rows,
        omitted: 0,
    }
}

/// A count, with its thousands apart.
fn grouped(count: impl TryInto<u64>) -> String {
    number::grouped(count.try_into().unwrap_or(u64::MAX) as f64, 0)
}
