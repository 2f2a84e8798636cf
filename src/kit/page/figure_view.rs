//! A figure on the page: laid out for the width it really has, painted sharp, explored by hand and by keys, with
//! its text alternative and its files.

use super::controls::next_id;
use super::explore::Explorer;
use super::save_figure::SaveFigure;
use super::state::{Lab, Tone};
use crate::kit::data_files::DataFormat;
use bk_plot::axis::Axis;
use bk_plot::plot::Series;
use bk_plot::scene::Point;
use bk_plot::view::Scaling;
use bk_plot::{Layout, Scene, View, canvas};
use leptos::html::Canvas;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use web_sys::{MouseEvent, ResizeObserver, ResizeObserverEntry};

/// Points in a CSS pixel.
const POINTS_PER_PIXEL: f64 = 0.75;

/// Width in CSS pixels up to which a figure is as tall as on a telephone, and height over width there.
const NARROW: f64 = 360.0;
const NARROW_ASPECT: f64 = 1.3;

/// No figure is taller than this in CSS pixels: it should be seen whole.
const TALLEST: f64 = 960.0;

/// What a button zooms by.
const BUTTON_ZOOM: f64 = 1.5;

/// What draws a figure for a layout, as it is looked at now: what the downloads are made from.
pub(crate) type Draw = Arc<dyn Fn(&Layout) -> Scene + Send + Sync>;

/// What draws a figure for a view and a layout.
pub(crate) type DrawView = Arc<dyn Fn(&View, &Layout) -> Scene + Send + Sync>;

/// Shows a figure; `draw` is empty as long as there is no data. `view` is how it is looked at, which the reader
/// changes by hand. `stem` names its files, `aspect` is height over width on a wide screen; narrow screens get a
/// taller figure.
#[component]
pub(crate) fn FigureView(
    draw: Signal<Option<DrawView>>,
    view: RwSignal<View>,
    stem: &'static str,
    aspect: f64,
    /// The JSON that makes the run again, to go into the figure's files.
    manifest: Callback<(), Option<String>>,
    /// The figure's data as a file, where it has more than its drawing.
    #[prop(optional)]
    data: Option<Callback<DataFormat, Option<String>>>,
) -> impl IntoView {
    let lab = expect_context::<Lab>();
    let explorer = Explorer::new(view);
    let element = NodeRef::<Canvas>::new();
    let width = RwSignal::new(0.0);
    let fonts_ready = RwSignal::new(false);
    load_fonts(fonts_ready);

    Effect::new(move || {
        if let Some(parent) = element.get().and_then(|canvas| canvas.parent_element()) {
            observe_width(&parent, width);
        }
    });
    let summary = RwSignal::new(None::<String>);
    Effect::new(move || {
        fonts_ready.track();
        let (pixels, theme, view): (f64, _, _) = (width.get(), lab.theme.get(), explorer.view());
        let (Some(canvas), Some(draw)) = (element.get(), draw.get().filter(|_| pixels > 0.0)) else { return };
        let height = (pixels * aspect).max(pixels.min(NARROW) * NARROW_ASPECT).min(TALLEST);
        let layout = Layout::new(pixels * POINTS_PER_PIXEL, height * POINTS_PER_PIXEL, theme);
        let watch = Stopwatch::start();
        let scene = draw(&view, &layout);
        let style = web_sys::HtmlElement::style(&canvas);
        let _ = style.set_property("height", &format!("{}px", scene.height / POINTS_PER_PIXEL));
        let ratio = window().device_pixel_ratio();
        if let Err(error) = canvas::paint(&scene, &canvas, ratio / POINTS_PER_PIXEL) {
            lab.notify(Tone::Trouble, error.to_string());
        }
        watch.stop(if view.moving { "figure in motion" } else { "figure" });
        if !view.moving {
            summary.set(Some(scene.summary.clone()));
        }
        explorer.show(scene);
    });
    let paper = Signal::derive(move || {
        let (draw, view) = (draw.get()?, explorer.rested());
        Some(Arc::new(move |layout: &Layout| draw(&view, layout)) as Draw)
    });
    let hint = next_id();
    view! {
        <figure class="figure">
            {frame(explorer, element, hint.clone(), width, summary)}
            <p class="spoken" role="status">{move || explorer.said()}</p>
            <Exploring explorer hint />
            <figcaption>{summary}</figcaption>
            <SaveFigure draw=paper stem manifest data />
        </figure>
    }
    .into_any()
}

/// Builds the frame of the figure, which takes pointers and keys; `described` is the identity of its hint.
fn frame(
    explorer: Explorer,
    element: NodeRef<Canvas>,
    described: String,
    width: RwSignal<f64>,
    summary: RwSignal<Option<String>>,
) -> AnyView {
    view! {
        <div class="figure-frame" tabindex="0" role="application" aria-label="The figure, to be explored" aria-describedby=described
            data-zoomed=move || explorer.is_zoomed().to_string()
            on:keydown=move |event| {
                if explorer.press(&event) {
                    event.prevent_default();
                }
            }
            on:pointerdown=move |event| {
                if explorer.press_pointer(&event, position(&event, element)) {
                    capture(&event, element);
                }
            }
            on:pointermove=move |event| explorer.move_pointer(&event, position(&event, element))
            on:pointerup=move |event| explorer.release_pointer(&event, position(&event, element))
            on:pointercancel=move |event| explorer.release_pointer(&event, position(&event, element))
            on:pointerleave=move |_| explorer.leave()
            on:wheel=move |event| {
                if explorer.turn(&event, position(&event, element)) {
                    event.prevent_default();
                }
            }>
            <canvas node_ref=element role="img" aria-label=summary></canvas>
            {move || explorer.readout().map(|(at, words)| readout(at, words, width.get_untracked()))}
            {move || explorer.selection().map(|area| {
                let pixels = |points: f64| format!("{}px", points / POINTS_PER_PIXEL);
                view! {
                    <div class="selection" style:left=pixels(area.left) style:top=pixels(area.top)
                        style:width=pixels(area.width().max(0.0)) style:height=pixels(area.height().max(0.0))></div>
                }
            })}
        </div>
    }
    .into_any()
}

/// Buttons for what hands and keys do on the figure, for its scales and its series.
#[component]
fn Exploring(explorer: Explorer, hint: String) -> impl IntoView {
    let series = Memo::new(move |_| explorer.of_scene(|scene| scene.series.clone()));
    let axes = Memo::new(move |_| {
        explorer.of_scene(|scene| {
            let plot = scene.plots.first();
            let choice = |axis: &Axis| axis.has_choice().then(|| axis.is_logarithmic());
            plot.map_or((None, None), |plot| {
                (choice(&plot.x), choice(&plot.y).filter(|_| plot.moves_upright))
            })
        })
    });
    let scaling = |logarithmic: bool| if logarithmic { Scaling::Linear } else { Scaling::Logarithmic };
    let is_whole = move || !explorer.is_zoomed();
    let is_empty = move || explorer.of_scene(|scene| scene.plots.is_empty() && scene.series.is_empty());
    view! {
        <div class="explore" role="group" aria-label="Explore this figure" hidden=is_empty>
            <button type="button" on:click=move |_| explorer.zoom(1.0 / BUTTON_ZOOM)>"Zoom in"</button>
            <button type="button" disabled=is_whole on:click=move |_| explorer.zoom(BUTTON_ZOOM)>"Zoom out"</button>
            <button type="button" disabled=is_whole on:click=move |_| explorer.reset()>"Whole figure"</button>
            {move || axes.get().0.map(|logarithmic| view! {
                <button type="button" aria-pressed=logarithmic.to_string()
                    on:click=move |_| explorer.change(|view| view.x_scale = scaling(logarithmic))>"Log x"</button>
            })}
            {move || axes.get().1.map(|logarithmic| view! {
                <button type="button" aria-pressed=logarithmic.to_string()
                    on:click=move |_| explorer.change(|view| view.y_scale = scaling(logarithmic))>"Log y"</button>
            })}
            <Show when=move || series.with(|series| series.len() > 1)>
                <div class="series" role="group" aria-label="Series shown">
                    <For each=move || series.get() key=|series| (series.key.clone(), series.name.clone(), series.shown, series.color.map(|color| [color.red, color.green, color.blue])) let(series)>
                        {toggle(explorer, series)}
                    </For>
                </div>
            </Show>
        </div>
        <p class="hint" id=hint hidden=is_empty>"Wheel and pinch zoom; dragging draws a box to look into, and moves the figure once it is zoomed. With the figure in focus, plus and minus zoom, arrow keys move it, 0 shows all of it, and Shift with arrow keys reads its values."</p>
    }
    .into_any()
}

/// The button that shows or hides a series.
fn toggle(explorer: Explorer, series: Series) -> impl IntoView {
    let Series { key, name, color, shown } = series;
    view! {
        <button type="button" aria-pressed=shown.to_string() on:click=move |_| explorer.change(|view| view.hidden.toggle(&key))>
            {color.map(|color| view! { <span class="swatch" style:background-color=format!("rgb({} {} {})", color.red, color.green, color.blue)></span> })}
            {name}
        </button>
    }
}

/// A value that is read off, beside a ring around it.
fn readout(at: Point, words: String, width: f64) -> impl IntoView {
    let (x, y) = (at.x / POINTS_PER_PIXEL, at.y / POINTS_PER_PIXEL);
    let side = if x > width / 2.0 { "left" } else { "right" };
    view! {
        <div class="reading" aria-hidden="true" data-side=side style:left=format!("{x}px") style:top=format!("{y}px")>
            <span>{words}</span>
        </div>
    }
}

/// Where an event is in the scene, in points.
fn position(event: &MouseEvent, canvas: NodeRef<Canvas>) -> Point {
    let frame = canvas.get_untracked().map(|canvas| canvas.get_bounding_client_rect());
    let (left, top) = frame.map_or((0.0, 0.0), |frame| (frame.left(), frame.top()));
    Point {
        x: (f64::from(event.client_x()) - left) * POINTS_PER_PIXEL,
        y: (f64::from(event.client_y()) - top) * POINTS_PER_PIXEL,
    }
}

/// Has the figure hear of the pointer until it is released, wherever it goes.
fn capture(event: &web_sys::PointerEvent, canvas: NodeRef<Canvas>) {
    if let Some(frame) = canvas.get_untracked().and_then(|canvas| canvas.parent_element()) {
        // A pointer that is gone already needs no capture.
        let _ = frame.set_pointer_capture(event.pointer_id());
    }
}

/// Times that the browser's own tools show under "User timing", to see how long a figure takes.
struct Stopwatch(Option<web_sys::Performance>);

impl Stopwatch {
    const START: &'static str = "figure begins";

    fn start() -> Self {
        let performance = window().performance();
        if let Some(performance) = &performance {
            // The clock is a help for whoever looks; without it nothing is lost.
            let _ = performance.mark(Self::START);
        }
        Stopwatch(performance)
    }

    fn stop(self, name: &str) {
        if let Some(performance) = self.0 {
            let _ = performance.measure_with_start_mark(name, Self::START);
            performance.clear_marks_with_mark_name(Self::START);
            performance.clear_measures_with_measure_name(name);
        }
    }
}

/// Keeps `width` at the element's width in CSS pixels.
fn observe_width(element: &web_sys::Element, width: RwSignal<f64>) {
    width.set(element.get_bounding_client_rect().width());
    let on_resize =
        Closure::<dyn Fn(Vec<ResizeObserverEntry>)>::new(move |entries: Vec<ResizeObserverEntry>| {
            if let Some(entry) = entries.last() {
                let new = entry.content_rect().width();
                // The last size that is observed is that of a figure that has been taken away.
                let Some(known) = width.try_get_untracked() else { return };
                if (new - known).abs() >= 1.0 {
                    width.set(new);
                }
            }
        });
    if let Ok(observer) = ResizeObserver::new(on_resize.as_ref().unchecked_ref()) {
        observer.observe(element);
        on_resize.forget();
    }
}

/// Sets `ready` once the figures' faces can be painted: a canvas does not wait for them by itself.
fn load_fonts(ready: RwSignal<bool>) {
    let fonts = document().fonts();
    leptos::task::spawn_local(async move {
        for face in ["400 10px Inter", "600 10px Inter"] {
            // A face that does not load leaves the browser's own in its place.
            let _ = wasm_bindgen_futures::JsFuture::from(fonts.load(face)).await;
        }
        ready.set(true);
    });
}
