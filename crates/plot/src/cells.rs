//! An area divided into square cells, so that a search visits only nearby things.

use crate::scene::Rectangle;
use std::ops::Range;

/// Side of a cell in points.
const SIDE: f64 = 16.0;

/// Things, grouped by the cells they reach into. Things outside the area are dropped.
#[derive(Debug, Clone)]
pub struct Cells<Thing> {
    area: Rectangle,
    columns: usize,
    things: Vec<Vec<Thing>>,
}

impl<Thing: Copy> Cells<Thing> {
    /// Creates an empty area.
    pub fn new(area: Rectangle) -> Self {
        let count = |length: f64| (length.max(0.0) / SIDE) as usize + 1;
        let (columns, rows) = (count(area.width()), count(area.height()));
        Cells { area, columns, things: vec![Vec::new(); columns * rows] }
    }

    /// Adds a thing to the cells within its bounds that it reaches into.
    pub fn insert(&mut self, thing: Thing, bounds: &Rectangle, reaches_into: impl Fn(&Rectangle) -> bool) {
        for index in self.indices(bounds) {
            if reaches_into(&self.cell(index)) {
                self.things[index].push(thing);
            }
        }
    }

    /// Returns the things in the cells that a rectangle overlaps, each with the part of the rectangle in that cell. A
    /// thing that reaches into several cells is returned once per cell.
    pub fn within(&self, rectangle: Rectangle) -> impl Iterator<Item = (Rectangle, Thing)> {
        self.indices(&rectangle).flat_map(move |index| {
            let cell = self.cell(index);
            let part = Rectangle {
                left: rectangle.left.max(cell.left),
                top: rectangle.top.max(cell.top),
                right: rectangle.right.min(cell.right),
                bottom: rectangle.bottom.min(cell.bottom),
            };
            self.things[index].iter().map(move |thing| (part, *thing))
        })
    }

    fn indices(&self, bounds: &Rectangle) -> impl Iterator<Item = usize> + use<Thing> {
        let (columns, rows) = (self.columns, self.things.len() / self.columns);
        let range = |low: f64, high: f64, start: f64, count: usize| -> Range<usize> {
            let place = |position: f64| ((position - start) / SIDE).floor();
            let first = place(low).max(0.0) as usize;
            let end = (place(high) + 1.0).clamp(0.0, count as f64) as usize;
            first.min(end)..end
        };
        let across = range(bounds.left, bounds.right, self.area.left, columns);
        let down = range(bounds.top, bounds.bottom, self.area.top, rows);
        down.flat_map(move |row| across.clone().map(move |column| row * columns + column))
    }

    fn cell(&self, index: usize) -> Rectangle {
        let left = self.area.left + (index % self.columns) as f64 * SIDE;
        let top = self.area.top + (index / self.columns) as f64 * SIDE;
        Rectangle { left, top, right: left + SIDE, bottom: top + SIDE }
    }
}
