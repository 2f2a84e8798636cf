//! Paints scenes as pixels on the command line; the page uses its canvas instead.

use super::{ExportError, Metadata, png, svg};
use crate::Scene;
use crate::font::BOLD_WEIGHT;
use crate::scene::Weight;
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::fontdb::{Database, ID};
use resvg::usvg::{FontResolver, Options, Tree};

/// The largest number of pixels in a picture: 400 MB of memory.
const MOST_PIXELS: f64 = 1e8;

const POINTS_PER_INCH: f64 = 72.0;

/// Paints a scene as a PNG file at a resolution in dots per inch.
pub fn paint(scene: &Scene, dpi: f64) -> Result<Vec<u8>, ExportError> {
    if !(dpi.is_finite() && dpi > 0.0) {
        return Err(ExportError::Resolution(dpi));
    }
    let pixels = |points: f64| (points * dpi / POINTS_PER_INCH).round();
    let (width, height) = (pixels(scene.width), pixels(scene.height));
    let canvas = (width * height <= MOST_PIXELS).then(|| Pixmap::new(width as u32, height as u32)).flatten();
    let mut canvas = canvas.ok_or(ExportError::Pixels { width, height })?;

    let tree = Tree::from_str(&svg::write(scene, &Metadata::new(scene, None))?, &options())?;
    let (sx, sy) = (width as f32 / tree.size().width(), height as f32 / tree.size().height());
    resvg::render(&tree, Transform::from_scale(sx, sy), &mut canvas.as_mut());
    let (columns, rows) = (canvas.width() as usize, canvas.height() as usize);
    png::encode(columns, rows, &canvas.take_demultiplied())
}

/// Returns the settings for reading SVG: all text uses the two bundled fonts, whatever is installed on the machine.
pub fn options() -> Options<'static> {
    let mut faces = Database::new();
    for weight in [Weight::Regular, Weight::Bold] {
        faces.load_font_data(super::face::opentype(weight).to_vec());
    }
    let regular_and_bold: Vec<ID> = faces.faces().map(|face| face.id).collect();
    let font_resolver = FontResolver {
        select_font: Box::new(move |font, _| {
            regular_and_bold.get(usize::from(font.weight() >= BOLD_WEIGHT)).copied()
        }),
        select_fallback: Box::new(|_, _, _| None),
    };
    Options { fontdb: faces.into(), font_resolver, ..Options::default() }
}
