//! The permalink: a room and its config in the fragment of the URL, `#/resolvent?v=1&sites=512`.
//!
//! The config's own serde form is the schema: every key of its default can stand in the link, and those that
//! equal the default are left out. The version is raised when a key changes its meaning.

use super::room::{Room, RoomInfo};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// The version of links this build writes, and the only one there has been.
pub const VERSION: u32 = 1;

/// What is escaped in a value: what would end it, or not survive being pasted.
const ESCAPED: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'#').add(b'%').add(b'&').add(b'+').add(b'<').add(b'>').add(b'`');

/// A link that cannot be followed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// Made by a version of the lab that this one does not know.
    #[error(
        "This link has version {0}; this lab reads version {VERSION}. It was probably made by a newer lab: open it there, or start from what is shown."
    )]
    Version(String),
    /// No such room.
    #[error("This link leads to “{0}”, a room this lab does not have. Choose one above.")]
    Room(String),
    /// A value that the config cannot take.
    #[error("This link sets {key} to “{value}”, which is not possible here. Nothing was changed.")]
    Value {
        /// The key in the link.
        key: String,
        /// Its value.
        value: String,
    },
}

/// A link taken apart: the room and what it sets there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it leads.
    pub room: Room,
    /// Keys and values, decoded, in order.
    pub settings: Vec<(String, String)>,
}

/// A config restored from a link.
#[derive(Debug, Clone, PartialEq)]
pub struct Restored<Config> {
    /// The config: the default with the link's settings.
    pub config: Config,
    /// Keys the config does not have, for the reader to know of.
    pub unknown: Vec<String>,
}

/// The fragment that leads to a room with its default config.
pub fn to_room(room: Room) -> String {
    format!("#/{}?v={VERSION}", room.key())
}

/// The fragment that restores a config, beginning with `#`.
pub fn to_fragment<Config: Serialize + Default>(room: Room, config: &Config) -> String {
    to_room(room) + &settings(config)
}

/// What is appended to a fragment so that it restores this besides.
pub fn settings<Config: Serialize + Default>(config: &Config) -> String {
    differences(fields(config), &fields(&Config::default()))
}

/// The fields that differ from the default's, as a link shows them.
fn differences(fields: Map<String, Value>, default: &Map<String, Value>) -> String {
    let mut settings = String::new();
    for (key, value) in fields {
        if default.get(&key) != Some(&value) {
            settings.push_str(&format!("&{key}={}", utf8_percent_encode(&to_text(&value), ESCAPED)));
        }
    }
    settings
}

/// Parses a fragment that leads to one of `rooms`. An empty fragment leads to `first`.
pub fn parse(fragment: &str, rooms: &[RoomInfo], first: Room) -> Result<Link, LinkError> {
    let path = fragment.trim_start_matches('#').trim_start_matches('/');
    if path.is_empty() {
        return Ok(Link { room: first, settings: vec![] });
    }
    let (name, query) = path.split_once('?').unwrap_or((path, ""));
    let mut settings: Vec<(String, String)> = Vec::new();
    for setting in query.split('&').filter(|setting| !setting.is_empty()) {
        let (key, value) = setting.split_once('=').unwrap_or((setting, ""));
        settings.push((key.into(), percent_decode_str(value).decode_utf8_lossy().into_owned()));
    }
    let version = settings.iter().position(|(key, _)| key == "v").map(|index| settings.remove(index).1);
    if let Some(version) = version.filter(|version| *version != VERSION.to_string()) {
        return Err(LinkError::Version(version.chars().take(20).collect()));
    }
    let room = Room::named(name, rooms).ok_or_else(|| LinkError::Room(name.chars().take(40).collect()))?;
    Ok(Link { room, settings })
}

impl Link {
    /// The config the link describes.
    pub fn restore<Config: Serialize + DeserializeOwned + Default>(
        &self,
    ) -> Result<Restored<Config>, LinkError> {
        let mut config = fields(&Config::default());
        let possible = |config: &Map<String, Value>| of_fields::<Config>(config).is_some();
        let unknown = self.set(&mut config, &possible)?;
        let config = of_fields(&config).unwrap_or_default();
        Ok(Restored { config, unknown })
    }

    /// Sets the fields that the link names as long as they are possible; hands back the keys that are none of them.
    // Not generic, because the page holds one copy of what is for every config.
    fn set(
        &self,
        config: &mut Map<String, Value>,
        possible: &dyn Fn(&Map<String, Value>) -> bool,
    ) -> Result<Vec<String>, LinkError> {
        let mut unknown = Vec::new();
        for (key, text) in &self.settings {
            let Some(slot) = config.get_mut(key) else {
                unknown.push(key.clone());
                continue;
            };
            let error = || LinkError::Value { key: key.clone(), value: text.chars().take(60).collect() };
            *slot = from_text(slot, text).ok_or_else(error)?;
            // Each setting is tried alone, so that the error names the one that is wrong.
            if !possible(config) {
                return Err(error());
            }
        }
        Ok(unknown)
    }
}

/// The fields of a config as JSON; by way of its text, as it travels: a config is written and read in one way only, the
/// code of which is large.
fn fields<Config: Serialize>(config: &Config) -> Map<String, Value> {
    let text = serde_json::to_string(config).ok();
    text.and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// The inverse of [`fields`]; `None` where the fields make no config.
fn of_fields<Config: DeserializeOwned>(fields: &Map<String, Value>) -> Option<Config> {
    let text = serde_json::to_string(fields).ok()?;
    serde_json::from_str(&text).ok()
}

/// A field as the link shows it: lists separated by commas, text bare.
fn to_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(to_text).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

/// The inverse of [`to_text`] for a field of the same kind as `like`.
fn from_text(like: &Value, text: &str) -> Option<Value> {
    match like {
        Value::String(_) => Some(Value::String(text.into())),
        Value::Array(_) if text.is_empty() => Some(Value::Array(vec![])),
        Value::Array(_) => text
            .split(',')
            .map(|item| serde_json::from_str(item).ok())
            .collect::<Option<_>>()
            .map(Value::Array),
        _ => serde_json::from_str(text).ok(),
    }
}
