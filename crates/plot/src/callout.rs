//! Callouts: framed remarks in the plot, each with a curved arrow to its mark.

use crate::placement::{Room, positions};
use crate::scene::{Color, Point, Rectangle, Stroke};
use crate::sheet::Sheet;

/// Number of straight segments that draw an arrow's curve.
pub const PIECES: usize = 16;

/// Largest distance of an arrow's curve from the straight line, as a fraction of its length.
const BEND: f64 = 0.15;

/// Length of the shortest arrow, in points; a shorter one would not look like an arrow.
const SHORTEST: f64 = 12.0;

/// Distance between an arrow's start and the corners of its frame, in points.
const CORNER: f64 = 8.0;

/// Distance between a callout and data or other labels, in points.
const CLEARANCE: f64 = 3.0;

/// Distance between the candidate positions of a callout, in points.
const STEP: f64 = 6.0;

/// A remark about a mark.
#[derive(Debug, Clone, PartialEq)]
pub struct Callout {
    /// The text, in full and then in shorter and shorter versions, for plots with less room.
    pub versions: Vec<Vec<String>>,
    /// The center of the mark.
    pub target: Point,
    /// Radius of the mark in points; the arrow's head stays outside it.
    pub radius: f64,
    /// The preferred center of the callout.
    pub ideal: Point,
    /// Color of frame and arrow.
    pub color: Color,
    /// The direction in which the arrow bends: 1 or −1.
    pub bend: f64,
    /// The number of the arrow's [`PIECES`] that may cross data: 0, unless the mark lies among lines.
    pub crossings: usize,
}

impl Callout {
    /// Draws the longest version that fits into an area; draws nothing if none fits.
    pub fn draw(&self, sheet: &Sheet, room: &mut Room, area: Rectangle) {
        for lines in &self.versions {
            let (width, height) = sheet.box_size(lines);
            let length = |frame: &Rectangle| {
                let [start, end] = self.ends(frame);
                start.distance(end)
            };
            let cost = |frame: &Rectangle| frame.center().distance(self.ideal) + 0.5 * length(frame);
            let best = room.find_bare(positions(area, width, height, STEP), CLEARANCE, cost, |frame| {
                let clear = |ends: &[Point]| {
                    room.is_clear(ends[0], ends[1]) && !room.crosses_marks(ends[0], ends[1], self.target)
                };
                let crossing = |ends: &&[Point]| room.crosses_data(ends[0], ends[1]);
                if length(frame) < SHORTEST {
                    return false;
                }
                let curve = self.curve(frame);
                curve.windows(2).all(clear) && curve.windows(2).filter(crossing).count() <= self.crossings
            });
            if let Some(frame) = best {
                let curve = self.curve(&frame);
                room.take(frame);
                room.add_arrow(&curve);
                sheet.boxed(frame, lines, self.color);
                self.draw_arrow(sheet, curve);
                return;
            }
        }
    }

    /// Returns the ends of the arrow from a frame: one in the middle part of the side that faces the mark, one on the
    /// mark's rim.
    fn ends(&self, frame: &Rectangle) -> [Point; 2] {
        let target = self.target;
        let inset = (frame.width().min(frame.height()) / 2.0).min(CORNER);
        let beside = (frame.left - target.x).max(target.x - frame.right);
        let beyond = (frame.top - target.y).max(target.y - frame.bottom);
        let start = if beyond >= beside {
            let x = target.x.clamp(frame.left + inset, frame.right - inset);
            Point { x, y: if target.y > frame.bottom { frame.bottom } else { frame.top } }
        } else {
            let y = target.y.clamp(frame.top + inset, frame.bottom - inset);
            Point { x: if target.x > frame.right { frame.right } else { frame.left }, y }
        };
        let whole = start.distance(target).max(f64::MIN_POSITIVE);
        let part = (1.0 - self.radius / whole).max(0.0);
        [start, Point { x: start.x + part * (target.x - start.x), y: start.y + part * (target.y - start.y) }]
    }

    /// Returns the curve of the arrow from a frame.
    fn curve(&self, frame: &Rectangle) -> [Point; PIECES + 1] {
        let [start, end] = self.ends(frame);
        let (dx, dy) = (end.x - start.x, end.y - start.y);
        std::array::from_fn(|piece| {
            let t = piece as f64 / PIECES as f64;
            let aside = 4.0 * BEND * self.bend * t * (1.0 - t);
            Point { x: start.x + t * dx - aside * dy, y: start.y + t * dy + aside * dx }
        })
    }

    /// Draws the arrow; its head points along the last segment.
    fn draw_arrow(&self, sheet: &Sheet, curve: [Point; PIECES + 1]) {
        let (before, end) = (curve[PIECES - 1], curve[PIECES]);
        let (length, half_width) = (1.2 * sheet.sizes.gap, 0.5 * sheet.sizes.gap);
        let along = before.distance(end).max(f64::MIN_POSITIVE);
        let (ux, uy) = ((end.x - before.x) / along, (end.y - before.y) / along);
        let wing = |side: f64| Point {
            x: end.x - length * ux - side * half_width * uy,
            y: end.y - length * uy + side * half_width * ux,
        };
        sheet.line(curve.to_vec(), Stroke { color: self.color, width: 1.25, dash: Vec::new() });
        sheet.area(vec![end, wing(1.0), wing(-1.0)], Some(self.color), None);
    }
}
