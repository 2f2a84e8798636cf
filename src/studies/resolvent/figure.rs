//! The figures of the resolvent room: how each is named and drawn from a record.

pub use super::panels::ResolventFigure;
use super::record::{Config, Resolvent};
use bk_plot::axis::Axis;
use bk_plot::number;
use bk_plot::scene::{Anchor, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;
use bk_plot::view::View;

/// The names and the height of a figure.
#[derive(Debug, Clone, Copy)]
pub struct Look {
    /// What its files are called, without an extension.
    pub stem: &'static str,
    /// Its heading on the page.
    pub heading: &'static str,
    /// Height over width on a wide screen.
    pub aspect: f64,
}

/// A figure of what a panel found.
#[derive(Debug, Clone, Copy)]
pub struct Drawing<Found> {
    /// Its names and its height.
    pub look: Look,
    /// Draws it.
    pub draw: fn(&Found, &Config, &View, &Layout) -> Scene,
}

impl ResolventFigure {
    /// What its files are called, without an extension.
    pub fn stem(self) -> &'static str {
        self.look().stem
    }

    /// Its heading on the page.
    pub fn heading(self) -> &'static str {
        self.look().heading
    }

    /// Height over width on a wide screen.
    pub fn aspect(self) -> f64 {
        self.look().aspect
    }

    /// Draws the figure of a record; one that holds something else gives an empty figure that says so.
    pub fn draw(self, record: &Resolvent, view: &View, layout: &Layout) -> Scene {
        self.drawn(record, view, layout).unwrap_or_else(|| {
            let sheet = Sheet::new(layout);
            let below = sheet.heading(self.heading(), "", &[]);
            sheet.text(below.center(), Anchor::Middle, "No data", sheet.plain(sheet.palette.muted));
            sheet.finish(format!("{}: no data.", self.heading()))
        })
    }
}

/// The point z of a config: "at z = 0.5 + 0.05 i".
pub fn at_z(config: &Config) -> String {
    format!("at z = {} + {} i", number::significant(config.energy, 4), number::significant(config.eta, 4))
}

/// An axis of sites, each half a step wide to both sides, for a width in points.
pub fn site_axis(sites: usize, width: f64, base: f64) -> Axis {
    let ticks = (width / (6.0 * base)) as usize;
    Axis::linear("Site i", -0.5, sites as f64 - 0.5, ticks.min(sites))
}
