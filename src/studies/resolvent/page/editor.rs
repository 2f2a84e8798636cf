//! The potential, drawn: with the mouse, a finger, or the arrow keys; or pasted and dropped as numbers.

use super::{MOST_DRAWN_SITES, ResolventRoom};
use crate::kit::page::state::Lab;
use bk_plot::number;
use bk_resolvent::Potential;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{ClipboardEvent, DragEvent, Element, KeyboardEvent, PointerEvent};

/// The least extent of the drawing, up and down from zero.
const LEAST_EXTENT: f64 = 4.0;

/// Units of the drawing across and upright; it is stretched to its place.
const WIDTH: f64 = 1000.0;
const HEIGHT: f64 = 400.0;

/// A potential in the course of being changed.
#[derive(Clone, Copy)]
struct Editor {
    room: ResolventRoom,
    /// The values, where they are known and few enough.
    values: Memo<Option<Vec<f64>>>,
    /// The greatest magnitude that can be drawn.
    extent: Memo<f64>,
    /// The site the keys act on.
    site: RwSignal<usize>,
    /// Where the pointer was last, while it draws.
    last: RwSignal<Option<(usize, f64)>>,
}

impl Editor {
    fn new(room: ResolventRoom) -> Self {
        let last = RwSignal::new(None);
        let values = Memo::new(move |_| room.drawable());
        let extent = Memo::new(move |previous: Option<&f64>| {
            let largest = values.with(|values| {
                values.iter().flatten().fold(LEAST_EXTENT, |largest, value| largest.max(value.abs())).ceil()
            });
            // It does not jump under the pointer.
            previous.copied().filter(|_| last.with_untracked(Option::is_some)).unwrap_or(largest)
        });
        Editor { room, values, extent, site: RwSignal::new(0), last }
    }

    /// The smallest change: a twentieth of the first digit of the extent.
    fn step(&self) -> f64 {
        number::power_of_ten(self.digits() - 1) / 2.0
    }

    /// The power of ten of the extent's first digit.
    fn digits(&self) -> i32 {
        number::decimal_exponent(self.extent.get_untracked())
    }

    /// A value on the grid of smallest changes, within the drawing, without the digits of rounding.
    fn rounded(&self, value: f64) -> f64 {
        let (step, extent) = (self.step(), self.extent.get_untracked());
        let decimals = (2 - self.digits()).max(0) as usize;
        let value = (value / step).round() * step;
        format!("{:.decimals$}", value.clamp(-extent, extent) + 0.0).parse().unwrap_or(0.0)
    }

    /// Sets the values of the sites between two points to those of the line between them.
    fn draw(&self, (from, start): (usize, f64), (to, end): (usize, f64)) {
        let Some(mut values) = self.values.get_untracked() else { return };
        for site in from.min(to)..=from.max(to).min(values.len() - 1) {
            let part = if from == to { 1.0 } else { (site as f64 - from as f64) / (to as f64 - from as f64) };
            values[site] = self.rounded(start + part * (end - start));
        }
        self.site.set(to.min(values.len() - 1));
        self.room.set_potential(Potential::Values { values });
    }

    /// The site and the value under a pointer.
    fn place(&self, event: &PointerEvent) -> Option<(usize, f64)> {
        let sites = self.values.with_untracked(|values| values.as_ref().map(Vec::len))?;
        let area = event.current_target()?.dyn_into::<Element>().ok()?.get_bounding_client_rect();
        let across = (f64::from(event.client_x()) - area.left()) / area.width();
        let up = 1.0 - 2.0 * (f64::from(event.client_y()) - area.top()) / area.height();
        let site = (across * sites as f64).clamp(0.0, sites as f64 - 1.0) as usize;
        Some((site, self.rounded(up.clamp(-1.0, 1.0) * self.extent.get_untracked())))
    }

    fn begin(&self, event: &PointerEvent) {
        let Some(place) = self.place(event).filter(|_| event.button() == 0) else { return };
        if let Some(element) = event.current_target().and_then(|target| target.dyn_into::<Element>().ok()) {
            // Without it the drawing ends at the edge, which is no harm.
            let _ = element.set_pointer_capture(event.pointer_id());
        }
        self.last.set(Some(place));
        self.draw(place, place);
    }

    fn go_on(&self, event: &PointerEvent) {
        if let (Some(last), Some(place)) = (self.last.get_untracked(), self.place(event)) {
            self.last.set(Some(place));
            self.draw(last, place);
        }
    }

    /// Moves along the chain, or changes the value there.
    fn press(&self, event: &KeyboardEvent) {
        let Some(values) = self.values.get_untracked() else { return };
        let last = values.len() - 1;
        let site = self.site.get_untracked().min(last);
        let (along, up) = match event.key().as_str() {
            "ArrowLeft" => (site.saturating_sub(1), 0.0),
            "ArrowRight" => ((site + 1).min(last), 0.0),
            "Home" => (0, 0.0),
            "End" => (last, 0.0),
            "ArrowUp" => (site, 1.0),
            "ArrowDown" => (site, -1.0),
            "PageUp" => (site, 10.0),
            "PageDown" => (site, -10.0),
            _ => return,
        };
        event.prevent_default();
        self.site.set(along);
        if up != 0.0 {
            let place = (site, values[site] + up * self.step());
            self.draw(place, place);
        }
    }

    /// The value at the site the keys act on.
    fn value(&self) -> Option<(usize, f64)> {
        let site = self.site.get();
        self.values.with(|values| {
            let values = values.as_ref()?;
            let site = site.min(values.len() - 1);
            Some((site, values[site]))
        })
    }

    /// Corners of the line through all values, as SVG has them.
    fn corners(&self) -> String {
        let extent = self.extent.get();
        self.values.with(|values| {
            let values = values.as_deref().unwrap_or_default();
            let step = WIDTH / values.len().max(1) as f64;
            let corner = |(site, value): (usize, &f64)| {
                let (left, y) = (site as f64 * step, HEIGHT / 2.0 * (1.0 - value / extent));
                format!("{left:.2},{y:.2} {:.2},{y:.2} ", left + step)
            };
            values.iter().enumerate().map(corner).collect()
        })
    }
}

/// The drawing, and a place for numbers.
#[component]
pub(crate) fn PotentialEditor() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let room = expect_context::<ResolventRoom>();
    let editor = Editor::new(room);
    let pasted = RwSignal::new(String::new());
    let on_paste = move |event: ClipboardEvent| {
        let text = event.clipboard_data().and_then(|data| data.get_data("text").ok()).unwrap_or_default();
        event.prevent_default();
        room.take_numbers(lab, "what was pasted".into(), text.into_bytes());
    };
    let on_drop = move |event: DragEvent| {
        // Anywhere else on the page a file is imported.
        event.prevent_default();
        event.stop_propagation();
        if let Some(root) = document().document_element() {
            let _ = root.toggle_attribute_with_force("data-dropping", false);
        }
        if let Some(files) = event.data_transfer().and_then(|data| data.files()) {
            room.take_files(lab, files);
        }
    };
    let number =
        move |pick: fn((usize, f64)) -> f64| move || editor.value().map(|value| pick(value).to_string());
    let words = move || editor.value().map(|(site, value)| format!("{value} at site {site}"));
    let marker = move || {
        let sites = editor.values.with(|values| values.as_ref().map_or(1, Vec::len));
        let (site, value) = editor.value().unwrap_or_default();
        let x = (site as f64 + 0.5) * WIDTH / sites as f64;
        (x, HEIGHT / 2.0 * (1.0 - value / editor.extent.get()))
    };
    view! {
        <details on:drop=on_drop>
            <summary>"Draw or paste the potential"</summary>
            <Show when=move || editor.values.with(Option::is_some) fallback=move || view! {
                <p class="hint">{format!("Chains of up to {MOST_DRAWN_SITES} sites can be drawn, once their values have been computed.")}</p>
            }>
                <div class="editor" role="slider" tabindex="0" aria-label="Potential at a site" aria-orientation="vertical"
                    aria-describedby="editor-hint"
                    aria-valuemin=move || -editor.extent.get() aria-valuemax=move || editor.extent.get()
                    aria-valuenow=number(|(_, value)| value) aria-valuetext=words
                    on:pointerdown=move |event| editor.begin(&event) on:pointermove=move |event| editor.go_on(&event)
                    on:pointerup=move |_| editor.last.set(None) on:pointercancel=move |_| editor.last.set(None)
                    on:keydown=move |event| editor.press(&event) on:paste=on_paste>
                    <svg viewBox=format!("0 0 {WIDTH} {HEIGHT}") preserveAspectRatio="none" aria-hidden="true">
                        <line class="zero" x1="0" x2=WIDTH y1=HEIGHT / 2.0 y2=HEIGHT / 2.0 />
                        <line class="site" x1=move || marker().0 x2=move || marker().0 y1="0" y2=HEIGHT />
                        <polyline points=move || editor.corners() />
                    </svg>
                </div>
                <p class="hint" aria-live="off">{words}{move || format!("; the drawing reaches from −{0} to {0}", editor.extent.get())}</p>
                <p class="hint" id="editor-hint">"Draw with mouse or finger. By keyboard: left and right choose the site, up and down change its value, Page Up and Page Down by more, Home and End go to the ends."</p>
            </Show>
            <label class="field">
                <span class="label">"Values as CSV or JSON"</span>
                <textarea rows="3" spellcheck="false" prop:value=pasted on:input=move |event| pasted.set(event_target_value(&event))></textarea>
            </label>
            <span class="hint">"One number a site; a file dropped here does the same."</span>
            <div class="actions small">
                <button type="button" disabled=move || pasted.with(|text| text.trim().is_empty())
                    on:click=move |_| room.take_numbers(lab, "what was pasted".into(), pasted.get_untracked().into_bytes())>
                    "Use these values"
                </button>
                <button type="button" on:click=move |_| {
                    let sites = room.config.with_untracked(|config| config.sites).clamp(1, MOST_DRAWN_SITES);
                    room.set_potential(Potential::Values { values: vec![0.0; sites] });
                }>"Start flat"</button>
            </div>
        </details>
    }
}
