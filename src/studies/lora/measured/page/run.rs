//! One run: its settings, its curves, what it took for what, and the images that it took for something else.

use super::{MeasuredRoom, key};
use crate::kit::page::figure_view::{DrawView, FigureView};
use crate::kit::page::state::Lab;
use crate::kit::page::table::GridTable;
use crate::kit::record::Provenance;
use crate::kit::record::table::{Grid, cell};
use crate::studies::lora::measured::figure::{losses, norms};
use crate::studies::lora::measured::messages::Pictures;
use crate::studies::lora::measured::record::{Adaptation, Run};
use crate::studies::lora::page::percent;
use bk_models::vision::StepMemory;
use bk_plot::View;
use leptos::html::Canvas;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::{Clamped, JsCast};
use web_sys::{CanvasRenderingContext2d, ImageData};

/// So many wrong images are drawn; the record tells all.
const MOST_DRAWN: usize = 24;

/// The run that was chosen in the grid, and below it the curve of the one under way.
#[component]
pub(crate) fn Chosen() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let room = expect_context::<MeasuredRoom>();
    let chosen = Memo::new_with_compare(
        move |_| room.chosen(),
        |one, other| {
            let run = |of: Option<&Option<(Arc<Adaptation>, Run)>>| {
                of.and_then(Option::as_ref).map(|(_, run)| run.clone())
            };
            run(one) != run(other)
        },
    );
    view! {
        <div aria-live="polite">
            {move || match chosen.get() {
                Some((record, run)) => experiment(lab, room, record, run),
                None => view! { <p class="hint">"Choose a run that has ended in the grid to see its settings, its curves, and what it took for what."</p> }.into_any(),
            }}
        </div>
        {live(lab, room)}
    }
    .into_any()
}

/// The loss of the training under way.
fn live(lab: Lab, room: MeasuredRoom) -> AnyView {
    let is_hidden = move || !room.going.get() || room.live.with(Option::is_none);
    let draw = Signal::derive(move || {
        let live = room.live.get()?;
        let name = live.arm.as_ref().map_or_else(|| format!("{} base", live.size.label()), key);
        Some::<DrawView>(Arc::new(move |view, layout| {
            losses(&name, &live.trajectory, Provenance::Measured, view, layout)
        }))
    });
    let manifest = Callback::new(move |()| room.manifest(lab));
    view! {
        <div class="stack" hidden=is_hidden>
            <h2>"Under way"</h2>
            <FigureView draw view=RwSignal::new(View::default()) stem="quantized-lora-under-way" aspect=0.3 manifest />
        </div>
    }
    .into_any()
}

fn experiment(lab: Lab, room: MeasuredRoom, record: Arc<Adaptation>, run: Run) -> AnyView {
    let config = &record.config;
    let facts = facts(&record, &run);
    let (name, provenance) = (key(&run.arm), record.provenance);
    let figure = |draw: DrawView, stem: &'static str| {
        let manifest = Callback::new(move |()| room.manifest(lab));
        let draw = Signal::stored(Some(draw));
        view! { <FigureView draw view=RwSignal::new(View::default()) stem aspect=0.45 manifest /> }
    };
    let (one, other) = (run.trajectory.clone(), run.trajectory.clone());
    let (first, second, clip) = (name.clone(), name.clone(), config.recipe.clip);
    let loss: DrawView = Arc::new(move |view, layout| losses(&first, &one, provenance, view, layout));
    let norm: DrawView = Arc::new(move |view, layout| norms(&second, &other, clip, provenance, view, layout));
    view! {
        <section class="record experiment">
            <h2>{name}</h2>
            <p><strong class="provenance">{record.provenance.label()}</strong>" "{record.provenance.meaning()}</p>
            <dl class="facts">
                {facts.map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }).collect_view()}
            </dl>
            <div class="halves">
                {figure(loss, "quantized-lora-loss")}
                {figure(norm, "quantized-lora-gradient-norm")}
            </div>
            <GridTable grid=confusion(&record, &run) />
            {wrong_images(lab, room, record.clone(), run)}
        </section>
    }
    .into_any()
}

/// Returns what is known of a run: names and values.
fn facts(record: &Adaptation, run: &Run) -> [(&'static str, String); 9] {
    let config = &record.config;
    let lora = config.lora(run.arm.rank);
    let model = run.arm.size.model(config.classes(run.arm.task).len());
    let trajectory = &run.trajectory;
    let (chance, deviations) = record.above_chance(run);
    [
        (
            "Held-out images recognised",
            format!(
                "{} of {}: {} %",
                run.held_out.right(),
                run.held_out.images(),
                percent(run.held_out.accuracy())
            ),
        ),
        ("Chance", format!("{} %, {deviations:.0} of its standard deviations below", percent(chance))),
        ("Frozen base, scales included", format!("{} bytes", run.base_bytes)),
        ("Adapters and head", format!("{} bytes, in single precision", run.trained_bytes)),
        (
            "A step of training",
            cell(run.memory, |StepMemory { at_once, bytes }| {
                format!(
                    "{bytes} bytes at once beside these, counted by the allocator, for {at_once} images at a time"
                )
            }),
        ),
        (
            "Steps",
            format!(
                "{} of {}{}; the parameters after {} were kept",
                trajectory.losses.len(),
                config.recipe.steps,
                if trajectory.stopped_early { ", ended early" } else { "" },
                trajectory.best_step
            ),
        ),
        (
            "Model",
            format!(
                "width {}, {} heads, {} blocks, {} tokens",
                model.width,
                model.heads,
                model.depth,
                model.tokens()
            ),
        ),
        ("Adapters", format!("rank {}, α = {}, dropout {}", lora.rank, lora.alpha, lora.dropout)),
        (
            "Training",
            format!(
                "AdamW, batches of {}, rate {} after {} steps of warm-up, norm clipped to {}",
                config.recipe.batch, config.recipe.learning_rate, config.recipe.warm_up, config.recipe.clip
            ),
        ),
    ]
}

/// How many images of each class were taken for which.
fn confusion(record: &Adaptation, run: &Run) -> Grid {
    let classes = record.config.classes(run.arm.task);
    let rows = classes.iter().zip(&run.held_out.confusion).map(|(class, row)| {
        let counts = row.iter().map(u32::to_string);
        [class.clone()].into_iter().chain(counts).collect()
    });
    let rows = rows.collect();
    let columns = ["Image of".to_owned()].into_iter().chain(classes).collect();
    Grid {
        heading: "Held-out images by what they show (rows) and what they were taken for (columns)".into(),
        columns,
        rows,
        omitted: 0,
    }
}

/// The held-out images that were taken for something else.
fn wrong_images(lab: Lab, room: MeasuredRoom, record: Arc<Adaptation>, run: Run) -> AnyView {
    let task = run.arm.task;
    room.fetch_pictures(lab, &record.config, task);
    let pictures = move || {
        let (config, of, pictures) = room.pictures.get()?;
        if config != record.config || of != task {
            return None;
        }
        let classes = config.classes(task);
        let labels = pictures.labels.iter().zip(&run.held_out.labels).enumerate();
        let wrong: Vec<_> = labels.filter(|(_, (shown, taken))| shown != taken).collect();
        let (count, all) = (wrong.len(), pictures.labels.len());
        let class = |label: u32| classes.get(label as usize).cloned().unwrap_or_default();
        let drawn = wrong.into_iter().take(MOST_DRAWN).map(|(place, (&shown, &taken))| {
            let words = format!("{}, taken for {}", class(shown), class(taken));
            picture(&pictures, place, words)
        });
        let drawn = drawn.collect_view();
        Some(view! {
            <h3>{format!("{count} of {all} held-out images were taken for something else")}</h3>
            <p class="hint">{(count > MOST_DRAWN).then(|| format!("The first {MOST_DRAWN} of them; the record tells what each was taken for."))}</p>
            <ul class="wrong-images">{drawn}</ul>
        })
    };
    view! { <div>{pictures}</div> }.into_any()
}

/// An image, and what it was taken for.
fn picture(pictures: &Pictures, place: usize, words: String) -> AnyView {
    let side = pictures.side;
    let size = side * side * 3;
    let rgb = pictures.pixels.get(place * size..(place + 1) * size).unwrap_or_default();
    let rgba: Vec<u8> = rgb
        .as_chunks()
        .0
        .iter()
        .flat_map(|&[red, green, blue]: &[u8; 3]| [red, green, blue, u8::MAX])
        .collect();
    let canvas = NodeRef::<Canvas>::new();
    Effect::new(move || {
        let Some(canvas) = canvas.get() else { return };
        let image = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&rgba), side as u32, side as u32);
        let context = canvas.get_context("2d").ok().flatten();
        let context = context.and_then(|context| context.dyn_into::<CanvasRenderingContext2d>().ok());
        if let (Ok(image), Some(context)) = (image, context) {
            // A canvas that cannot be painted stays empty; its words say what it is.
            let _ = context.put_image_data(&image, 0.0, 0.0);
        }
    });
    view! {
        <li>
            <canvas node_ref=canvas width=side.to_string() height=side.to_string() role="img" aria-label=words.clone()></canvas>
            <span>{words}</span>
        </li>
    }
    .into_any()
}
