//! The page: shows and asks, computes nothing. One layout for all rooms.

pub(crate) mod claims;
pub(crate) mod client;
pub(crate) mod controls;
pub(crate) mod download;
mod explore;
pub(crate) mod figure_view;
pub(crate) mod files;
pub(crate) mod findings;
mod folders;
pub(crate) mod formulas;
pub(crate) mod local_storage;
mod navigation;
pub(crate) mod room_handle;
pub mod rooms;
mod save_figure;
pub(crate) mod shipped;
pub(crate) mod sources;
pub(crate) mod state;
pub(crate) mod table;
pub(crate) mod texts;
mod theme;

use super::room::{RoomInfo, Shown};
use folders::Gift;
use leptos::prelude::*;
use navigation::{Halves, Rooms};
use rooms::{Fetch, Place};
pub use state::Lab;
use state::{Notice, Tone};
use wasm_bindgen::JsCast;
use web_sys::{DragEvent, HtmlElement};

/// What the page knows of the studies before any of their code is loaded.
#[derive(Clone, Copy)]
pub struct Table {
    /// The rooms, in the order of the navigation. An empty link leads to the first.
    pub rooms: &'static [RoomInfo],
    /// Which room takes in which records.
    pub records: &'static [Shown],
    /// Fetches the code of a room.
    pub fetch: Fetch,
    /// Runs once the page is there.
    pub begin: fn(Lab),
}

/// Puts the page into the document and starts the worker from its script.
pub fn start(worker_url: String, table: Table) {
    console_error_panic_hook::set_once();
    if let Some(boot) = document().get_element_by_id("boot") {
        boot.remove();
    }
    leptos::mount::mount_to_body(move || view! { <App worker_url table /> });
}

/// The whole page.
#[component]
fn App(worker_url: String, table: Table) -> impl IntoView {
    let lab = Lab::open(worker_url, table);
    provide_context(lab);
    lab.follow_address();
    lab.keep_address();
    files::keep_imported(lab);
    (table.begin)(lab);
    let listener = window_event_listener(leptos::ev::hashchange, move |_| lab.follow_address());
    on_cleanup(move || listener.remove());
    accept_drops(lab);
    view! {
        <a class="skip" href="#content" on:click=move |event| {
            // The fragment is the permalink's; only the focus moves.
            event.prevent_default();
            let content = document().get_element_by_id("content");
            if let Some(content) = content.and_then(|content| content.dyn_into::<HtmlElement>().ok()) {
                // A browser that does not move the focus leaves it where it is.
                let _ = content.focus();
            }
        }>"Skip to the figure"</a>
        <Top />
        <Notices />
        <main id="content" tabindex="-1">
            {table.rooms.iter().map(|info| view! { <Place room=info.room fetch=table.fetch /> }).collect_view()}
        </main>
        <Bottom />
    }
}

/// Name, rooms, theme.
#[component]
fn Top() -> impl IntoView {
    let lab = expect_context::<Lab>();
    view! {
        <header class="top">
            <p class="name">"BK Lab"</p>
            <Rooms />
            <button type="button" class="quiet" on:click=move |_| copy_link(lab)>"Copy link"</button>
            <label class="theme">
                <span>"Theme"</span>
                <select on:change=move |event| lab.theme_choice.set(theme::Choice::from_key(&event_target_value(&event)))>
                    {theme::Choice::ALL.into_iter().map(|choice| view! {
                        <option value=choice.key() selected=move || lab.theme_choice.get() == choice>{choice.key()}</option>
                    }).collect_view()}
                </select>
            </label>
            <Halves />
        </header>
    }
}

/// Copies the address of what is shown.
fn copy_link(lab: Lab) {
    let location = window().location();
    let page = location.href().unwrap_or_default();
    let address =
        format!("{}{}", page.split('#').next().unwrap_or_default(), lab.fragment(lab.room.get_untracked()));
    let clipboard = window().navigator().clipboard();
    leptos::task::spawn_local(async move {
        match wasm_bindgen_futures::JsFuture::from(clipboard.write_text(&address)).await {
            Ok(_) => lab.notify(Tone::Information, format!("Copied: {address}")),
            Err(_) => lab.notify(
                Tone::Trouble,
                format!("The browser does not let this page copy. The link is {address}"),
            ),
        }
    });
}

/// Sentences that stay until they are dismissed.
#[component]
fn Notices() -> impl IntoView {
    let lab = expect_context::<Lab>();
    view! {
        <div class="notices" aria-live="polite">
            <For each=move || lab.notices.get() key=|notice| notice.number let(notice)>
                {
                    let Notice { number, tone, sentence } = notice;
                    view! {
                        <div class="notice" class:trouble=tone == Tone::Trouble role=if tone == Tone::Trouble { "alert" } else { "status" }>
                            <p>{sentence}</p>
                            <button type="button" class="quiet" aria-label="Dismiss this message"
                                on:click=move |_| lab.notices.update(|notices| notices.retain(|notice| notice.number != number))>"×"</button>
                        </div>
                    }
                }
            </For>
        </div>
    }
}

/// What the lab is, and what it does with data.
#[component]
fn Bottom() -> impl IntoView {
    view! {
        <footer class="bottom">
            <p>"BK Lab " {env!("CARGO_PKG_VERSION")} ". Everything runs in this tab: no server, no account, no request to anyone else. Files that you open stay on this machine. "<a href="third-party-licenses.html">"Third-party licenses"</a></p>
        </footer>
    }
}

/// Takes files dropped anywhere on the page, and shows while they are held over it that it will.
fn accept_drops(lab: Lab) {
    let mark = |dropping: bool| {
        if let Some(root) = document().document_element() {
            let _ = root.toggle_attribute_with_force("data-dropping", dropping);
        }
    };
    let over = window_event_listener(leptos::ev::dragover, move |event: DragEvent| {
        event.prevent_default();
        mark(true);
    });
    let leave = window_event_listener(leptos::ev::dragleave, move |event: DragEvent| {
        // Leaving one element for another is no leaving of the page.
        if event.related_target().is_none() {
            mark(false);
        }
    });
    let drop = window_event_listener(leptos::ev::drop, move |event: DragEvent| {
        event.prevent_default();
        mark(false);
        files::import(lab, Gift::of_drop(event.data_transfer()));
    });
    on_cleanup(move || [over, leave, drop].into_iter().for_each(|listener| listener.remove()));
}
