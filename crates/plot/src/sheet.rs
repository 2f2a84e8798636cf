//! The sheet a figure is drawn on: it collects commands, holds colors and sizes, and draws the parts that all figures
//! share.

use crate::font;
use crate::recorder::Recorder;
use crate::scene::{Anchor, Color, Command, Point, Rectangle, Scene, Stroke, Text, Weight};
use crate::style::{Layout, Palette, Sizes};
use plotters::coord::Shift;
use plotters::drawing::DrawingArea;
use std::cell::RefCell;
use std::rc::Rc;

/// A figure under construction.
#[derive(Debug)]
pub struct Sheet {
    /// Colors of the theme.
    pub palette: Palette,
    /// Sizes for the figure's width.
    pub sizes: Sizes,
    /// Names of series beyond the two with colors in the palette, in the order in which they get colors.
    others: Vec<String>,
    bounds: Rectangle,
    recorder: Rc<RefCell<Recorder>>,
}

impl Sheet {
    /// Creates an empty sheet, filled with the theme's background.
    pub fn new(layout: &Layout) -> Self {
        let bounds = Rectangle { left: 0.0, top: 0.0, right: layout.width, bottom: layout.height };
        let sheet = Sheet {
            palette: layout.palette(),
            sizes: layout.sizes(),
            others: Vec::new(),
            bounds,
            recorder: Rc::new(RefCell::new(Recorder::new(layout.width, layout.height))),
        };
        sheet.area(bounds.corners(), Some(sheet.palette.background), None);
        sheet
    }

    /// Returns the sheet with names for series beyond the two with colors in the palette. Each gets its own color,
    /// mark, and dashes, in the order given.
    pub fn with_others(mut self, names: Vec<String>) -> Self {
        self.others = names;
        self
    }

    /// Returns the index of a name among those given to [`Sheet::with_others`], or their count for any other name.
    pub fn other(&self, name: &str) -> usize {
        self.others.iter().position(|other| other == name).unwrap_or(self.others.len())
    }

    /// Returns the whole sheet.
    pub fn size(&self) -> Rectangle {
        self.bounds
    }

    /// Returns the sheet without its margins.
    pub fn inner(&self) -> Rectangle {
        self.bounds.grown(-2.0 * self.sizes.gap)
    }

    /// Returns the finished figure with a summary of what it shows.
    pub fn finish(self, summary: String) -> Scene {
        let commands = self.recorder.borrow_mut().take();
        Scene { width: self.bounds.right, height: self.bounds.bottom, summary, commands, ..Scene::default() }
    }

    /// Returns plotters' drawing area over the whole sheet.
    pub fn drawing_area(&self) -> DrawingArea<Recorder, Shift> {
        DrawingArea::from(&self.recorder)
    }

    /// Sets the dashes of the lines that plotters draws from now on; empty for solid lines.
    pub fn set_dash(&self, dash: &[f64]) {
        self.recorder.borrow_mut().set_dash(dash);
    }

    /// Adds a command.
    pub fn push(&self, command: Command) {
        self.recorder.borrow_mut().push(command);
    }

    /// Adds an open line.
    pub fn line(&self, points: Vec<Point>, stroke: Stroke) {
        self.push(Command::Line { points, stroke });
    }

    /// Adds a closed area.
    pub fn area(&self, points: Vec<Point>, fill: Option<Color>, outline: Option<Stroke>) {
        self.push(Command::Area { points, fill, outline });
    }

    /// Adds a line of text with its reference point on the baseline.
    pub fn text(&self, at: Point, anchor: Anchor, content: &str, style: TextStyle) {
        let TextStyle { size, weight, color } = style;
        let content = content.to_owned();
        self.push(Command::Text(Text { at, content, size, weight, anchor, color, quarter_turns: 0 }));
    }

    /// Returns the style of regular text at the base size.
    pub fn plain(&self, color: Color) -> TextStyle {
        TextStyle { size: self.sizes.base, weight: Weight::Regular, color }
    }

    /// Draws the title in bold, a subtitle, and notes in small type; lines are broken at the sheet's width. Returns the
    /// rest of the sheet below.
    pub fn heading(&self, title: &str, subtitle: &str, notes: &[String]) -> Rectangle {
        let (sizes, inner) = (&self.sizes, self.inner());
        let mut y = inner.top;
        let mut paragraph = |content: &str, style: TextStyle, gap: f64| {
            y += gap;
            for line in font::wrap(content, style.size, style.weight, inner.width()) {
                let at = Point { x: inner.left, y: y + font::ASCENT * style.size };
                self.text(at, Anchor::Start, &line, style);
                y += font::LINE_HEIGHT * style.size;
            }
        };
        let bold = |size, color| TextStyle { size, weight: Weight::Bold, color };
        paragraph(title, bold(sizes.title, self.palette.ink), 0.0);
        paragraph(subtitle, bold(sizes.subtitle, self.palette.muted), 0.0);
        for note in notes {
            paragraph(note, self.plain(self.palette.muted), sizes.gap / 3.0);
        }
        Rectangle { top: y + sizes.gap, ..inner }
    }

    /// Returns the size of a frame around lines of label text.
    pub fn box_size(&self, lines: &[String]) -> (f64, f64) {
        let size = self.sizes.label;
        let widths = lines.iter().map(|line| font::text_width(line, size, Weight::Bold));
        let text_height = (lines.len() as f64 - 1.0) * font::LINE_HEIGHT * size + font::ASCENT * size;
        (widths.fold(0.0, f64::max) + 2.0 * self.sizes.gap, text_height + 2.0 * self.sizes.gap)
    }

    /// Draws lines of label text in a frame of a color; the first line is bold.
    pub fn boxed(&self, frame: Rectangle, lines: &[String], color: Color) {
        let background = self.palette.background.with_alpha(0.92);
        let outline = Stroke { color, width: 1.0, dash: Vec::new() };
        self.area(frame.corners(), Some(background), Some(outline));
        let size = self.sizes.label;
        let (x, top) =
            (frame.left + self.sizes.gap, frame.top + self.sizes.gap + font::CAPITAL_HEIGHT * size);
        for (index, line) in lines.iter().enumerate() {
            let weight = if index == 0 { Weight::Bold } else { Weight::Regular };
            let at = Point { x, y: top + index as f64 * font::LINE_HEIGHT * size };
            self.text(at, Anchor::Start, line, TextStyle { size, weight, color: self.palette.ink });
        }
    }
}

/// Size, weight, and color of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TextStyle {
    /// Font size in points.
    pub size: f64,
    /// Regular or bold.
    pub weight: Weight,
    /// Color of the text.
    pub color: Color,
}
