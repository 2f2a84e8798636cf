//! The rooms' places in the document. The page's program comes in parts: what opens first has no room in it, and
//! the code of a room comes when the room is opened for the first time.

use super::state::Lab;
use crate::kit::room::Room;
use leptos::prelude::*;
use leptos::wasm_split::SplitLoaderError;
use std::pin::Pin;

/// Builds the view of a room, in the context of the page.
pub type Build = fn() -> AnyView;

/// The code of a room on its way.
pub type Coming = Pin<Box<dyn Future<Output = Result<Build, SplitLoaderError>>>>;

/// Fetches the code of a room, unless it is here.
pub type Fetch = fn(Room) -> Coming;

/// How far the code of a room has come.
#[derive(Clone, Copy)]
enum Code {
    /// Nobody has opened the room.
    Unasked,
    Coming,
    /// It could not be loaded.
    Missing,
    Here(Build),
}

/// A room's place: empty until the room is opened, and from then on the room, hidden while another one is shown.
#[component]
pub(crate) fn Place(room: Room, fetch: Fetch) -> impl IntoView {
    let lab = expect_context::<Lab>();
    let code = RwSignal::new(Code::Unasked);
    let load = move || {
        code.set(Code::Coming);
        leptos::task::spawn_local(async move {
            code.set(fetch(room).await.map_or(Code::Missing, Code::Here));
        });
    };
    let is_shown = Memo::new(move |_| lab.room.get() == room);
    let is_wanted = Memo::new(move |_| lab.entrance(room).is_wanted());
    Effect::new(move || {
        let (is_shown, is_wanted) = (is_shown.get(), is_wanted.get());
        // Who comes back to a room that could not be loaded tries again.
        let is_due = match code.get_untracked() {
            Code::Unasked => is_shown || is_wanted,
            Code::Missing => is_shown,
            Code::Coming | Code::Here(_) => false,
        };
        if is_due {
            load();
        }
    });
    move || {
        match code.get() {
        Code::Unasked => ().into_any(),
        Code::Here(build) => build(),
        Code::Coming => view! {
            <section class="room" hidden=move || !is_shown.get()>
                <div class="intro"><p role="status">"Loading this room…"</p></div>
            </section>
        }
        .into_any(),
        Code::Missing => view! {
            <section class="room" hidden=move || !is_shown.get()>
                <div class="intro">
                    <p role="alert">"This room could not be loaded; the rest of the page is as it was. Check the connection and try again. If that does not help, the lab may have been renewed since this page was opened: reload it, its address keeps the settings."</p>
                    <button type="button" on:click=move |_| load()>"Try again"</button>
                </div>
            </section>
        }
        .into_any(),
    }
    }
}
