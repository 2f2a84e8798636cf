//! A plotters backend that records a scene instead of painting pixels.
//!
//! plotters counts in whole pixels. The recorder gives it [`UNITS_PER_POINT`] pixels per point, so that no rounding is
//! visible, and measures text with the bundled typeface instead of the system's fonts.

use crate::font;
use crate::scene::{Anchor, Color, Command, Point, Rectangle, Stroke, Text, Weight};
use plotters::style::{RGBAColor, ShapeStyle};
use plotters_backend::text_anchor::{HPos, VPos};
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind, FontStyle,
    FontTransform,
};
use std::convert::Infallible;

/// plotters' pixels per point.
pub const UNITS_PER_POINT: f64 = 32.0;

/// Converts a length in points into plotters' units.
pub fn units(points: f64) -> i32 {
    (points * UNITS_PER_POINT).round() as i32
}

/// Converts a position in plotters' units into points.
pub fn point((x, y): BackendCoord) -> Point {
    Point { x: f64::from(x) / UNITS_PER_POINT, y: f64::from(y) / UNITS_PER_POINT }
}

/// Converts a line's color and its width in points into plotters' style.
pub fn shape_style(color: Color, width: f64) -> ShapeStyle {
    let Color { red, green, blue, alpha } = color;
    let color = RGBAColor(red, green, blue, alpha);
    ShapeStyle { color, filled: false, stroke_width: units(width).unsigned_abs() }
}

type Drawn = Result<(), DrawingErrorKind<Infallible>>;

/// Records what plotters draws and the commands pushed between its calls.
#[derive(Debug)]
pub struct Recorder {
    width: f64,
    height: f64,
    dash: Vec<f64>,
    commands: Vec<Command>,
}

impl Recorder {
    /// Creates an empty recording of a size in points.
    pub fn new(width: f64, height: f64) -> Self {
        Recorder { width, height, dash: Vec::new(), commands: Vec::new() }
    }

    /// Sets the dashes and gaps, in points, of the lines that plotters draws from now on; plotters itself draws solid
    /// lines. Empty for solid lines.
    pub fn set_dash(&mut self, dash: &[f64]) {
        self.dash = dash.to_vec();
    }

    /// Adds a command unchanged.
    pub fn push(&mut self, command: Command) {
        self.commands.push(command);
    }

    /// Removes and returns the commands recorded so far.
    pub fn take(&mut self) -> Vec<Command> {
        std::mem::take(&mut self.commands)
    }

    fn stroke<S: BackendStyle>(&self, style: &S) -> Stroke {
        Stroke {
            color: color(style.color()),
            width: f64::from(style.stroke_width()) / UNITS_PER_POINT,
            dash: self.dash.clone(),
        }
    }

    fn push_area<S: BackendStyle>(&mut self, points: Vec<Point>, style: &S, fill: bool) {
        let (fill, outline) =
            if fill { (Some(color(style.color())), None) } else { (None, Some(self.stroke(style))) };
        self.push(Command::Area { points, fill, outline });
    }
}

impl DrawingBackend for Recorder {
    type ErrorType = Infallible;

    fn get_size(&self) -> (u32, u32) {
        ((self.width * UNITS_PER_POINT).round() as u32, (self.height * UNITS_PER_POINT).round() as u32)
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, style: BackendColor) -> Drawn {
        self.draw_rect((x, y), (x + 1, y + 1), &style, true)
    }

    fn draw_line<S: BackendStyle>(&mut self, from: BackendCoord, to: BackendCoord, style: &S) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        upper_left: BackendCoord,
        bottom_right: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        if style.color().alpha > 0.0 {
            let (a, b) = (point(upper_left), point(bottom_right));
            let corners = Rectangle { left: a.x, top: a.y, right: b.x, bottom: b.y }.corners();
            self.push_area(corners, style, fill);
        }
        Ok(())
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let points: Vec<Point> = path.into_iter().map(point).collect();
        if style.color().alpha > 0.0 && style.stroke_width() > 0 && points.len() > 1 {
            let stroke = self.stroke(style);
            self.push(Command::Line { points, stroke });
        }
        Ok(())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        center: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        if style.color().alpha > 0.0 {
            let (fill, outline) =
                if fill { (Some(color(style.color())), None) } else { (None, Some(self.stroke(style))) };
            let radius = f64::from(radius) / UNITS_PER_POINT;
            self.push(Command::Circle { center: point(center), radius, fill, outline });
        }
        Ok(())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        let points: Vec<Point> = corners.into_iter().map(point).collect();
        if style.color().alpha > 0.0 && points.len() > 2 {
            self.push_area(points, style, true);
        }
        Ok(())
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        if style.color().alpha > 0.0 && !text.is_empty() {
            self.push(Command::Text(baseline_text(text, style, point(at))));
        }
        Ok(())
    }

    fn estimate_text_size<S: BackendTextStyle>(
        &self,
        text: &str,
        style: &S,
    ) -> Result<(u32, u32), DrawingErrorKind<Infallible>> {
        let width = font::text_width(text, style.size() / UNITS_PER_POINT, weight(style));
        let height = (font::ASCENT + font::DESCENT) * style.size();
        Ok(((width * UNITS_PER_POINT).ceil() as u32, height.ceil() as u32))
    }
}

/// Converts plotters' text, which has one of nine anchors, into a scene's text on its baseline.
fn baseline_text<S: BackendTextStyle>(content: &str, style: &S, at: Point) -> Text {
    let size = style.size() / UNITS_PER_POINT;
    let anchor = match style.anchor().h_pos {
        HPos::Left => Anchor::Start,
        HPos::Center => Anchor::Middle,
        HPos::Right => Anchor::End,
    };
    // The distance from the anchor down to the baseline. The vertical center is that of capitals and digits, because
    // tick labels consist of them.
    let drop = size
        * match style.anchor().v_pos {
            VPos::Top => font::ASCENT,
            VPos::Center => font::CAPITAL_HEIGHT / 2.0,
            VPos::Bottom => -font::DESCENT,
        };
    let (quarter_turns, at) = match style.transform() {
        FontTransform::None => (0, Point { x: at.x, y: at.y + drop }),
        FontTransform::Rotate270 => (1, Point { x: at.x + drop, y: at.y }),
        FontTransform::Rotate180 => (2, Point { x: at.x, y: at.y - drop }),
        FontTransform::Rotate90 => (3, Point { x: at.x - drop, y: at.y }),
    };
    let (weight, color) = (weight(style), color(style.color()));
    Text { at, content: content.to_owned(), size, weight, anchor, color, quarter_turns }
}

fn weight<S: BackendTextStyle>(style: &S) -> Weight {
    match style.style() {
        FontStyle::Bold => Weight::Bold,
        _ => Weight::Regular,
    }
}

fn color(color: BackendColor) -> Color {
    let (red, green, blue) = color.rgb;
    Color { red, green, blue, alpha: color.alpha }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plotters::drawing::IntoDrawingArea;
    use plotters::style::text_anchor::Pos;
    use plotters::style::{FontTransform, IntoFont, TextStyle};
    use std::cell::RefCell;
    use std::rc::Rc;

    /// Returns the bounds of the text recorded when plotters draws "Hdp" at (100, 50) pt, 10 pt high.
    fn recorded(anchor: Pos, transform: FontTransform) -> Rectangle {
        let recorder = Rc::new(RefCell::new(Recorder::new(200.0, 100.0)));
        let area = plotters::drawing::DrawingArea::from(&recorder);
        let style =
            TextStyle::from(("Inter", 10.0 * UNITS_PER_POINT).into_font()).pos(anchor).transform(transform);
        assert!(area.draw_text("Hdp", &style, (units(100.0), units(50.0))).is_ok());
        match recorder.borrow_mut().take().as_slice() {
            [Command::Text(text)] => text.bounds(),
            other => panic!("recorded {other:?}"),
        }
    }

    #[test]
    fn text_hangs_at_its_anchor_however_it_is_turned() {
        let top = Pos::new(HPos::Center, VPos::Top);
        let bottom = Pos::new(HPos::Right, VPos::Bottom);
        let near = |one: f64, other: f64| (one - other).abs() < 1e-9;
        let bounds = recorded(top, FontTransform::None);
        assert!(near(bounds.top, 50.0) && near(bounds.center().x, 100.0), "{bounds:?}");
        let bounds = recorded(bottom, FontTransform::None);
        assert!(near(bounds.bottom, 50.0) && near(bounds.right, 100.0), "{bounds:?}");
        // Reading upward: the top of the letters is on the left, and the end of the line is at the top.
        let bounds = recorded(top, FontTransform::Rotate270);
        assert!(near(bounds.left, 100.0) && near(bounds.center().y, 50.0), "{bounds:?}");
        let bounds = recorded(bottom, FontTransform::Rotate270);
        assert!(near(bounds.right, 100.0) && near(bounds.top, 50.0), "{bounds:?}");
        // Reading downward.
        let bounds = recorded(bottom, FontTransform::Rotate90);
        assert!(near(bounds.left, 100.0) && near(bounds.bottom, 50.0), "{bounds:?}");
    }

    #[test]
    fn the_recorder_is_as_large_as_its_scene() {
        assert_eq!(Recorder::new(200.0, 100.0).into_drawing_area().dim_in_pixel(), (6400, 3200));
    }
}
