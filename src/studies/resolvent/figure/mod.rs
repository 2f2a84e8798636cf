//! The figures of the resolvent room: the figures of each panel, and the drawing of each from a record.

mod birman_schwinger;
mod causality;
pub mod density;
mod gradient;
pub(crate) mod green;
mod precision;
mod published;

use super::record::{Finding, Panel, Resolvent};
use birman_schwinger::{schatten_norms, singular_values};
use bk_plot::scene::{Anchor, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;
use bk_plot::view::View;
use causality::{effect_lines, effect_maps};
use density::density_map;
use gradient::{gradient_check, gradient_lines};
use green::green_lines;
use precision::deviation_lines;
use published::{published_deviations, published_lines};

/// A figure of the resolvent room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResolventFigure {
    /// Re G and Im G against site.
    Green,
    /// The local density of states by site and energy.
    Density,
    /// |G|, exact and as published.
    Published,
    /// The deviation of the published routines.
    PublishedDeviation,
    /// The gradient, exact and as published.
    Gradient,
    /// The exact gradient and its finite differences.
    GradientCheck,
    /// The effect of one site's potential.
    Effect,
    /// The effects between all pairs of sites around that site.
    EffectMap,
    /// Singular values of the Birman–Schwinger operator.
    SingularValues,
    /// Its Schatten norms beside their bounds.
    SchattenNorms,
    /// Deviation of single precision against η.
    Precision,
}

impl ResolventFigure {
    /// Returns the figures of a panel, the main one first.
    pub fn of(panel: Panel) -> &'static [ResolventFigure] {
        match panel {
            Panel::Green => &[ResolventFigure::Green],
            Panel::Density => &[ResolventFigure::Density],
            Panel::Published => &[ResolventFigure::Published, ResolventFigure::PublishedDeviation],
            Panel::Gradient => &[ResolventFigure::Gradient, ResolventFigure::GradientCheck],
            Panel::Causality => &[ResolventFigure::Effect, ResolventFigure::EffectMap],
            Panel::BirmanSchwinger => &[ResolventFigure::SingularValues, ResolventFigure::SchattenNorms],
            Panel::Precision => &[ResolventFigure::Precision],
        }
    }

    /// Returns the name of its files, without an extension.
    pub fn stem(self) -> &'static str {
        match self {
            ResolventFigure::Green => "resolvent",
            ResolventFigure::Density => "density-of-states",
            ResolventFigure::Published => "exact-against-published",
            ResolventFigure::PublishedDeviation => "published-deviation",
            ResolventFigure::Gradient => "gradient",
            ResolventFigure::GradientCheck => "gradient-check",
            ResolventFigure::Effect => "causality",
            ResolventFigure::EffectMap => "causality-map",
            ResolventFigure::SingularValues => "singular-values",
            ResolventFigure::SchattenNorms => "schatten-norms",
            ResolventFigure::Precision => "precision",
        }
    }

    /// Returns its heading on the page.
    pub fn heading(self) -> &'static str {
        match self {
            ResolventFigure::Green => "Green’s function along the chain",
            ResolventFigure::Density => "Local density of states",
            ResolventFigure::Published => "Exact against published",
            ResolventFigure::PublishedDeviation => "How far the published routines are off",
            ResolventFigure::Gradient => "Exact and published gradient",
            ResolventFigure::GradientCheck => "The exact gradient and its check",
            ResolventFigure::Effect => "What one site’s potential moves",
            ResolventFigure::EffectMap => "Who depends on whom",
            ResolventFigure::SingularValues => "Singular values of K",
            ResolventFigure::SchattenNorms => "Schatten norms against their bounds",
            ResolventFigure::Precision => "Deviation from double precision",
        }
    }

    /// Returns height divided by width on a wide screen.
    pub fn aspect(self) -> f64 {
        match self {
            ResolventFigure::Density | ResolventFigure::EffectMap => 0.6,
            _ => 0.5,
        }
    }

    /// Draws the figure of a record. A record of another panel gives an empty figure with a note.
    pub fn draw(self, record: &Resolvent, view: &View, layout: &Layout) -> Scene {
        let config = &record.config;
        match (self, &record.finding) {
            (ResolventFigure::Green, Finding::Green(found)) => green_lines(found, config, view, layout),
            (ResolventFigure::Density, Finding::Density(found)) => density_map(found, view, layout),
            (ResolventFigure::Published, Finding::Published(found)) => {
                published_lines(found, config, view, layout)
            }
            (ResolventFigure::PublishedDeviation, Finding::Published(found)) => {
                published_deviations(found, config, view, layout)
            }
            (ResolventFigure::Gradient, Finding::Gradient(found)) => {
                gradient_lines(found, config, view, layout)
            }
            (ResolventFigure::GradientCheck, Finding::Gradient(found)) => {
                gradient_check(found, config, view, layout)
            }
            (ResolventFigure::Effect, Finding::Causality(found)) => effect_lines(found, config, view, layout),
            (ResolventFigure::EffectMap, Finding::Causality(found)) => effect_maps(found, config, layout),
            (ResolventFigure::SingularValues, Finding::BirmanSchwinger(found)) => {
                singular_values(found, config, view, layout)
            }
            (ResolventFigure::SchattenNorms, Finding::BirmanSchwinger(found)) => {
                schatten_norms(found, config, view, layout)
            }
            (ResolventFigure::Precision, Finding::Precision(found)) => {
                deviation_lines(found, config, view, layout)
            }
            _ => {
                let sheet = Sheet::new(layout);
                let below = sheet.heading(self.heading(), "", &[]);
                sheet.text(below.center(), Anchor::Middle, "No data", sheet.plain(sheet.palette.muted));
                sheet.finish(format!("{}: no data.", self.heading()))
            }
        }
    }
}
