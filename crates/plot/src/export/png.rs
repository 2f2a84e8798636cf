//! PNG files: writes pixels as they are, and adds metadata to files that other programs, such as the browser's canvas,
//! have made.

use super::{ExportError, MANIFEST, Metadata};
use crate::scene::Picture;

/// The first bytes of every PNG file.
pub(super) const SIGNATURE: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The end of the header, which is the first chunk: the signature, its length, type, 13 bytes, and checksum.
const HEADER_END: usize = 8 + 4 + 4 + 13 + 4;

const INCHES_PER_METRE: f64 = 1.0 / 0.0254;

/// Bytes per pixel: red, green, blue, alpha.
pub(super) const CHANNELS: usize = 4;

/// Writes `columns · rows` RGBA pixels as a PNG file. If all pixels are opaque, the file has no alpha channel, which
/// some journals reject.
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

/// Writes a picture as a PNG file.
pub(super) fn picture(picture: &Picture) -> Result<Vec<u8>, ExportError> {
    check(picture)?;
    encode(picture.columns, picture.rows, &picture.pixels)
}

/// Fails if a picture has no pixels or their number differs from `columns · rows`.
pub(super) fn check(picture: &Picture) -> Result<(), ExportError> {
    let Picture { columns, rows, ref pixels, .. } = *picture;
    let bytes = columns.checked_mul(rows).and_then(|pixels| pixels.checked_mul(CHANNELS));
    if pixels.is_empty() || bytes != Some(pixels.len()) {
        return Err(ExportError::Picture { columns, rows, bytes: pixels.len() });
    }
    Ok(())
}

/// Adds a resolution in dots per inch (`pHYs`), and the texts and the manifest (`iTXt`), to a PNG file that has none of
/// them. The pixels stay unchanged.
///
/// Fails if `file` is not a PNG file or `dpi` is not a finite number above zero.
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
            // After the keyword: not compressed, no language, no translated keyword. Text must not contain a NUL.
            let text = text.replace('\0', "");
            push_chunk(&mut stamped, b"iTXt", &[keyword, "\0\0\0\0\0", &text].concat().into_bytes())?;
        }
    }
    stamped.extend_from_slice(rest);
    Ok(stamped)
}

/// Appends a chunk: its length, its type, its data, and the checksum of type and data.
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
