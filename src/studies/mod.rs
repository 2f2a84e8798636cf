//! The table of studies: one line a study, below. Page, worker and command line walk it; what a study is made of lies in
//! its folder.

pub mod efficiency;
pub mod files;
pub mod import;
pub mod language_models;
pub mod lora;
pub mod published_figure;
pub mod quantization;
pub mod record;
#[cfg(feature = "cli")]
pub(crate) mod report;
pub mod resolvent;
pub mod robustness;
pub mod scaling;
pub mod stability;

use crate::kit::room::{Half, Room, RoomInfo, Shown};

/// THE TABLE: for each study the rooms of the page, with the function that builds each, and the parts of the worker, with
/// the function that knows the tasks of each, and the other studies that it may import from. The page and the worker split
/// their programs at these functions; a test holds the imports against the last list.
#[macro_export]
macro_rules! studies {
    ($use:ident) => {
        $use! {
            robustness { rooms [robustness = page::room, widths = measured::page::room], work [robustness = worker::work, widths = measured::worker::work], uses [language_models, published_figure] }
            efficiency { rooms [efficiency = page::room], work [efficiency = worker::work], uses [published_figure, scaling] }
            stability { rooms [stability = page::room], work [stability = worker::work], uses [published_figure, scaling] }
            scaling { rooms [ladder = page::room], work [ladder = worker::work], uses [language_models, efficiency, stability, robustness] }
            published_figure { rooms [], work [fragility = fragility::worker::work], uses [robustness, efficiency, stability] }
            resolvent { rooms [resolvent = page::room], work [resolvent = worker::work], uses [] }
            quantization { rooms [quantization = page::room], work [quantization = worker::work], uses [resolvent, published_figure] }
            language_models { rooms [models = page::room], work [models = worker::work, insight = worker::insight], uses [quantization, resolvent] }
            lora { rooms [lora = page::room], work [lora = worker::work], uses [files, language_models] }
            files { rooms [files = page::room], work [import = worker::work], uses [efficiency, language_models, lora, published_figure, quantization, resolvent, robustness, scaling, stability] }
        }
    };
}

/// A room whose study has no other.
const fn single(room: Room, title: &'static str) -> RoomInfo {
    RoomInfo { room, title: Some(title), halves: &[] }
}

/// A room that is reached as a half of others.
const fn half(room: Room) -> RoomInfo {
    RoomInfo { room, title: None, halves: &[] }
}

/// The two halves of robustness.
const ROBUSTNESS: &[Half] = &[
    Half { title: "As published", room: robustness::ROOM, setting: "" },
    Half { title: "Measured", room: robustness::measured::ROOM, setting: "" },
];

/// The two halves of efficiency.
const EFFICIENCY: &[Half] = &[
    Half { title: "As published", room: efficiency::ROOM, setting: "" },
    Half { title: "Measured", room: scaling::ROOM, setting: "" },
];

/// The two halves of stability.
const STABILITY: &[Half] = &[
    Half { title: "As published", room: stability::ROOM, setting: "" },
    Half { title: "Measured", room: scaling::ROOM, setting: "&study=stability" },
];

/// The rooms, in the order of the navigation.
pub const ROOMS: &[RoomInfo] = &[
    RoomInfo { room: robustness::ROOM, title: Some("Robustness"), halves: ROBUSTNESS },
    RoomInfo { room: efficiency::ROOM, title: Some("Efficiency"), halves: EFFICIENCY },
    RoomInfo { room: stability::ROOM, title: Some("Stability"), halves: STABILITY },
    single(lora::ROOM, "Quantized LoRA"),
    single(resolvent::ROOM, "Resolvent"),
    single(quantization::ROOM, "Quantization"),
    single(language_models::ROOM, "Language models"),
    single(files::ROOM, "Files"),
    half(robustness::measured::ROOM),
    half(scaling::ROOM),
];

/// The kinds of records that the page announces when they are imported.
pub const SHOWN: &[Shown] = &[
    Shown { study: "robustness", room: robustness::ROOM, kept: Some("for the robustness figure") },
    Shown { study: "efficiency", room: efficiency::ROOM, kept: Some("for the efficiency figure") },
    Shown { study: "stability", room: stability::ROOM, kept: Some("for the stability figure") },
    Shown { study: "widths", room: robustness::measured::ROOM, kept: Some("of measured robustness") },
    Shown { study: "ladder", room: scaling::ROOM, kept: Some("of measured efficiency and stability") },
    Shown { study: "table", room: files::ROOM, kept: Some("as tables, in the room Files") },
    Shown { study: "mode-comparison", room: quantization::ROOM, kept: None },
];
