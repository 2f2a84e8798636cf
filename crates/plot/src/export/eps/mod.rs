//! Scenes as Encapsulated PostScript, level 3: no transparency, text as outlines, ASCII only.

mod flatten;

use super::face;
use super::face::Face;
use super::{APPLICATION, ExportError, Metadata, comments, number, png};
use crate::Scene;
use crate::scene::{Color, Picture, Point, Stroke, Text, Weight};
use flatten::{Coat, Paint, Shape};
use miniz_oxide::deflate::compress_to_vec_zlib;
use std::collections::BTreeMap;
use ttf_parser::{GlyphId, OutlineBuilder};

/// Short names for frequent operators. `t` takes x, y, angle, and scale of a text, leaves the previous matrix on the
/// stack, and sets font units with y upward; `j` moves to the next letter; `e` ends the text.
const PROLOG: &str = "\
%%BeginProlog
/bklab 500 dict def bklab begin
/m /moveto load def /l /lineto load def /c /curveto load def /h /closepath load def
/f /fill load def /s /stroke load def /k /setrgbcolor load def
/w /setlinewidth load def /d {0 setdash} bind def /o {0 360 arc closepath} bind def
/t {matrix currentmatrix 5 1 roll 4 2 roll translate exch rotate dup neg scale} bind def
/j {0 translate} bind def /e /setmatrix load def
";

/// The compression level of pictures, 0 to 10: the default.
const COMPRESSION: u8 = 6;

/// Bytes per line of hexadecimal digits.
const BYTES_IN_LINE: usize = 100;

/// The longest title, in characters; the document structuring conventions allow lines of 255.
const LONGEST_TITLE: usize = 200;

/// Writes a scene as EPS with its lower left corner at the origin. Translucent pixels of pictures are mixed with white.
pub(super) fn write(scene: &Scene, metadata: &Metadata) -> Result<Vec<u8>, ExportError> {
    let (width, height) = (scene.width, scene.height);
    let (wide, high) = (number(width), number(height));
    // The size in whole points that contains the figure; fractions that `number` rounds away do not count.
    let whole = |length: f64| (length - 0.0005).ceil();
    let mut writer = Writer {
        body: String::new(),
        regular: Face::new(Weight::Regular)?,
        bold: Face::new(Weight::Bold)?,
        glyphs: BTreeMap::new(),
    };
    flatten::of(scene).iter().try_for_each(|coat| writer.coat(coat))?;

    let title: String = metadata.title.chars().map(|c| if c.is_ascii_graphic() { c } else { ' ' }).collect();
    let mut eps = format!(
        "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 {} {}\n%%HiResBoundingBox: 0 0 {wide} {high}\n\
         %%Title: {}\n%%Creator: {APPLICATION}\n%%LanguageLevel: 3\n%%DocumentData: Clean7Bit\n%%EndComments\n",
        whole(width),
        whole(height),
        title.chars().take(LONGEST_TITLE).collect::<String>(),
    );
    eps += &metadata.manifest.map(|json| comments::write(json, comments::PERCENT)).unwrap_or_default();
    eps += PROLOG;
    eps.extend(writer.glyphs.into_values());
    eps += &format!("%%EndProlog\ngsave 0 {high} translate 1 -1 scale 1 setlinejoin\n");
    eps += &writer.body;
    eps += "grestore end showpage\n%%EOF\n";
    Ok(eps.into_bytes())
}

struct Writer {
    body: String,
    regular: Face,
    bold: Face,
    /// The procedures of the glyphs met so far.
    glyphs: BTreeMap<String, String>,
}

impl Writer {
    fn coat(&mut self, coat: &Coat) -> Result<(), ExportError> {
        if !coat.windows.is_empty() {
            self.body += "gsave\n";
        }
        for window in &coat.windows {
            self.path(window);
            if let Some(stroke) = window.stroke() {
                self.pen(stroke);
                self.body += "strokepath ";
            }
            self.body += "clip newpath\n";
        }
        match &coat.paint {
            Paint::Flat(color) => {
                self.path(&coat.shape);
                let [red, green, blue] =
                    [color.red, color.green, color.blue].map(|c| number(f64::from(c) / 255.0));
                self.body += &format!("{red} {green} {blue} k ");
                match coat.shape.stroke() {
                    Some(stroke) => {
                        self.pen(stroke);
                        self.body += "s\n";
                    }
                    None => self.body += "f\n",
                }
            }
            Paint::Pixels(picture, veils) => self.picture(picture, veils)?,
        }
        if !coat.windows.is_empty() {
            self.body += "grestore\n";
        }
        Ok(())
    }

    /// Makes a shape the current path; for a stroke, the line that is stroked.
    fn path(&mut self, shape: &Shape) {
        match *shape {
            Shape::Line(points, _) => self.points(points),
            Shape::Polygon(points) | Shape::Border(points, _) => {
                self.points(points);
                self.body += "h ";
            }
            Shape::Disc(center, radius) | Shape::Ring(center, radius, _) => {
                let [x, y, radius] = [center.x, center.y, radius].map(number);
                self.body += &format!("{x} {y} {radius} o ");
            }
            Shape::Letters(text) => self.letters(text),
            Shape::Frame(_) => {}
        }
    }

    fn points(&mut self, points: &[Point]) {
        for (index, point) in points.iter().enumerate() {
            let operator = if index == 0 { "m" } else { "l" };
            self.body += &format!("{} {} {operator}\n", number(point.x), number(point.y));
        }
    }

    fn pen(&mut self, stroke: &Stroke) {
        let dash: Vec<String> = stroke.dash.iter().map(|&length| number(length)).collect();
        self.body += &format!("{} w [{}] d ", number(stroke.width), dash.join(" "));
    }

    fn letters(&mut self, text: &Text) {
        let (initial, face) = match text.weight {
            Weight::Regular => ('R', &self.regular),
            Weight::Bold => ('B', &self.bold),
        };
        let units = face.units_per_em();
        // Counterclockwise, with y downward.
        let angle = -90 * i32::from(text.quarter_turns);
        let (x, y, scale) = (number(text.at.x), number(text.at.y), text.size / units);
        let start = number(face::start(text) / scale);
        self.body += &format!("{x} {y} {angle} {scale:.7} t {start} j\n");
        for letter in face.letters(text) {
            let name = format!("{initial}{}", letter.glyph.0);
            let advance = number(letter.advance * units);
            self.body += &format!("{name} {advance} j\n");
            self.glyphs.entry(name).or_insert_with_key(|name| procedure(face, letter.glyph, name));
        }
        self.body += "e ";
    }

    fn picture(&mut self, picture: &Picture, veils: &[Color]) -> Result<(), ExportError> {
        png::check(picture)?;
        let seen = |pixel: &[u8]| {
            let own = Color::rgb(pixel[0], pixel[1], pixel[2]).with_alpha(f64::from(pixel[3]) / 255.0);
            let seen = veils.iter().fold(own.over(flatten::PAPER), |below, veil| veil.over(below));
            [seen.red, seen.green, seen.blue]
        };
        let pixels: Vec<u8> = picture.pixels.chunks_exact(png::CHANNELS).flat_map(seen).collect();
        let Picture { at, columns, rows, .. } = picture;
        let [x, y, width, height] = [at.x, at.y, picture.width, picture.height].map(number);
        self.body += &format!(
            "gsave {x} {y} translate {width} {height} scale /DeviceRGB setcolorspace\n\
             << /ImageType 1 /Width {columns} /Height {rows} /BitsPerComponent 8 /Decode [0 1 0 1 0 1]\n\
             /ImageMatrix [{columns} 0 0 {rows} 0 0]\n\
             /DataSource currentfile /ASCIIHexDecode filter /FlateDecode filter >> image\n{}grestore\n",
            hexadecimal(&compress_to_vec_zlib(&pixels, COMPRESSION)),
        );
        Ok(())
    }
}

/// Writes bytes as lines of hexadecimal digits, with the end mark.
fn hexadecimal(bytes: &[u8]) -> String {
    let line = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>() + "\n";
    bytes.chunks(BYTES_IN_LINE).map(line).collect::<String>() + ">\n"
}

/// Returns a procedure that adds a glyph's outline to the path.
fn procedure(face: &Face, glyph: GlyphId, name: &str) -> String {
    let mut outline = Outline { procedure: format!("/{name} {{\n"), at: (0.0, 0.0) };
    face.outline(glyph, &mut outline);
    outline.procedure + "} bind def\n"
}

/// Writes an outline as PostScript, which has no quadratic curves.
struct Outline {
    procedure: String,
    at: (f32, f32),
}

impl Outline {
    fn push(&mut self, numbers: &[f32], operator: char) {
        if let [.., x, y] = *numbers {
            self.at = (x, y);
        }
        for &value in numbers {
            self.procedure += &format!("{} ", number(value.into()));
        }
        self.procedure.push(operator);
        self.procedure.push('\n');
    }
}

impl OutlineBuilder for Outline {
    fn move_to(&mut self, x: f32, y: f32) {
        self.push(&[x, y], 'm');
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.push(&[x, y], 'l');
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        let toward = |from: f32, to: f32| from + (to - from) * 2.0 / 3.0;
        let (from_x, from_y) = self.at;
        self.curve_to(toward(from_x, x1), toward(from_y, y1), toward(x, x1), toward(y, y1), x, y);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.push(&[x1, y1, x2, y2, x, y], 'c');
    }

    fn close(&mut self) {
        self.push(&[], 'h');
    }
}
