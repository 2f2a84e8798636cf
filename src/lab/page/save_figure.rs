//! A figure as a file: for a journal's width, with its letters in points, in the formats journals accept.

use super::controls::Choice;
use super::download;
use super::figure_view::Draw;
use super::state::{Lab, Tone};
use crate::export::Format;
use crate::export::page::{PRESETS, Page};
use crate::figure::{Scene, Theme, canvas};
use crate::lab::browser::detach_pixels;
use crate::lab::protocol::{Answer, Task};
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, HtmlCanvasElement};

/// The size of the published figures: 12 × 8 inches with letters of 10 pt.
const PUBLISHED: Page = Page { width_mm: 304.8, height_mm: Some(203.2), font_size: 10.0 };

/// The name of [`PUBLISHED`] among the widths.
const PUBLISHED_NAME: &str = "As published, 305 mm";

/// Resolutions of a PNG in dots per inch: what journals ask for, and twice that.
const RESOLUTIONS: [(&str, &str); 2] = [("300", "300 dpi"), ("600", "600 dpi")];

/// What to save a figure as.
#[component]
pub(super) fn SaveFigure(
    draw: Signal<Option<Draw>>,
    stem: &'static str,
    manifest: Callback<(), Option<String>>,
) -> impl IntoView {
    let lab = expect_context::<Lab>();
    let width = RwSignal::new(PUBLISHED_NAME);
    let resolution = RwSignal::new("300");
    let widths = [PUBLISHED_NAME].into_iter().chain(PRESETS.iter().map(|preset| preset.name));
    let set_width = Callback::new(move |name: String| {
        width.set(
            PRESETS.iter().map(|preset| preset.name).find(|preset| *preset == name).unwrap_or(PUBLISHED_NAME),
        );
    });
    let set_resolution = Callback::new(move |key: String| {
        resolution
            .set(RESOLUTIONS.into_iter().map(|(key, _)| key).find(|other| *other == key).unwrap_or("300"));
    });
    let save = move |format: Format| {
        let Some(draw) = draw.get_untracked() else { return };
        match page(width.get_untracked()).draw(Theme::Paper, |layout| draw(layout)) {
            Ok(scene) => {
                let dpi = resolution.get_untracked().parse().unwrap_or(300.0);
                write(lab, scene, format, dpi, format!("{stem}.{}", format.extension()), manifest.run(()));
            }
            Err(error) => lab.notify(Tone::Trouble, error.to_string()),
        }
    };
    view! {
        <div class="actions save" role="group" aria-label="Take this figure away">
            <Choice label="Width on paper" options=widths.map(|name| (name, name)).collect() value=width.into() set=set_width />
            <Choice label="PNG resolution" options=RESOLUTIONS.to_vec() value=resolution.into() set=set_resolution />
            {Format::ALL.into_iter().map(|format| view! {
                <button type="button" disabled=move || draw.with(Option::is_none) on:click=move |_| save(format)>
                    {format!("Figure as {}", format.extension().to_uppercase())}
                </button>
            }).collect_view()}
        </div>
    }
    .into_any()
}

/// The page of a width: two thirds as high as it is wide, like the published figures.
fn page(width: &str) -> Page {
    PRESETS.iter().find(|preset| preset.name == width).map_or(PUBLISHED, |preset| Page {
        width_mm: preset.width_mm,
        height_mm: Some(preset.width_mm * 2.0 / 3.0),
        font_size: preset.font_size,
    })
}

/// Has the worker write a figure, and offers the file.
fn write(lab: Lab, mut scene: Scene, format: Format, dpi: f64, name: String, manifest: Option<String>) {
    leptos::task::spawn_local(async move {
        let buffers = if format == Format::Png {
            match paint(&scene, dpi).await {
                Ok(file) => vec![file],
                Err(_) => {
                    lab.notify(Tone::Trouble, "The browser cannot paint a picture of that size. Choose another resolution, or save the figure as PDF or SVG.");
                    return;
                }
            }
        } else {
            detach_pixels(&mut scene)
        };
        let task = Task::Export { scene: Box::new(scene), format, dpi, manifest };
        lab.ask(task, buffers, move |answer| match answer {
            Answer::File { bytes } => {
                if download::bytes(&name, format.media_type(), &bytes).is_err() {
                    lab.notify(
                        Tone::Trouble,
                        "The browser refused the download. Allow downloads for this page and try again.",
                    );
                }
            }
            Answer::Failed(sentence) => lab.notify(Tone::Trouble, sentence),
            Answer::Records { .. } | Answer::Progress(_) | Answer::Cancelled | Answer::Ready => {}
        });
    });
}

/// A scene as a PNG file, painted by the browser.
async fn paint(scene: &Scene, dpi: f64) -> Result<ArrayBuffer, JsValue> {
    let canvas: HtmlCanvasElement = document().create_element("canvas")?.dyn_into()?;
    canvas::paint(scene, &canvas, dpi / 72.0).map_err(|error| JsValue::from_str(&error.to_string()))?;
    let blob = js_sys::Promise::new(&mut |resolve, reject| {
        if canvas.to_blob(&resolve).is_err() {
            let _ = reject.call0(&JsValue::NULL);
        }
    });
    let blob: Blob = JsFuture::from(blob).await?.dyn_into()?;
    JsFuture::from(blob.array_buffer()).await?.dyn_into()
}
