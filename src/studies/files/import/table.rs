//! JSON of any form as tables: single values by their path, lists as rows. What comes out is never larger
//! than a small multiple of the file.

use super::catalogue;
use crate::kit::import::json::excerpt;
use crate::kit::record::Manifest;
use crate::kit::record::table::{Grid, Table};
use serde_json::{Map, Value};
use std::collections::HashMap;

/// More rows than anyone reads; the others are counted.
const MOST_ROWS: usize = 10_000;

/// More columns than a table can show.
const MOST_COLUMNS: usize = 100;

/// More tables than a file has for a reader.
const MOST_GRIDS: usize = 100;

/// Lists of up to this many single values stand in one cell.
const SHORT_LIST: usize = 12;

/// Rows of objects make a table only if this share of its cells would be filled; below it, keys that differ
/// from row to row would make it far larger than the file.
const LEAST_FILLED: f64 = 0.1;

/// Characters of a key, and those from which on a path grows no longer.
const LONGEST_PATH: usize = 200;

/// Characters of the text in a cell.
const LONGEST_TEXT: usize = 400;

/// The table of a file; `None` if it holds nothing to show: a single value, or an empty list or object.
pub(crate) fn read(value: &Value, file: &str) -> Option<Table> {
    match value {
        Value::Array(items) if !items.is_empty() => {}
        Value::Object(object) if !object.is_empty() => {}
        _ => return None,
    }
    let mut tables = Tables::default();
    tables.visit("", value);
    let (title, provenance, sentence) = match catalogue::look_up(value) {
        Some(entry) => (entry.title.into(), entry.provenance, entry.sentence),
        None => {
            let (provenance, sentence) = catalogue::stated(value);
            (format!("Table of “{}”", excerpt(file)), provenance, sentence)
        }
    };
    let manifest = Manifest::new(vec![file.into()], sentence);
    Some(Table { provenance, manifest, title, grids: tables.into_grids() })
}

/// Tables as they are found.
#[derive(Default)]
struct Tables {
    /// Path and value of what stands alone.
    singles: Vec<Vec<String>>,
    /// Singles beyond [`MOST_ROWS`].
    omitted: u64,
    grids: Vec<Grid>,
}

impl Tables {
    /// Takes a value in: as a table of its own if it has rows, otherwise part by part.
    fn visit(&mut self, path: &str, value: &Value) {
        if self.grids.len() < MOST_GRIDS
            && let Some(Rows { grid, inner }) = rows(path, value)
        {
            self.grids.push(grid);
            inner.into_iter().for_each(|(path, value)| self.visit(&path, value));
            return;
        }
        match value {
            Value::Object(object) if !object.is_empty() => {
                object.iter().for_each(|(key, value)| self.visit(&join(path, key), value));
            }
            Value::Array(items) if items.iter().any(Value::is_object) => {
                let items = items.iter().enumerate();
                items.for_each(|(index, item)| self.visit(&join(path, &(index + 1).to_string()), item));
            }
            _ => self.single(path, value),
        }
    }

    fn single(&mut self, path: &str, value: &Value) {
        if self.singles.len() < MOST_ROWS {
            self.singles.push(vec![path.into(), text(value)]);
        } else {
            self.omitted += 1;
        }
    }

    /// The single values first, then the lists.
    fn into_grids(self) -> Vec<Grid> {
        let Tables { singles, omitted, grids } = self;
        let columns = ["Key", "Value"].map(String::from).into();
        let singles = Grid { heading: "Values".into(), columns, rows: singles, omitted };
        let singles = (!singles.rows.is_empty()).then_some(singles);
        singles.into_iter().chain(grids).collect()
    }
}

/// A table, and what is too large for its cells, by path.
struct Rows<'value> {
    grid: Grid,
    inner: Vec<(String, &'value Value)>,
}

/// A value that has rows, as a table: a list that is too long for a cell, or an object of like objects.
fn rows<'value>(path: &str, value: &'value Value) -> Option<Rows<'value>> {
    match value {
        Value::Array(items) if !items.is_empty() && items.iter().all(Value::is_object) => {
            let numbered = items.iter().enumerate().map(|(index, item)| ((index + 1).to_string(), item));
            objects(path, "#", numbered.collect())
        }
        Value::Array(items) if !is_short(items) && !items.iter().any(Value::is_object) => {
            Some(list(path, items))
        }
        Value::Object(object) if are_alike(object) => {
            objects(path, "Key", object.iter().map(|(key, item)| (start_of(key), item)).collect())
        }
        _ => None,
    }
}

/// Whether the values of an object are objects with the same keys.
fn are_alike(object: &Map<String, Value>) -> bool {
    let mut entries = object.values().map(Value::as_object);
    let Some(Some(first)) = entries.next() else { return false };
    let is_like = |entry: &Map<String, Value>| {
        entry.len() == first.len() && entry.keys().all(|key| first.contains_key(key))
    };
    object.len() > 1 && !first.is_empty() && entries.all(|entry| entry.is_some_and(is_like))
}

/// A table of objects: a column for every key, those of inner objects joined by dots. `None` if few cells
/// would be filled.
fn objects<'value>(path: &str, heading: &str, items: Vec<(String, &'value Value)>) -> Option<Rows<'value>> {
    let mut columns: Vec<String> = vec![heading.into()];
    let mut places: HashMap<String, usize> = HashMap::new();
    let mut found: Vec<Vec<(usize, String)>> = Vec::new();
    let mut inner = Vec::new();
    let (mut filled, count) = (0usize, items.len());
    for (name, item) in items.into_iter().take(MOST_ROWS) {
        let mut cells = Vec::new();
        for (key, value) in leaves(item) {
            if is_large(value) {
                inner.push((join(&join(path, &name), &key), value));
            }
            let place = *places.entry(key).or_insert_with_key(|key| {
                columns.push(key.clone());
                columns.len() - 1
            });
            cells.push((place, text(value)));
        }
        cells.push((0, name));
        filled += cells.len();
        found.push(cells);
    }
    let cells = found.len() * columns.len();
    if columns.len() > MOST_COLUMNS || (filled as f64) < LEAST_FILLED * cells as f64 {
        return None;
    }
    let rows = found.into_iter().map(|cells| {
        let mut row = vec![String::new(); columns.len()];
        cells.into_iter().for_each(|(place, text)| row[place] = text);
        row
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let omitted = (count - rows.len()) as u64;
    Some(Rows { grid: Grid { heading: heading_of(path), columns, rows, omitted }, inner })
}

/// The values of an object by their path, those of inner objects too; anything else is a value of its own.
fn leaves(item: &Value) -> Vec<(String, &Value)> {
    fn collect<'value>(path: &str, value: &'value Value, leaves: &mut Vec<(String, &'value Value)>) {
        match value {
            Value::Object(object) if !object.is_empty() => {
                object.iter().for_each(|(key, value)| collect(&join(path, key), value, leaves));
            }
            _ => leaves.push((if path.is_empty() { "Value".into() } else { path.into() }, value)),
        }
    }
    let mut found = Vec::new();
    collect("", item, &mut found);
    found
}

/// A table of a list: numbered rows, and a column for each value of its inner lists if they are equally
/// long.
fn list<'value>(path: &str, items: &'value [Value]) -> Rows<'value> {
    let width = items.first().and_then(Value::as_array).map_or(0, Vec::len);
    let is_matrix = (1..MOST_COLUMNS).contains(&width)
        && items.iter().all(|item| item.as_array().is_some_and(|row| row.len() == width));
    let mut columns = vec!["#".to_owned()];
    match is_matrix {
        true => columns.extend((1..=width).map(|column| column.to_string())),
        false => columns.push("Value".into()),
    }
    let mut inner = Vec::new();
    let mut rows = Vec::new();
    for (index, item) in items.iter().take(MOST_ROWS).enumerate() {
        let number = (index + 1).to_string();
        let cells = if is_matrix {
            item.as_array().map_or(&[][..], Vec::as_slice)
        } else {
            std::slice::from_ref(item)
        };
        let large = cells.iter().filter(|cell| is_large(cell));
        inner.extend(large.map(|cell| (join(path, &number), cell)));
        rows.push(std::iter::once(number).chain(cells.iter().map(text)).collect());
    }
    let omitted = (items.len() - rows.len()) as u64;
    Rows { grid: Grid { heading: heading_of(path), columns, rows, omitted }, inner }
}

/// Whether a list fits in a cell: few values and inner lists, and no objects.
fn is_short(items: &[Value]) -> bool {
    fn is_within(items: &[Value], left: &mut usize) -> bool {
        items.iter().all(|item| {
            let fits = *left > 0;
            *left = left.saturating_sub(1);
            fits && match item {
                Value::Array(inner) => is_within(inner, left),
                item => !item.is_object(),
            }
        })
    }
    let mut left = SHORT_LIST;
    is_within(items, &mut left)
}

/// Whether a value has parts that do not fit in a cell.
fn is_large(value: &Value) -> bool {
    match value {
        Value::Array(items) => !is_short(items),
        Value::Object(object) => !object.is_empty(),
        _ => false,
    }
}

fn heading_of(path: &str) -> String {
    if path.is_empty() { "Rows".into() } else { path.into() }
}

/// A key, cut where it gets long.
fn start_of(key: &str) -> String {
    key.chars().take(LONGEST_PATH).collect()
}

/// A path and one more key, cut where it gets long.
fn join(path: &str, key: &str) -> String {
    let key = start_of(key);
    match path {
        "" => key,
        path if path.len() > LONGEST_PATH => path.into(),
        path => format!("{path}.{key}"),
    }
}

/// A value as the text of a cell: short lists in full, everything else that has parts by what it is.
fn text(value: &Value) -> String {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Array(items) if is_short(items) => items.iter().map(self::text).collect::<Vec<_>>().join(", "),
        Value::Array(_) | Value::Object(_) => crate::kit::import::json::describe(value),
        single => single.to_string(),
    };
    if text.len() <= LONGEST_TEXT { text } else { text.chars().take(LONGEST_TEXT).collect() }
}
