//! One experiment: its configuration, its results, its curves, and what in them cannot be true.

use super::{LoraRoom, Shown, accuracy, percent};
use crate::kit::page::figure_view::{DrawView, FigureView};
use crate::kit::page::state::Lab;
use crate::kit::page::table::GridTable;
use crate::kit::record::Provenance;
use crate::kit::record::table::cell;
use crate::studies::lora::figure::curves;
use crate::studies::lora::published::monitor::stability;
use crate::studies::lora::published::size::MEGABYTE;
use crate::studies::lora::published::tables::{configuration, results};
use crate::studies::lora::record::Experiment;
use crate::studies::lora::record::experiment::GradientFlow;
use leptos::prelude::*;
use std::sync::Arc;

/// The experiment that was chosen in the grid.
#[component]
pub(crate) fn Chosen() -> impl IntoView {
    let room = expect_context::<LoraRoom>();
    // The look changes more often than the experiment.
    let chosen = Memo::new_with_compare(
        move |_| room.chosen(),
        |one, other| match (one.and_then(Option::as_ref), other.and_then(Option::as_ref)) {
            (Some((one, place)), Some((other, at))) => place != at || !Arc::ptr_eq(one, other),
            (one, other) => one.is_some() || other.is_some(),
        },
    );
    view! {
        <div aria-live="polite">
            {move || match chosen.get() {
                Some((shown, place)) => experiment(&shown, place),
                None => view! { <p class="hint">"Choose an experiment in the grid to see its configuration, its results, its curves, and what in them cannot be true."</p> }.into_any(),
            }}
        </div>
    }
    .into_any()
}

fn experiment(shown: &Arc<Shown>, place: usize) -> AnyView {
    let (Some(run), Some(file)) = (shown.study.experiments.get(place), shown.results.get(place)) else {
        return ().into_any();
    };
    let provenance = shown.study.provenance;
    let analysis = &run.quantization_analysis;
    let found = shown.evidence.contradictions.get(place).cloned().unwrap_or_default();
    let stored = shown.evidence.stored.get(place).copied().flatten();
    let facts = [
        ("Accuracy on the test images", format!("{} %", percent(accuracy(run)))),
        ("Memory saved, as stated", format!("{:.2} %", analysis.memory_reduction_percent)),
        ("Model in memory, as stated", format!("{:.1} MB", analysis.quantized_model_memory_mb)),
        ("Weights and adapters in truth", cell(stored, |bytes| format!("{:.2} MB", bytes as f64 / MEGABYTE))),
        (
            "Convergence",
            format!(
                "labelled {}, {} by the study’s own formula",
                analysis.convergence_analysis.convergence_stability,
                stability(&run.training_results.training_curve)
            ),
        ),
        ("Gradients", gradients(&analysis.gradient_flow_analysis)),
    ];
    let heading = match found.len() {
        0 => "Nothing in it contradicts itself".to_owned(),
        1 => "One statement that cannot be true".to_owned(),
        count => format!("{count} statements that cannot be true"),
    };
    view! {
        <section class="record experiment">
            <h2>{run.config.name.clone()}</h2>
            <p><strong class="provenance">{provenance.label()}</strong>" "{run.config.description.clone()}</p>
            <dl class="facts">
                {facts.map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }).collect_view()}
            </dl>
            <h3>{heading}</h3>
            <ul class="sentences">{found.into_iter().map(|sentence| view! { <li>{sentence}</li> }).collect_view()}</ul>
            {curves_view(shown, run)}
            <div class="halves">
                <GridTable grid=configuration(file) />
                <GridTable grid=results(file) />
            </div>
        </section>
    }
    .into_any()
}

/// What is known of the gradients: a few numbers, no curve.
fn gradients(flow: &GradientFlow) -> String {
    match flow {
        GradientFlow::Missing { status } => format!("none recorded ({status})"),
        GradientFlow::Recorded(norms) => format!(
            "norms of {:.3} ± {:.3}, from {:.3} to {:.3}; their curve is not in the results",
            norms.mean_gradient_norm,
            norms.std_gradient_norm,
            norms.min_gradient_norm,
            norms.max_gradient_norm
        ),
    }
}

/// The loss curves, if the results hold any.
fn curves_view(shown: &Arc<Shown>, run: &Experiment) -> AnyView {
    let training = &run.training_results;
    if training.training_curve.is_empty() && training.validation_curve.is_empty() {
        return view! { <p class="hint">"The results hold no curves."</p> }.into_any();
    }
    let (lab, room) = (expect_context::<Lab>(), expect_context::<LoraRoom>());
    let provenance = shown.study.provenance;
    let drawn = Arc::new(run.clone());
    let draw =
        Signal::stored(Some::<DrawView>(Arc::new(move |_, layout| curves(&drawn, provenance, layout))));
    let manifest = Callback::new(move |()| room.manifest(lab));
    let remark = (provenance == Provenance::PublishedSimulation).then_some(
        "Each point is drawn by itself between two bounds: losses that do not fall, since nothing was learned.",
    );
    view! {
        <div class="stack">
            <p class="hint">{remark}</p>
            <FigureView draw view=RwSignal::default() stem="vit-lora-loss" aspect=0.4 manifest />
        </div>
    }
    .into_any()
}
