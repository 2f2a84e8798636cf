//! Scenes as PDF, through krilla: real text in an embedded subset of the face, true transparency.

use super::{APPLICATION, ExportError, Metadata, face, png};
use crate::figure::scene::{Color, Command, Picture, Point, Scene, Stroke, Text, Weight};
use face::Face;
use krilla::color::rgb;
use krilla::configure::{ConfigurationBuilder, PdfVersion};
use krilla::geom::{Path, PathBuilder, Size, Transform};
use krilla::image::Image;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, LineJoin, StrokeDash};
use krilla::surface::Surface;
use krilla::text::{Font, GlyphId, KrillaGlyph};
use krilla::{Document, SerializeSettings, geom, paint};

/// The newest version that pdfLaTeX includes without a warning; transparency came with 1.4.
const VERSION: PdfVersion = PdfVersion::Pdf15;

/// How far the handles of four Bézier curves lie from their ends, in radii, for the curves to be a circle
/// within 0.03 % of the radius: 4 (√2 − 1) / 3.
const CIRCLE_HANDLE: f32 = 0.552_284_8;

/// Writes a scene as a PDF of one page. There is no date in it, and its identifier is made from its content,
/// so that the same scene gives the same bytes.
pub(super) fn write(scene: &Scene, metadata: &Metadata) -> Result<Vec<u8>, ExportError> {
    let (width, height) = (scene.width, scene.height);
    let page = PageSettings::from_wh(width as f32, height as f32);
    let page = page.ok_or(ExportError::Size { width, height })?;
    let configuration = ConfigurationBuilder::new().with_version(VERSION).finish();
    let configuration = configuration.map_err(|error| ExportError::Pdf(format!("{error:?}")))?;
    let mut document = Document::new_with(SerializeSettings { configuration, ..Default::default() });
    document.set_metadata(properties(metadata));

    let mut page = document.start_page_with(page);
    let mut surface = page.surface();
    let mut painter = Painter {
        surface: &mut surface,
        regular: Letters::new(Weight::Regular)?,
        bold: Letters::new(Weight::Bold)?,
    };
    scene.commands.iter().try_for_each(|command| painter.paint(command))?;
    surface.finish();
    page.finish();
    document.finish().map_err(|error| ExportError::Pdf(error.to_string()))
}

/// What the file says of itself. The manifest stands among the keywords: PDF has no other place for it that
/// every program keeps and no preflight objects to.
fn properties(metadata: &Metadata) -> krilla::metadata::Metadata {
    krilla::metadata::Metadata::new()
        .title(metadata.title.into())
        .description(metadata.description.into())
        .creator(APPLICATION.into())
        .producer("krilla".into())
        .language("en".into())
        .keywords(metadata.manifest.map(String::from).into_iter().collect())
}

/// One weight of the face, to look letters up and to set them.
struct Letters {
    face: Face,
    font: Font,
}

impl Letters {
    fn new(weight: Weight) -> Result<Self, ExportError> {
        let font = Font::new(face::opentype(weight).into(), 0);
        let font = font.ok_or(ttf_parser::FaceParsingError::MalformedFont)?;
        Ok(Letters { face: Face::new(weight)?, font })
    }
}

struct Painter<'a, 'page> {
    surface: &'a mut Surface<'page>,
    regular: Letters,
    bold: Letters,
}

impl Painter<'_, '_> {
    fn paint(&mut self, command: &Command) -> Result<(), ExportError> {
        match command {
            Command::Line { points, stroke } => self.draw(polygon(points, false), None, Some(stroke)),
            Command::Area { points, fill, outline } => {
                self.draw(polygon(points, true), *fill, outline.as_ref());
            }
            Command::Circle { center, radius, fill, outline } => {
                self.draw(circle(*center, *radius), *fill, outline.as_ref());
            }
            Command::Text(text) => self.text(text),
            Command::Picture(picture) => return self.picture(picture),
        }
        Ok(())
    }

    /// Fills a path, then draws its outline; one without extent is nothing. Both in one operation would be
    /// shorter, but viewers differ where their opacities do.
    fn draw(&mut self, path: Option<Path>, fill: Option<Color>, outline: Option<&Stroke>) {
        let Some(path) = path else { return };
        if let Some(color) = fill {
            self.surface.set_stroke(None);
            self.surface.set_fill(Some(filled(color)));
            self.surface.draw_path(&path);
        }
        if let Some(stroke) = outline {
            self.surface.set_fill(None);
            self.surface.set_stroke(Some(stroked(stroke)));
            self.surface.draw_path(&path);
        }
    }

    fn text(&mut self, text: &Text) {
        let Letters { face, font } = match text.weight {
            Weight::Regular => &self.regular,
            Weight::Bold => &self.bold,
        };
        let glyph = |letter: face::Letter| {
            let id = GlyphId::new(letter.glyph.0.into());
            KrillaGlyph::new(id, letter.advance as f32, 0.0, 0.0, 0.0, letter.bytes, None)
        };
        let glyphs: Vec<KrillaGlyph> = face.letters(text).into_iter().map(glyph).collect();
        let font = font.clone();
        let (x, y) = (text.at.x as f32, text.at.y as f32);
        // Counter-clockwise on a page whose y runs downward.
        let turn = Transform::from_rotate_at(-90.0 * f32::from(text.quarter_turns), x, y);
        let start = geom::Point::from_xy(x + face::start(text) as f32, y);
        self.surface.push_transform(&turn);
        self.surface.set_fill(Some(filled(text.color)));
        self.surface.set_stroke(None);
        self.surface.draw_glyphs(start, &glyphs, font, &text.content, text.size as f32, false);
        self.surface.pop();
    }

    fn picture(&mut self, picture: &Picture) -> Result<(), ExportError> {
        png::check(picture)?;
        let (Picture { at, columns, rows, .. }, pixels) = (picture, picture.pixels.to_vec());
        let size = Size::from_wh(picture.width as f32, picture.height as f32);
        // A picture without extent is nothing.
        if let (Some(size), Ok(columns), Ok(rows)) = (size, (*columns).try_into(), (*rows).try_into()) {
            self.surface.push_transform(&Transform::from_translate(at.x as f32, at.y as f32));
            self.surface.draw_image(Image::from_rgba8(pixels, columns, rows), size);
            self.surface.pop();
        }
        Ok(())
    }
}

fn polygon(points: &[Point], closed: bool) -> Option<Path> {
    let mut path = PathBuilder::new();
    let (first, others) = points.split_first()?;
    path.move_to(first.x as f32, first.y as f32);
    for point in others {
        path.line_to(point.x as f32, point.y as f32);
    }
    if closed {
        path.close();
    }
    path.finish()
}

fn circle(center: Point, radius: f64) -> Option<Path> {
    let (x, y, radius) = (center.x as f32, center.y as f32, radius as f32);
    let handle = CIRCLE_HANDLE * radius;
    let mut path = PathBuilder::new();
    path.move_to(x + radius, y);
    path.cubic_to(x + radius, y + handle, x + handle, y + radius, x, y + radius);
    path.cubic_to(x - handle, y + radius, x - radius, y + handle, x - radius, y);
    path.cubic_to(x - radius, y - handle, x - handle, y - radius, x, y - radius);
    path.cubic_to(x + handle, y - radius, x + radius, y - handle, x + radius, y);
    path.close();
    path.finish()
}

fn filled(color: Color) -> Fill {
    let opacity = opacity(color);
    Fill { paint: rgb::Color::new(color.red, color.green, color.blue).into(), opacity, ..Fill::default() }
}

fn stroked(stroke: &Stroke) -> paint::Stroke {
    let Color { red, green, blue, .. } = stroke.color;
    let array: Vec<f32> = stroke.dash.iter().map(|&length| length as f32).collect();
    paint::Stroke {
        paint: rgb::Color::new(red, green, blue).into(),
        width: stroke.width as f32,
        line_join: LineJoin::Round,
        opacity: opacity(stroke.color),
        dash: (!array.is_empty()).then_some(StrokeDash { array, offset: 0.0 }),
        ..paint::Stroke::default()
    }
}

fn opacity(color: Color) -> NormalizedF32 {
    NormalizedF32::new(color.alpha as f32).unwrap_or(NormalizedF32::ONE)
}
