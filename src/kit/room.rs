//! Rooms of the page: what the navigation, a link and a file need to know of one whose code is not loaded.

use serde::Serialize;

/// The name of a room, as it stands in a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
pub struct Room(pub &'static str);

/// A room in the table of studies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomInfo {
    /// Its name in links.
    pub room: Room,
    /// Its name in the navigation; `None` for a room that is reached as a half of others.
    pub title: Option<&'static str>,
    /// The halves of its study, this room among them; empty where the study has one room.
    pub halves: &'static [Half],
}

/// A half of a study: as published, or as measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Half {
    /// Its name.
    pub title: &'static str,
    /// The room that shows it.
    pub room: Room,
    /// What the room's link holds where the room shows this half, as `&key=value`; empty where it holds nothing.
    pub setting: &'static str,
}

/// The records of one kind that a room takes in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shown {
    /// The kind of record: [`Filed::STUDY`](crate::kit::record::Filed::STUDY).
    pub study: &'static str,
    /// The room.
    pub room: Room,
    /// What they are, where the browser keeps imported ones until they are forgotten: “for the robustness figure”.
    pub kept: Option<&'static str>,
}

impl Room {
    /// Returns the name of the room in a link.
    pub fn key(self) -> &'static str {
        self.0
    }

    /// Returns the room of a name, if there is one among `rooms`.
    pub fn named(name: &str, rooms: &[RoomInfo]) -> Option<Self> {
        rooms.iter().map(|info| info.room).find(|room| room.key() == name)
    }
}
