//! Paints scenes on the page's canvas through plotters' canvas backend.
//!
//! The backend counts in whole pixels. The canvas is scaled so that these are the recorder's fine units, and it stays
//! sharp at any number of device pixels per point. Text and pictures are painted directly, because the backend supports
//! neither baselines nor bitmaps.

use crate::dash;
use crate::font::{BOLD_WEIGHT, FAMILIES};
use crate::recorder::{UNITS_PER_POINT, shape_style, units};
use crate::scene::{Anchor, Color, Command, Picture, Point, Scene, Stroke, Text, Weight};
use plotters_backend::{BackendCoord, DrawingBackend};
use plotters_canvas::CanvasBackend;
use wasm_bindgen::{Clamped, JsCast, JsValue};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, ImageData};

/// The error for a scene that could not be painted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CanvasError {
    /// The browser provides no drawing context.
    #[error("This browser gives the page no canvas to draw on.")]
    NoContext,
    /// A drawing call failed.
    #[error("The browser's canvas refused to draw: {0}.")]
    Refused(String),
}

impl From<JsValue> for CanvasError {
    fn from(value: JsValue) -> Self {
        CanvasError::Refused(value.as_string().unwrap_or_else(|| format!("{value:?}")))
    }
}

/// Paints a scene on a canvas and sets the canvas' size in pixels to the scene's size times `scale`, the number of
/// device pixels per point (on screen, 4/3 of the device pixel ratio). The page sets the canvas' size in CSS pixels.
/// Text has the right shape and width only after the page has loaded the bundled typeface.
///
/// Fails if the browser provides no drawing context or a drawing call fails.
pub fn paint(scene: &Scene, canvas: &HtmlCanvasElement, scale: f64) -> Result<(), CanvasError> {
    // This also clears the canvas and resets its context.
    canvas.set_width((scene.width * scale).round() as u32);
    canvas.set_height((scene.height * scale).round() as u32);
    // The page's font features and letter spacing would change the text widths that the layout assumes.
    for property in ["font-feature-settings", "font-variant-numeric", "letter-spacing"] {
        canvas.style().set_property(property, "normal")?;
    }
    let context = context(canvas)?;
    // Neither the layout nor the files use kerning.
    js_sys::Reflect::set(&context, &"fontKerning".into(), &"none".into())?;
    context.set_image_smoothing_enabled(false);
    context.set_line_join("round");
    let backend = CanvasBackend::with_canvas_object(canvas.clone()).ok_or(CanvasError::NoContext)?;
    let mut painter = Painter { context, backend, scale };
    scene.commands.iter().try_for_each(|command| painter.paint(command))
}

fn context(canvas: &HtmlCanvasElement) -> Result<CanvasRenderingContext2d, CanvasError> {
    let context = canvas.get_context("2d")?.ok_or(CanvasError::NoContext)?;
    context.dyn_into().map_err(|_| CanvasError::NoContext)
}

struct Painter {
    context: CanvasRenderingContext2d,
    backend: CanvasBackend,
    scale: f64,
}

impl Painter {
    fn paint(&mut self, command: &Command) -> Result<(), CanvasError> {
        match command {
            Command::Line { points, stroke } => self.line(points, stroke),
            Command::Area { points, fill, outline } => {
                if let Some(color) = fill {
                    self.to_units()?;
                    let corners: Vec<BackendCoord> = points.iter().map(coordinates).collect();
                    self.backend.fill_polygon(corners, &shape_style(*color, 0.0)).map_err(refused)?;
                }
                match outline {
                    // Draw the first side twice, so that the first corner is joined like the others.
                    Some(stroke) => self.line(&[points, &points[..points.len().min(2)]].concat(), stroke),
                    None => Ok(()),
                }
            }
            Command::Circle { center, radius, fill, outline } => {
                self.to_units()?;
                let (center, radius) = (coordinates(center), units(*radius).unsigned_abs());
                if let Some(color) = fill {
                    let style = shape_style(*color, 0.0);
                    self.backend.draw_circle(center, radius, &style, true).map_err(refused)?;
                }
                if let Some(stroke) = outline {
                    let style = shape_style(stroke.color, stroke.width);
                    self.backend.draw_circle(center, radius, &style, false).map_err(refused)?;
                }
                Ok(())
            }
            Command::Text(text) => self.text(text),
            Command::Picture(picture) => self.picture(picture),
        }
    }

    fn line(&mut self, points: &[Point], stroke: &Stroke) -> Result<(), CanvasError> {
        self.to_units()?;
        let style = shape_style(stroke.color, stroke.width);
        let aligned = self.aligned(points, stroke.width);
        for piece in dash::pieces(&aligned, &stroke.dash) {
            let path: Vec<BackendCoord> = piece.iter().map(coordinates).collect();
            self.backend.draw_path(path, &style).map_err(refused)?;
        }
        Ok(())
    }

    /// Returns a single vertical or horizontal line moved by less than a device pixel, so that its edges lie between
    /// pixels and it is not blurred. Returns other lines unchanged.
    fn aligned(&self, points: &[Point], width: f64) -> Vec<Point> {
        let thickness = (width * self.scale).round().max(1.0);
        let align = |position: f64| {
            ((position * self.scale - thickness / 2.0).round() + thickness / 2.0) / self.scale
        };
        match *points {
            [from, to] if from.x == to.x => [from.y, to.y].map(|y| Point { x: align(from.x), y }).to_vec(),
            [from, to] if from.y == to.y => [from.x, to.x].map(|x| Point { x, y: align(from.y) }).to_vec(),
            _ => points.to_vec(),
        }
    }

    fn text(&self, text: &Text) -> Result<(), CanvasError> {
        let weight = match text.weight {
            Weight::Regular => 400,
            Weight::Bold => BOLD_WEIGHT,
        };
        let align = match text.anchor {
            Anchor::Start => "left",
            Anchor::Middle => "center",
            Anchor::End => "right",
        };
        let Point { x, y } = text.at;
        let scale = self.scale;
        self.context.set_transform(scale, 0.0, 0.0, scale, x * scale, y * scale)?;
        self.context.rotate(-f64::from(text.quarter_turns) * std::f64::consts::FRAC_PI_2)?;
        self.context.set_font(&format!("{weight} {}px {FAMILIES}", text.size));
        self.context.set_text_align(align);
        self.context.set_text_baseline("alphabetic");
        self.context.set_fill_style_str(&css(text.color));
        self.context.fill_text(&text.content, 0.0, 0.0)?;
        Ok(())
    }

    /// Draws the pixels on a separate canvas and stretches it without smoothing.
    fn picture(&self, picture: &Picture) -> Result<(), CanvasError> {
        let document =
            web_sys::window().and_then(|window| window.document()).ok_or(CanvasError::NoContext)?;
        let canvas: HtmlCanvasElement =
            document.create_element("canvas")?.dyn_into().map_err(|_| CanvasError::NoContext)?;
        let (columns, rows) = (picture.columns as u32, picture.rows as u32);
        canvas.set_width(columns);
        canvas.set_height(rows);
        let pixels = ImageData::new_with_u8_clamped_array_and_sh(Clamped(&picture.pixels), columns, rows)?;
        context(&canvas)?.put_image_data(&pixels, 0.0, 0.0)?;
        self.context.set_transform(self.scale, 0.0, 0.0, self.scale, 0.0, 0.0)?;
        let (Point { x, y }, width, height) = (picture.at, picture.width, picture.height);
        self.context.draw_image_with_html_canvas_element_and_dw_and_dh(&canvas, x, y, width, height)?;
        Ok(())
    }

    /// Sets the canvas to count in the recorder's units.
    fn to_units(&self) -> Result<(), CanvasError> {
        let scale = self.scale / UNITS_PER_POINT;
        Ok(self.context.set_transform(scale, 0.0, 0.0, scale, 0.0, 0.0)?)
    }
}

fn coordinates(point: &Point) -> BackendCoord {
    (units(point.x), units(point.y))
}

fn css(color: Color) -> String {
    format!("rgba({},{},{},{})", color.red, color.green, color.blue, color.alpha)
}

fn refused(error: impl std::fmt::Display) -> CanvasError {
    CanvasError::Refused(error.to_string())
}
