//! The figures of the quantization room: the grid, its effect on v and G, training, and the sweep.

mod curves;
mod grid;
mod map;
mod sweep;

pub use sweep::quantize_sweep;

use super::record::Quantize;
use bk_plot::scene::{Anchor, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;

/// A figure of one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuantizeFigure {
    /// The levels of a grid under the histogram of the values.
    Levels,
    /// The staircase from value to level.
    Staircase,
    /// The difference between the two.
    StaircaseError,
    /// The scale of every group.
    Groups,
    /// G before and after quantization.
    Green,
    /// The error by site and row.
    ErrorMap,
    /// The loss of training.
    Training,
}

impl QuantizeFigure {
    /// Returns the name of its files, without an extension.
    pub fn stem(self) -> &'static str {
        match self {
            QuantizeFigure::Levels => "quantization-levels",
            QuantizeFigure::Staircase => "quantization-staircase",
            QuantizeFigure::StaircaseError => "quantization-staircase-error",
            QuantizeFigure::Groups => "quantization-groups",
            QuantizeFigure::Green => "quantized-green",
            QuantizeFigure::ErrorMap => "quantization-error",
            QuantizeFigure::Training => "quantization-training",
        }
    }

    /// Returns its heading on the page.
    pub fn heading(self) -> &'static str {
        match self {
            QuantizeFigure::Levels => "Values and levels",
            QuantizeFigure::Staircase => "The staircase",
            QuantizeFigure::StaircaseError => "Its error",
            QuantizeFigure::Groups => "Scales, group by group",
            QuantizeFigure::Green => "G before and after",
            QuantizeFigure::ErrorMap => "The error, site by site",
            QuantizeFigure::Training => "Loss while training",
        }
    }

    /// Draws the figure of a record; `tensor` is the index of one of the three tensors, `group` of one of its groups.
    pub fn draw(self, record: &Quantize, tensor: usize, group: usize, layout: &Layout) -> Scene {
        let drawn = match self {
            QuantizeFigure::Levels => grid::levels(record, tensor, group, layout),
            QuantizeFigure::Staircase => grid::staircase(record, tensor, group, layout),
            QuantizeFigure::StaircaseError => grid::staircase_error(record, tensor, group, layout),
            QuantizeFigure::Groups => grid::groups(record, tensor, layout),
            QuantizeFigure::Green => curves::green(record, layout),
            QuantizeFigure::ErrorMap => map::error_map(record, layout),
            QuantizeFigure::Training => curves::training(record, layout),
        };
        drawn.unwrap_or_else(|| nothing(self.heading(), layout))
    }
}

/// Returns an empty figure with a note that there is no data.
fn nothing(title: &str, layout: &Layout) -> Scene {
    let sheet = Sheet::new(layout);
    let below = sheet.heading(title, "", &[]);
    sheet.text(below.center(), Anchor::Middle, "No data", sheet.plain(sheet.palette.muted));
    sheet.finish(format!("{title}: no data."))
}
