//! A figure on the page: laid out for the width it really has, painted sharp, with its text alternative and
//! its files.

use super::save_figure::SaveFigure;
use super::state::{Lab, Tone};
use crate::figure::{Layout, Scene, canvas};
use leptos::html::Canvas;
use leptos::prelude::*;
use std::sync::Arc;
use wasm_bindgen::prelude::*;
use web_sys::{ResizeObserver, ResizeObserverEntry};

/// Points in a CSS pixel.
const POINTS_PER_PIXEL: f64 = 0.75;

/// Width in CSS pixels up to which a figure is as tall as on a telephone, and height over width there.
const NARROW: f64 = 360.0;
const NARROW_ASPECT: f64 = 1.3;

/// No figure is taller than this in CSS pixels: it should be seen whole.
const TALLEST: f64 = 960.0;

/// What draws a figure for a layout. Shared between the screen and the downloads.
pub(super) type Draw = Arc<dyn Fn(&Layout) -> Scene + Send + Sync>;

/// Shows a figure; `draw` is empty as long as there is no data. `stem` names its files, `aspect` is height
/// over width on a wide screen; narrow screens get a taller figure.
#[component]
pub(super) fn FigureView(
    draw: Signal<Option<Draw>>,
    stem: &'static str,
    aspect: f64,
    /// The JSON that makes the run again, to go into the figure's files.
    manifest: Callback<(), Option<String>>,
) -> impl IntoView {
    let lab = expect_context::<Lab>();
    let element = NodeRef::<Canvas>::new();
    let width = RwSignal::new(0.0);
    let fonts_ready = RwSignal::new(false);
    load_fonts(fonts_ready);

    Effect::new(move || {
        if let Some(parent) = element.get().and_then(|canvas| canvas.parent_element()) {
            observe_width(&parent, width);
        }
    });
    let scene = Memo::new(move |_| {
        let pixels: f64 = width.get();
        let draw = draw.get().filter(|_| pixels > 0.0)?;
        let height = (pixels * aspect).max(pixels.min(NARROW) * NARROW_ASPECT).min(TALLEST);
        let layout = Layout::new(pixels * POINTS_PER_PIXEL, height * POINTS_PER_PIXEL, lab.theme.get());
        Some(draw(&layout))
    });
    Effect::new(move || {
        fonts_ready.track();
        let (Some(canvas), Some(scene)) = (element.get(), scene.get()) else { return };
        let ratio = window().device_pixel_ratio();
        let style = web_sys::HtmlElement::style(&canvas);
        let _ = style.set_property("height", &format!("{}px", scene.height / POINTS_PER_PIXEL));
        if let Err(error) = canvas::paint(&scene, &canvas, ratio / POINTS_PER_PIXEL) {
            lab.notify(Tone::Trouble, error.to_string());
        }
    });
    let summary = move || scene.with(|scene| scene.as_ref().map(|scene| scene.summary.clone()));
    view! {
        <figure class="figure">
            <div class="figure-frame">
                <canvas node_ref=element role="img" aria-label=summary></canvas>
            </div>
            <figcaption>{summary}</figcaption>
            <SaveFigure draw stem manifest />
        </figure>
    }
}

/// Keeps `width` at the element's width in CSS pixels.
fn observe_width(element: &web_sys::Element, width: RwSignal<f64>) {
    width.set(element.get_bounding_client_rect().width());
    let on_resize =
        Closure::<dyn Fn(Vec<ResizeObserverEntry>)>::new(move |entries: Vec<ResizeObserverEntry>| {
            if let Some(entry) = entries.last() {
                let new = entry.content_rect().width();
                if (new - width.get_untracked()).abs() >= 1.0 {
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
