//! The navigation: an entry for each study, and below it the halves of the study that is shown.

use super::state::Lab;
use crate::kit::permalink;
use crate::kit::room::{Half, RoomInfo};
use leptos::prelude::*;

/// Whether a half is shown.
fn is_shown(lab: Lab, half: &Half) -> bool {
    if lab.room.get() != half.room {
        return false;
    }
    let fragment = lab.fragment(half.room);
    let holds = |half: &Half| !half.setting.is_empty() && fragment.contains(half.setting);
    match half.setting {
        "" => !rivals(lab, half).any(holds),
        _ => holds(half),
    }
}

/// Returns the halves of other studies that the same room shows.
fn rivals(lab: Lab, half: &Half) -> impl Iterator<Item = &'static Half> {
    let half = *half;
    let halves = lab.rooms().iter().flat_map(|info| info.halves);
    halves.filter(move |other| other.room == half.room && other.setting != half.setting)
}

/// Returns the link to a half: to its room as it was left, with the setting that makes it this half.
fn link(lab: Lab, half: &Half) -> String {
    let fragment = lab.fragment(half.room);
    if is_shown(lab, half) || fragment.contains(half.setting) && !half.setting.is_empty() {
        return fragment;
    }
    match rivals(lab, half).any(|other| fragment.contains(other.setting)) || !half.setting.is_empty() {
        true => permalink::to_room(half.room) + half.setting,
        false => fragment,
    }
}

/// Whether a room, or a half of its study, is shown.
fn is_current(lab: Lab, info: &RoomInfo) -> bool {
    match info.halves {
        [] => lab.room.get() == info.room,
        halves => halves.iter().any(|half| is_shown(lab, half)),
    }
}

/// The entries of all studies.
#[component]
pub(crate) fn Rooms() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let entry = |info: &'static RoomInfo| {
        let title = info.title?;
        // The entry of what is shown leads to what is shown.
        let address = move || match is_current(lab, info) {
            true => lab.fragment(lab.room.get()),
            false => lab.fragment(info.room),
        };
        let current = move || is_current(lab, info).then_some("page");
        Some(view! { <a href=address aria-current=current>{title}</a> })
    };
    view! {
        <nav aria-label="Rooms">{lab.rooms().iter().filter_map(entry).collect_view()}</nav>
    }
}

/// The halves of each study that has two; those of the study that is shown can be seen.
#[component]
pub(crate) fn Halves() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let tab = move |half: &'static Half| {
        view! {
            <a href=move || link(lab, half) aria-current=move || is_shown(lab, half).then_some("page")>{half.title}</a>
        }
    };
    let halves = move |info: &'static RoomInfo| {
        let label = format!("Halves of {}", info.title?);
        let tabs = info.halves.iter().map(tab).collect_view();
        Some(
            view! { <nav class="halves-of" aria-label=label hidden=move || !is_current(lab, info)>{tabs}</nav> },
        )
    };
    lab.rooms().iter().filter(|info| !info.halves.is_empty()).filter_map(halves).collect_view()
}
