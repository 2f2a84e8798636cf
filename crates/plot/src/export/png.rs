//! PNG files: pixels as they are, and what a file says besides them, put into files that other programs, such
//! as the browser's canvas, have made.

use super::{ExportError, MANIFEST, Metadata};
use crate::scene::Picture;

/// What a PNG file begins with.
pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Where the first chunk, the header, ends: the signature, its length, type, 13 bytes and check sum.
const HEADER_END: usize = 8 + 4 + 4 + 13 + 4;

const INCHES_PER_METRE: f64 = 1.0 / 0.0254;

/// Bytes of a pixel: red, green, blue, alpha.
pub(super) const CHANNELS: usize = 4;

/// Writes `columns · rows` RGBA pixels as a PNG file; without its alpha channel, which some journals reject,
/// where all pixels are opaque.
pub fn encode(columns: usize, rows: usize, pixels: &[u8]) -> Result<Vec<u8>, ExportError> {
    let side = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let mut file = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut file, side(columns), side(rows));
    let mut opaque = Vec::new();
    let content = if pixels.chunks_exact(CHANNELS).all(|pixel| pixel[3] == u8::MAX) {
        encoder.set_color(::png::ColorType::Rgb);
        opaque.extend(pixels.chunks_exact(CHANNELS).flat_map(|pixel| &pixel[..3]));
        &opaque
    } else {
        encoder.set_color(::png::ColorType::Rgba);
        pixels
    };
    let mut writer = encoder.write_header()?;
    writer.write_image_data(content)?;
    writer.finish()?;
    Ok(file)
}

/// A picture as a PNG file.
pub(super) fn picture(picture: &Picture) -> Result<Vec<u8>, ExportError> {
    check(picture)?;
    encode(picture.columns, picture.rows, &picture.pixels)
}

/// Fails where a picture's pixels do not fill its columns and rows, or where there are none.
pub(super) fn check(picture: &Picture) -> Result<(), ExportError> {
    let Picture { columns, rows, ref pixels, .. } = *picture;
    let bytes = columns.checked_mul(rows).and_then(|pixels| pixels.checked_mul(CHANNELS));
    if pixels.is_empty() || bytes != Some(pixels.len()) {
        return Err(ExportError::Picture { columns, rows, bytes: pixels.len() });
    }
    Ok(())
}

/// Puts a resolution in dots per inch (`pHYs`), the words and the manifest (`iTXt`) into a PNG file that has
/// none of them, and leaves its pixels as they are.
pub fn stamp(file: &[u8], dpi: f64, metadata: &Metadata) -> Result<Vec<u8>, ExportError> {
    if !file.starts_with(SIGNATURE) || file.len() < HEADER_END {
        return Err(ExportError::NotPng);
    }
    if !(dpi.is_finite() && dpi > 0.0) {
        return Err(ExportError::Resolution(dpi));
    }
    let (header, rest) = file.split_at(HEADER_END);
    let mut stamped = header.to_vec();
    let density = ((dpi * INCHES_PER_METRE).round() as u32).to_be_bytes();
    const METRE: u8 = 1;
    push_chunk(&mut stamped, b"pHYs", &[&density[..], &density, &[METRE]].concat())?;
    let texts = [
        ("Title", Some(metadata.title)),
        ("Description", Some(metadata.description)),
        ("Software", Some(super::APPLICATION)),
        (MANIFEST, metadata.manifest),
    ];
    for (keyword, text) in texts {
        if let Some(text) = text {
            // After the keyword: not compressed, no language, no translated keyword. No text holds a NUL.
            let text = text.replace('\0', "");
            push_chunk(&mut stamped, b"iTXt", &[keyword, "\0\0\0\0\0", &text].concat().into_bytes())?;
        }
    }
    stamped.extend_from_slice(rest);
    Ok(stamped)
}

/// Adds a chunk: its length, its type, its data, and the check sum of type and data.
fn push_chunk(file: &mut Vec<u8>, kind: &[u8; 4], data: &[u8]) -> Result<(), ExportError> {
    let length = i32::try_from(data.len()).map_err(|_| ::png::EncodingError::LimitsExceeded)?;
    let start = file.len() + size_of_val(&length);
    file.extend(length.to_be_bytes());
    file.extend(kind);
    file.extend(data);
    let check_sum = crc32fast::hash(&file[start..]);
    file.extend(check_sum.to_be_bytes());
    Ok(())
}
