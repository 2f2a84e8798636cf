//! PNG files: pixels as they are, for pictures within an SVG; and, on the command line, whole scenes painted
//! at a resolution that the file states.

#[cfg(feature = "cli")]
use super::svg;
#[cfg(feature = "cli")]
use crate::figure::Scene;

/// Why a PNG could not be written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PngError {
    /// The pixels do not fill the picture's columns and rows, or there are none.
    #[error("The picture's pixels could not be written as PNG: {0}.")]
    Pixels(#[from] ::png::EncodingError),
    /// More pixels than memory should be spent on, or not even one.
    #[cfg(feature = "cli")]
    #[error("A picture of {width} × {height} pixels cannot be painted. Choose another resolution.")]
    Size {
        /// Pixels in a row.
        width: f64,
        /// Number of rows.
        height: f64,
    },
    /// The scene's SVG could not be read back.
    #[cfg(feature = "cli")]
    #[error("The figure could not be painted: {0}.")]
    Svg(#[from] resvg::usvg::Error),
}

/// Writes `columns · rows` RGBA pixels as a PNG file, with a resolution in pixels per metre if given.
pub fn encode(
    columns: usize,
    rows: usize,
    pixels: &[u8],
    resolution: Option<u32>,
) -> Result<Vec<u8>, PngError> {
    let side = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
    let mut file = Vec::new();
    let mut encoder = ::png::Encoder::new(&mut file, side(columns), side(rows));
    encoder.set_color(::png::ColorType::Rgba);
    encoder.set_pixel_dims(resolution.map(|density| ::png::PixelDimensions {
        xppu: density,
        yppu: density,
        unit: ::png::Unit::Meter,
    }));
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(file)
}

/// Paints a scene as PNG at a resolution in dots per inch, which the file states. The letters keep their
/// size: a higher resolution gives more pixels, not a larger figure.
#[cfg(feature = "cli")]
pub fn write(scene: &Scene, dpi: f64) -> Result<Vec<u8>, PngError> {
    use resvg::tiny_skia::{Pixmap, Transform};
    use resvg::usvg::Tree;

    /// The most pixels a picture may have: 400 MB of memory.
    const MOST_PIXELS: f64 = 1e8;
    const POINTS_PER_INCH: f64 = 72.0;
    const INCHES_PER_METRE: f64 = 1.0 / 0.0254;

    let pixels = |points: f64| (points * dpi / POINTS_PER_INCH).round();
    let (width, height) = (pixels(scene.width), pixels(scene.height));
    let canvas = (width * height <= MOST_PIXELS).then(|| Pixmap::new(width as u32, height as u32)).flatten();
    let mut canvas = canvas.ok_or(PngError::Size { width, height })?;

    let tree = Tree::from_str(&svg::write(scene, None)?, &options())?;
    let (sx, sy) = (width as f32 / tree.size().width(), height as f32 / tree.size().height());
    resvg::render(&tree, Transform::from_scale(sx, sy), &mut canvas.as_mut());
    let (columns, rows) = (canvas.width() as usize, canvas.height() as usize);
    encode(columns, rows, &canvas.take_demultiplied(), Some((dpi * INCHES_PER_METRE).round() as u32))
}

/// How SVG is read for painting: all text in the two bundled faces, whatever is installed on the machine.
#[cfg(feature = "cli")]
pub fn options() -> resvg::usvg::Options<'static> {
    use crate::figure::font::BOLD_WEIGHT;
    use resvg::usvg::fontdb::{Database, ID};
    use resvg::usvg::{FontResolver, Options};

    let mut faces = Database::new();
    faces.load_font_data(include_bytes!("../../www/fonts/Inter-Regular.otf").to_vec());
    faces.load_font_data(include_bytes!("../../www/fonts/Inter-SemiBold.otf").to_vec());
    let regular_and_bold: Vec<ID> = faces.faces().map(|face| face.id).collect();
    let font_resolver = FontResolver {
        select_font: Box::new(move |font, _| {
            regular_and_bold.get(usize::from(font.weight() >= BOLD_WEIGHT)).copied()
        }),
        select_fallback: Box::new(|_, _, _| None),
    };
    Options { fontdb: faces.into(), font_resolver, ..Options::default() }
}
