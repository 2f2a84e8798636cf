//! Decoding and resizing of one image file.

use super::archive::ArchiveError;
use png::{ColorType, Decoder, Limits, Transformations};
use std::io::Cursor;
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

/// Largest number of pixels of an image: 5,000 by 5,000.
const MOST: usize = 25_000_000;

/// The first bytes of a PNG file.
const PNG: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// Memory limit for decoding a PNG, besides its pixels, in bytes.
const PNG_MEMORY: usize = 64 << 20;

/// An image in red, green, and blue.
pub(super) struct Picture {
    width: usize,
    height: usize,
    /// Rows from the top, pixels from the left.
    pixels: Vec<[u8; 3]>,
}

impl Picture {
    /// Decodes a PNG or JPEG file if `admits` accepts its width and height, which are known before decoding.
    ///
    /// # Errors
    /// Returns [`ArchiveError::Size`] for too many pixels, [`ArchiveError::Pixels`] if `admits` refuses, and
    /// [`ArchiveError::Image`] if the file cannot be decoded.
    pub(super) fn decode(
        file: &str,
        bytes: &[u8],
        mut admits: impl FnMut(usize, usize) -> bool,
    ) -> Result<Self, ArchiveError> {
        let admits = |width: usize, height: usize| match width.checked_mul(height) {
            Some(pixels) if pixels <= MOST => match admits(width, height) {
                true => Ok(()),
                false => Err(ArchiveError::Pixels),
            },
            _ => Err(ArchiveError::Size { file: file.to_owned(), width, height, most: MOST }),
        };
        match bytes.starts_with(&PNG) {
            true => png(file, bytes, admits),
            false => jpeg(file, bytes, admits),
        }
    }

    /// Reduces the largest central square to `side` pixels a side. Each new pixel is the mean of the area that it
    /// covers.
    pub(super) fn reduced(&self, side: usize) -> Vec<u8> {
        let square = self.width.min(self.height);
        let [left, top] = [(self.width - square) / 2, (self.height - square) / 2];
        // In units of 1/side of an old pixel, a new pixel is `square` units wide and an old one `side` units.
        let shares: Vec<Vec<(usize, u64)>> = (0..side)
            .map(|place| {
                let (from, to) = (place * square, (place + 1) * square);
                let old = from / side..to.div_ceil(side);
                old.map(|old| (old, (to.min((old + 1) * side) - from.max(old * side)) as u64)).collect()
            })
            .collect();
        let area = (square * square) as u64;
        let mut reduced = Vec::with_capacity(side * side * 3);
        for rows in &shares {
            for columns in &shares {
                for channel in 0..3 {
                    let value = |row: usize, column: usize| {
                        u64::from(self.pixels[(top + row) * self.width + left + column][channel])
                    };
                    let row = |&(row, down): &(usize, u64)| {
                        down * columns
                            .iter()
                            .map(|&(column, across)| across * value(row, column))
                            .sum::<u64>()
                    };
                    let sum: u64 = rows.iter().map(row).sum();
                    reduced.push(((sum + area / 2) / area.max(1)) as u8);
                }
            }
        }
        reduced
    }
}

fn png(
    file: &str,
    bytes: &[u8],
    mut admits: impl FnMut(usize, usize) -> Result<(), ArchiveError>,
) -> Result<Picture, ArchiveError> {
    let wrong =
        |error: &dyn std::fmt::Display| ArchiveError::Image { file: file.into(), reason: error.to_string() };
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: PNG_MEMORY });
    decoder.set_transformations(Transformations::normalize_to_color8());
    decoder.set_ignore_text_chunk(true);
    decoder.set_ignore_iccp_chunk(true);
    let header = decoder.read_header_info().map_err(|error| wrong(&error))?;
    let [width, height] = [header.width as usize, header.height as usize];
    admits(width, height)?;
    let mut reader = decoder.read_info().map_err(|error| wrong(&error))?;
    let size = reader.output_buffer_size().ok_or_else(|| wrong(&"it is too large"))?;
    let mut values = vec![0; size];
    let frame = reader.next_frame(&mut values).map_err(|error| wrong(&error))?;
    let values = &values[..frame.buffer_size()];
    // Transparent pixels lie on black, the ground of most small data sets.
    let over_black = |value: u8, opacity: u8| (u16::from(value) * u16::from(opacity) / 255) as u8;
    let pixels = match frame.color_type {
        ColorType::Grayscale => values.iter().map(|&grey| [grey; 3]).collect(),
        ColorType::GrayscaleAlpha => {
            values.as_chunks().0.iter().map(|&[grey, opacity]| [over_black(grey, opacity); 3]).collect()
        }
        ColorType::Rgb => values.as_chunks().0.to_vec(),
        ColorType::Rgba => {
            let over = |&[red, green, blue, opacity]: &[u8; 4]| {
                [red, green, blue].map(|value| over_black(value, opacity))
            };
            values.as_chunks().0.iter().map(over).collect()
        }
        ColorType::Indexed => return Err(wrong(&"its palette is missing")),
    };
    whole(file, Picture { width, height, pixels })
}

fn jpeg(
    file: &str,
    bytes: &[u8],
    mut admits: impl FnMut(usize, usize) -> Result<(), ArchiveError>,
) -> Result<Picture, ArchiveError> {
    let wrong =
        |error: &dyn std::fmt::Display| ArchiveError::Image { file: file.into(), reason: error.to_string() };
    let side = usize::from(u16::MAX);
    let options = DecoderOptions::default()
        .set_max_width(side)
        .set_max_height(side)
        .jpeg_set_out_colorspace(ColorSpace::RGB);
    let mut decoder = JpegDecoder::new_with_options(Cursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| wrong(&error))?;
    let Some(header) = decoder.info() else { return Err(wrong(&"it has no header")) };
    let [width, height] = [usize::from(header.width), usize::from(header.height)];
    admits(width, height)?;
    let values = decoder.decode().map_err(|error| wrong(&error))?;
    whole(file, Picture { width, height, pixels: values.as_chunks().0.to_vec() })
}

/// Checks that the image has pixels and that none are missing.
fn whole(file: &str, picture: Picture) -> Result<Picture, ArchiveError> {
    let Picture { width, height, ref pixels } = picture;
    if pixels.is_empty() || pixels.len() != width * height {
        return Err(ArchiveError::Image { file: file.into(), reason: "pixels are missing".into() });
    }
    Ok(picture)
}
