//! The content of the page: a scene as the operators of a content stream.

use super::font::Font;
use crate::export::face;
use crate::export::{ExportError, png};
use crate::scene::{Color, Command, Picture, Point, Scene, Stroke, Text, Weight};
use pdf_writer::types::LineJoinStyle;
use pdf_writer::{Content, Name, Str};

/// Distance of the handles from the ends of the four Bézier curves that form a circle, in radii: 4 (√2 − 1) / 3. The
/// error is within 0.03 % of the radius.
const CIRCLE_HANDLE: f64 = 0.552_284_8;

/// A page under construction, with the resources it needs.
pub(super) struct Page<'a> {
    /// The operators.
    pub(super) content: Content,
    /// Inter Regular.
    pub(super) regular: Font,
    /// Inter SemiBold.
    pub(super) bold: Font,
    /// The opacities met so far; the current one is `opacity`.
    pub(super) opacities: Vec<f64>,
    /// The pictures met so far.
    pub(super) pictures: Vec<&'a Picture>,
    opacity: f64,
}

impl<'a> Page<'a> {
    /// Creates a page that shows a scene.
    pub(crate) fn new(scene: &'a Scene) -> Result<Self, ExportError> {
        let mut page = Page {
            content: Content::new(),
            regular: Font::new(Weight::Regular)?,
            bold: Font::new(Weight::Bold)?,
            opacities: Vec::new(),
            pictures: Vec::new(),
            opacity: 1.0,
        };
        // From here on y runs downward, as in a scene.
        page.content.transform([1.0, 0.0, 0.0, -1.0, 0.0, scene.height as f32]);
        page.content.set_line_join(LineJoinStyle::RoundJoin);
        scene.commands.iter().try_for_each(|command| page.paint(command))?;
        Ok(page)
    }

    fn paint(&mut self, command: &'a Command) -> Result<(), ExportError> {
        match command {
            Command::Line { points, stroke } => {
                self.draw(None, Some(stroke), |content| line(content, points))
            }
            Command::Area { points, fill, outline } => {
                self.draw(*fill, outline.as_ref(), |content| {
                    line(content, points);
                    content.close_path();
                });
            }
            Command::Circle { center, radius, fill, outline } => {
                self.draw(*fill, outline.as_ref(), |content| circle(content, *center, *radius));
            }
            Command::Text(text) => self.text(text),
            Command::Picture(picture) => return self.picture(picture),
        }
        Ok(())
    }

    /// Fills a path, then draws its outline. Two operations, because viewers differ on one operation with different
    /// opacities.
    fn draw(&mut self, fill: Option<Color>, outline: Option<&Stroke>, path: impl Fn(&mut Content)) {
        if let Some(color) = fill {
            self.fill_color(color);
            path(&mut self.content);
            self.content.fill_nonzero();
        }
        if let Some(stroke) = outline {
            self.opacity(stroke.color.alpha);
            let [red, green, blue] = channels(stroke.color);
            self.content.set_stroke_rgb(red, green, blue);
            self.content.set_line_width(stroke.width as f32);
            self.content.set_dash_pattern(stroke.dash.iter().map(|&length| length as f32), 0.0);
            path(&mut self.content);
            self.content.stroke();
        }
    }

    fn text(&mut self, text: &Text) {
        let (name, font) = match text.weight {
            Weight::Regular => (super::REGULAR, &mut self.regular),
            Weight::Bold => (super::BOLD, &mut self.bold),
        };
        let letters = font.encode(text);
        // The reading direction after the quarter turns.
        let (right, down) = match text.quarter_turns % 4 {
            0 => (1.0, 0.0),
            1 => (0.0, -1.0),
            2 => (-1.0, 0.0),
            _ => (0.0, 1.0),
        };
        let start = face::start(text);
        let (x, y) = (text.at.x + start * right, text.at.y + start * down);
        self.fill_color(text.color);
        self.content.begin_text();
        self.content.set_font(name, text.size as f32);
        self.content.set_text_matrix([right, down, down, -right, x, y].map(|number| number as f32));
        self.content.show(Str(&letters));
        self.content.end_text();
    }

    fn picture(&mut self, picture: &'a Picture) -> Result<(), ExportError> {
        png::check(picture)?;
        let name = super::picture_name(self.pictures.len());
        self.pictures.push(picture);
        self.opacity(1.0);
        let Picture { at, width, height, .. } = picture;
        // A picture is a unit square with its first row at the top.
        let matrix = [*width, 0.0, 0.0, -height, at.x, at.y + height].map(|number| number as f32);
        self.content.save_state().transform(matrix).x_object(Name(name.as_bytes())).restore_state();
        Ok(())
    }

    fn fill_color(&mut self, color: Color) {
        self.opacity(color.alpha);
        let [red, green, blue] = channels(color);
        self.content.set_fill_rgb(red, green, blue);
    }

    /// Sets the opacity of everything that follows.
    fn opacity(&mut self, opacity: f64) {
        if opacity != self.opacity {
            let known = self.opacities.iter().position(|&known| known == opacity);
            let index = known.unwrap_or(self.opacities.len());
            if known.is_none() {
                self.opacities.push(opacity);
            }
            self.opacity = opacity;
            self.content.set_parameters(Name(super::opacity_name(index).as_bytes()));
        }
    }
}

fn line(content: &mut Content, points: &[Point]) {
    for (index, point) in points.iter().enumerate() {
        let (x, y) = (point.x as f32, point.y as f32);
        if index == 0 {
            content.move_to(x, y)
        } else {
            content.line_to(x, y)
        };
    }
}

fn circle(content: &mut Content, center: Point, radius: f64) {
    let at = |x: f64, y: f64| ((center.x + radius * x) as f32, (center.y + radius * y) as f32);
    let start = at(1.0, 0.0);
    content.move_to(start.0, start.1);
    // Quarter circles, from one axis direction to the next.
    for (x, y) in [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)] {
        let (next_x, next_y): (f64, f64) = (-y, x);
        let ((x1, y1), (x2, y2), (x3, y3)) = (
            at(x + CIRCLE_HANDLE * next_x, y + CIRCLE_HANDLE * next_y),
            at(next_x + CIRCLE_HANDLE * x, next_y + CIRCLE_HANDLE * y),
            at(next_x, next_y),
        );
        content.cubic_to(x1, y1, x2, y2, x3, y3);
    }
    content.close_path();
}

fn channels(color: Color) -> [f32; 3] {
    [color.red, color.green, color.blue].map(|channel| f32::from(channel) / 255.0)
}
