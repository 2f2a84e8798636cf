//! Restoring a run from an exported file.

use super::{MANIFEST, comments, pdf, png, xml};
use serde_json::Value;
use std::io::Cursor;

/// The largest size of a decompressed manifest, in bytes.
const LARGEST: usize = 50_000_000;

/// Returns the manifest in a PNG, SVG, PDF, EPS, LaTeX, or CSV file of this lab, or the JSON if the file is JSON.
/// Returns `None` if there is none or it is damaged. The content of the JSON is not checked here.
pub fn manifest_of(file: &[u8]) -> Option<String> {
    let json = find(file)?;
    let whole = json.starts_with(['{', '[']) && serde_json::from_str::<Value>(&json).is_ok();
    whole.then_some(json)
}

/// Returns a file as the importer reads it: the manifest of an exported figure, any other file unchanged.
pub fn restore(file: Vec<u8>) -> Vec<u8> {
    match file.first() {
        Some(b'{' | b'[') => file,
        _ => manifest_of(&file).map_or(file, String::into_bytes),
    }
}

fn find(file: &[u8]) -> Option<String> {
    if file.starts_with(png::SIGNATURE) {
        return in_png(file);
    }
    if file.starts_with(b"%PDF-") {
        return in_pdf(file);
    }
    let text = str::from_utf8(file).ok()?.trim_start_matches('\u{feff}').trim();
    match text.chars().next()? {
        '{' | '[' => Some(text.into()),
        '<' => in_svg(text),
        '%' => comments::find(text, comments::PERCENT),
        _ => comments::find(text, comments::HASH),
    }
}

fn in_png(file: &[u8]) -> Option<String> {
    let mut reader = ::png::Decoder::new(Cursor::new(file)).read_info().ok()?;
    let find = |info: &::png::Info| {
        let mut text = info.utf8_text.iter().find(|text| text.keyword == MANIFEST)?.clone();
        // Other programs may have compressed it, too.
        text.decompress_text_with_limit(LARGEST).ok()?;
        text.get_text().ok()
    };
    // Other programs may have moved it behind the pixels.
    find(reader.info()).or_else(|| {
        reader.finish().ok()?;
        find(reader.info())
    })
}

fn in_pdf(file: &[u8]) -> Option<String> {
    let [begin, end] = pdf::MANIFEST.map(str::as_bytes);
    let start = position(file, begin)? + begin.len();
    let content = &file[start..];
    let content = str::from_utf8(&content[..position(content, end)?]).ok()?;
    xml::unescape(content)
}

fn in_svg(svg: &str) -> Option<String> {
    let (_, after) = svg.split_once(&format!("id=\"{MANIFEST}\""))?;
    let (_, content) = after.split_once('>')?;
    let (content, _) = content.split_once("</metadata")?;
    xml::unescape(content)
}

/// Returns the position of the first occurrence of a pattern.
fn position(bytes: &[u8], pattern: &[u8]) -> Option<usize> {
    bytes.windows(pattern.len()).position(|window| window == pattern)
}
