//! A figure as a file: for a journal's width, with its letters in points, in the formats journals accept.

use super::controls::{Choice, Field, Finite};
use super::download;
use super::figure_view::Draw;
use super::state::{Lab, Tone};
use crate::kit::browser::detach_pixels;
use crate::kit::data_files::DataFormat;
use crate::kit::protocol::{Export, WrittenFile};
use bk_plot::export::Format;
use bk_plot::export::page::{PRESETS, PUBLISHED, Page, Preset};
use bk_plot::{Scene, Theme, canvas};
use js_sys::ArrayBuffer;
use leptos::prelude::*;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, HtmlCanvasElement};

/// Resolutions of a PNG in dots per inch: what journals ask for, and twice that.
const RESOLUTIONS: [(&str, &str); 2] = [("300", "300 dpi"), ("600", "600 dpi")];

/// Colours of a file: for a paper, or as on the screen for a talk.
const STYLES: [(&str, &str); 3] = [("paper", "Paper"), ("light", "Light page"), ("dark", "Dark page")];

/// The choice of a width that no preset has.
const OTHER: &str = "other";

/// How a figure's files are drawn.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Print {
    width_mm: f64,
    font_size: f64,
    dpi: &'static str,
    style: &'static str,
}

impl Print {
    /// The preset of this width and these letters, if there is one.
    fn preset(&self) -> &'static str {
        let same = |preset: &&Preset| preset.width_mm == self.width_mm && preset.font_size == self.font_size;
        PRESETS.iter().find(same).map_or(OTHER, |preset| preset.key)
    }

    fn theme(&self) -> Theme {
        match self.style {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            _ => Theme::Paper,
        }
    }
}

/// The key among options that equals what a control hands over.
fn known(options: &[(&'static str, &'static str)], key: &str) -> Option<&'static str> {
    options.iter().map(|(known, _)| *known).find(|known| *known == key)
}

/// What to save a figure as.
#[component]
pub(crate) fn SaveFigure(
    draw: Signal<Option<Draw>>,
    stem: &'static str,
    manifest: Callback<(), Option<String>>,
    data: Option<Callback<DataFormat, Option<String>>>,
) -> impl IntoView {
    let lab = expect_context::<Lab>();
    let (width_mm, font_size) = (PUBLISHED.width_mm, PUBLISHED.font_size);
    let print = RwSignal::new(Print { width_mm, font_size, dpi: RESOLUTIONS[0].0, style: STYLES[0].0 });
    let save = move |format: Format| {
        let Some(draw) = draw.get_untracked() else { return };
        let print = print.get_untracked();
        match Page::new(print.width_mm, print.font_size).draw(print.theme(), |layout| draw(layout)) {
            Ok(scene) => {
                let dpi = print.dpi.parse().unwrap_or_default();
                write(lab, scene, format, dpi, format!("{stem}.{}", format.extension()), manifest.run(()));
            }
            Err(error) => lab.notify(Tone::Trouble, error.to_string()),
        }
    };
    let save_data = move |data: Callback<DataFormat, Option<String>>, format: DataFormat| {
        if let Some(content) = data.run(format) {
            download::file(
                lab,
                &format!("{stem}.{}", format.extension()),
                format.media_type(),
                content.as_bytes(),
            );
        }
    };
    let empty = move || draw.with(Option::is_none);
    view! {
        <div class="save" role="group" aria-label="Take this figure away">
            <div class="actions">
                {Format::ALL.into_iter().map(|format| view! {
                    <button type="button" disabled=empty on:click=move |_| save(format)>
                        {format!("Figure as {}", format.extension().to_ascii_uppercase())}
                    </button>
                }).collect_view()}
                {data.map(|data| DataFormat::ALL.map(|format| view! {
                    <button type="button" disabled=empty on:click=move |_| save_data(data, format)>{name(format)}</button>
                }).into_iter().collect_view())}
            </div>
            <Size print />
        </div>
    }
    .into_any()
}

/// What is written of the data.
fn name(format: DataFormat) -> &'static str {
    match format {
        DataFormat::Csv => "Data as CSV",
        DataFormat::Latex => "Numbers as LaTeX",
        DataFormat::Json => "Figure as JSON",
    }
}

/// How large a figure is on paper, in which letters, resolution and colours.
#[component]
fn Size(print: RwSignal<Print>) -> impl IntoView {
    let presets = PRESETS.iter().map(|preset| (preset.key, preset.name)).chain([(OTHER, "Another width")]);
    let set_preset = Callback::new(move |key: String| {
        if let Some(preset) = PRESETS.iter().find(|preset| preset.key == key) {
            print.update(|print| (print.width_mm, print.font_size) = (preset.width_mm, preset.font_size));
        }
    });
    let set_dpi = Callback::new(move |key: String| {
        print.update(|print| print.dpi = known(&RESOLUTIONS, &key).unwrap_or(print.dpi));
    });
    let set_style = Callback::new(move |key: String| {
        print.update(|print| print.style = known(&STYLES, &key).unwrap_or(print.style));
    });
    let summary = move || {
        let Print { width_mm, font_size, dpi, .. } = print.get();
        format!("Print size: {width_mm} mm wide, {font_size} pt type, PNG at {dpi} dpi")
    };
    view! {
        <details>
            <summary>{summary}</summary>
            <div class="actions">
                <Choice label="Printed in" options=presets.collect() value=Signal::derive(move || print.with(Print::preset)) set=set_preset />
                <Field label="Width" hint="in millimetres" expected="a finite number"
                    value=Signal::derive(move || Finite(print.get().width_mm))
                    set=Callback::new(move |Finite(width)| print.update(|print| print.width_mm = width)) />
                <Field label="Letters" hint="of axes and legend, in points" expected="a finite number"
                    value=Signal::derive(move || Finite(print.get().font_size))
                    set=Callback::new(move |Finite(size)| print.update(|print| print.font_size = size)) />
                <Choice label="PNG resolution" options=RESOLUTIONS.to_vec() value=Signal::derive(move || print.get().dpi) set=set_dpi />
                <Choice label="Colours" options=STYLES.to_vec() value=Signal::derive(move || print.get().style) set=set_style />
            </div>
        </details>
    }
    .into_any()
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
        let task = Export { scene, format, dpi, manifest };
        lab.ask(&task, buffers, move |written| match written {
            Ok(WrittenFile { bytes }) => download::file(lab, &name, format.media_type(), &bytes),
            Err(stopped) => lab.tell(stopped),
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
