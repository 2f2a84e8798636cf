//! The causality map: how far each token moves each logit, over all pairs of positions.

use bk_models::causality::{Causality, TOLERANCE};
use bk_plot::axis::Axis;
use bk_plot::chart::Chart;
use bk_plot::heat;
use bk_plot::heat::{Field, Pixels, Scale};
use bk_plot::number::{count, scientific};
use bk_plot::scene::{Anchor, Rectangle, Scene};
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;

/// Largest ratio between the values of the brightest and the darkest color.
const MOST_CONTRAST: f64 = 1e6;

/// Height divided by width on a wide screen.
pub const CAUSALITY_ASPECT: f64 = 0.8;

/// Draws the change of each logit when each token is changed.
pub fn draw(found: &Causality, label: &str, layout: &Layout) -> Scene {
    let sheet = Sheet::new(layout);
    let title = "Which token moves which logit";
    let below = sheet.heading(title, &format!("{label}: the largest change of a logit at position i"), &[]);
    let rows = found.moved.first().map_or(0, Vec::len);
    if rows == 0 {
        sheet.text(below.center(), Anchor::Middle, "No data", sheet.plain(sheet.palette.muted));
        return sheet.finish(format!("{title}: no data."));
    }
    let base = sheet.sizes.base;
    let words = "Largest change of a logit when token j is changed; log scale. Empty: exactly zero. Below the diagonal \
                 i = j an earlier logit moves, which is to see the future";
    let caption = heat::caption(&sheet, words, below.width());
    let bar = Rectangle { top: below.bottom - Scale::height(caption.len(), base), ..below };
    let outer = Rectangle { bottom: bar.top - 1.5 * sheet.sizes.gap, ..below };
    let axis = |title, last: usize, ticks: f64| {
        Axis::linear(title, -0.5, last as f64 - 0.5, (ticks as usize).clamp(1, last))
    };
    let mut chart = Chart::new(
        &sheet,
        outer,
        axis("Changed token j", found.changed.len(), outer.width() / (6.0 * base)),
        axis("Logits at position i", rows, outer.height() / (3.0 * base)),
    );
    let values: Vec<f32> = found.moved.iter().flatten().map(|&moved| moved as f32).collect();
    let field = Field { columns: found.changed.len(), rows, values: &values };
    let pixels = Pixels::new(&field, chart.plot.width(), chart.plot.height());
    let scale = Scale::of([&pixels], MOST_CONTRAST);
    pixels.draw(&sheet, chart.plot, &scale);
    chart.draw_axes();
    scale.draw(&sheet, bar, &caption);
    sheet.finish(summary(found, label, rows))
}

fn summary(found: &Causality, label: &str, rows: usize) -> String {
    let leak = found.largest_leak();
    let verdict = match leak {
        0.0 => "No earlier logit moves at all: the model sees the past alone.".to_owned(),
        leak if found.holds() => format!(
            "Earlier logits move by at most {}, which is rounding: the model sees the past alone.",
            scientific(leak, 1)
        ),
        leak => format!(
            "Earlier logits move by up to {}, more than {}: the model sees the future.",
            scientific(leak, 1),
            scientific(TOLERANCE, 0)
        ),
    };
    format!(
        "What changing one of {} does to the logits at {} of {label}. {verdict}",
        count(found.changed.len(), "token"),
        count(rows, "position"),
    )
}
