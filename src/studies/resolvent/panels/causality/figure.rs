//! The dependence of each site's output on each site's potential: lines from one site, and maps of all pairs around it.

use crate::studies::resolvent::figure::{Drawing, Look, at_z, site_axis};
use crate::studies::resolvent::record::{Causality, Config};
use bk_plot::axis::Axis;
use bk_plot::chart::Chart;
use bk_plot::font;
use bk_plot::heat;
use bk_plot::heat::{Field, Pixels, Scale};
use bk_plot::lines;
use bk_plot::lines::Line;
use bk_plot::number;
use bk_plot::scene::{Anchor, Point, Rectangle, Scene, Weight};
use bk_plot::sheet::{Sheet, TextStyle};
use bk_plot::style::Layout;
use bk_plot::view::View;

/// What one site’s potential moves.
pub(crate) const LINES: Drawing<Causality> = Drawing {
    look: Look { stem: "causality", heading: "What one site’s potential moves", aspect: 0.5 },
    draw: effect_lines,
};

/// Who depends on whom.
pub(crate) const MAPS: Drawing<Causality> = Drawing {
    look: Look { stem: "causality-map", heading: "Who depends on whom", aspect: 0.6 },
    draw: |found, config, _, layout| effect_maps(found, config, layout),
};

/// Effects are shown down to this part of the greatest.
const LEAST: f64 = 1e-16;

/// Largest ratio between the values of the brightest and the darkest color of the maps.
const MOST_CONTRAST: f64 = 1e8;

/// Figures narrower than this, in points, show the maps one above the other.
const NARROW: f64 = 380.0;

/// Lowest height of a map, in points.
const LOWEST_MAP: f64 = 110.0;

const TWO_SIDED: &str = "two-sided, G(i,i)";
const ONE_SIDED: &str = "one-sided, L(i)";

/// Draws the effect of v_j on every site, in both forms.
pub fn effect_lines(found: &Causality, config: &Config, view: &View, layout: &Layout) -> Scene {
    let sheet = Sheet::new(layout);
    let title = format!("What the potential of site {} moves", number::grouped(found.source as f64, 0));
    let outer =
        sheet.heading(&title, &format!("Effect of v(j) on the output of site i, {}", at_z(config)), &[]);
    let greatest = found.two_sided.iter().chain(&found.one_sided).copied().fold(0.0, f64::max);
    if greatest <= 0.0 {
        sheet.text(outer.center(), Anchor::Middle, "No data", sheet.plain(sheet.palette.muted));
        return sheet.finish(format!("{title}: no data."));
    }
    let least = greatest * LEAST;
    let visible = |values: &[f64]| -> Vec<f64> {
        values.iter().map(|&value| if value >= least { value } else { f64::NAN }).collect()
    };
    let width = outer.width();
    let one =
        Line::over_visible(ONE_SIDED, &visible(&found.one_sided), width, sheet.palette.second.line, view);
    let lines = [
        Line { dash: &[2.5, 1.5], ..one },
        Line::over_visible(TWO_SIDED, &visible(&found.two_sided), width, sheet.palette.first.line, view),
        Line {
            label: "site j".into(),
            points: vec![(found.source as f64, least), (found.source as f64, 2.0 * greatest)],
            color: sheet.palette.muted,
            dash: &[1.0, 1.5],
            width: 0.4,
            mark: None,
        },
    ];
    let base = sheet.sizes.base;
    let axes = |outer: Rectangle| {
        let ticks = (outer.height() / (4.0 * base)) as usize;
        [
            site_axis(found.two_sided.len(), outer.width(), base),
            Axis::logarithmic("Derivative by v(j), magnitude", least, 2.0 * greatest, ticks),
        ]
    };
    let (plots, series) = lines::explore(&sheet, outer, "Output", view, axes, &lines);
    Scene { plots, series, ..sheet.finish(line_summary(found, config)) }
}

fn line_summary(found: &Causality, config: &Config) -> String {
    let leak = found.leak(1).map_or(String::new(), |part| {
        format!(
            " The site before it feels it {} times as much as the site itself.",
            number::significant(part, 3)
        )
    });
    format!(
        "What the potential of site {} moves among {}, {}. Two-sided, {} of all effects lie before it.{leak} \
         One-sided, none does: sites before it are not moved at all.",
        found.source,
        number::count(found.two_sided.len(), "site"),
        at_z(config),
        number::significant(found.share_before(), 3),
    )
}

/// Draws the effect of every site's potential on every site around the source, in both forms side by side.
pub fn effect_maps(found: &Causality, config: &Config, layout: &Layout) -> Scene {
    let sheet = Sheet::new(layout);
    let window = &found.window;
    let title = "Who depends on whom";
    let last = window.first + window.sites.saturating_sub(1);
    let subtitle = format!("Effect of v(j) on site i, sites {} to {last}, {}", window.first, at_z(config));
    let below = sheet.heading(title, &subtitle, &[]);
    if window.sites == 0 {
        sheet.text(below.center(), Anchor::Middle, "No data", sheet.plain(sheet.palette.muted));
        return sheet.finish(format!("{title}: no data."));
    }
    let base = sheet.sizes.base;
    let words = "Size of the derivative; log scale. Empty: exactly zero. Above the diagonal i = j a later site looks \
                 back; below it a site looks ahead";
    let caption = heat::caption(&sheet, words, below.width());
    let bar = Rectangle { top: below.bottom - Scale::height(caption.len(), base), ..below };
    let frames = frames(Rectangle { bottom: bar.top - 1.5 * sheet.sizes.gap, ..below }, sheet.sizes.gap);
    let charts = frames.map(|frame| {
        let title_height = font::LINE_HEIGHT * base;
        let outer = Rectangle { top: frame.top + title_height, ..frame };
        let axis = |title, ticks: f64| {
            Axis::linear(
                title,
                window.first as f64 - 0.5,
                last as f64 + 0.5,
                (ticks as usize).min(window.sites),
            )
        };
        let x = axis("Potential of site j", outer.width() / (6.0 * base));
        Chart::new(&sheet, outer, x, axis("Output of site i", outer.height() / (3.0 * base)))
    });
    let missing = LOWEST_MAP - charts[0].plot.height();
    if missing > 0.5 {
        let maps = if is_narrow(below) { 2.0 } else { 1.0 };
        return effect_maps(found, config, &Layout { height: layout.height + maps * missing, ..*layout });
    }
    let fields = [&window.two_sided, &window.one_sided].map(|values| Field {
        columns: window.sites,
        rows: window.sites,
        values,
    });
    let pixels = fields.map(|field| Pixels::new(&field, charts[0].plot.width(), charts[0].plot.height()));
    let scale = Scale::of(&pixels, MOST_CONTRAST);
    for (((mut chart, pixels), frame), name) in
        charts.into_iter().zip(&pixels).zip(frames).zip([TWO_SIDED, ONE_SIDED])
    {
        let style = TextStyle { size: base, weight: Weight::Bold, color: sheet.palette.ink };
        let at = Point { x: frame.left, y: frame.top + font::ASCENT * base };
        sheet.text(at, Anchor::Start, name, style);
        pixels.draw(&sheet, chart.plot, &scale);
        chart.draw_axes();
    }
    scale.draw(&sheet, bar, &caption);
    sheet.finish(map_summary(found, config))
}

fn is_narrow(outer: Rectangle) -> bool {
    outer.width() < NARROW
}

/// Returns two equal parts of a rectangle: side by side, or one above the other if it is too narrow.
fn frames(outer: Rectangle, gap: f64) -> [Rectangle; 2] {
    let middle = outer.center();
    if is_narrow(outer) {
        [Rectangle { bottom: middle.y - gap, ..outer }, Rectangle { top: middle.y + gap, ..outer }]
    } else {
        [Rectangle { right: middle.x - gap, ..outer }, Rectangle { left: middle.x + gap, ..outer }]
    }
}

fn map_summary(found: &Causality, config: &Config) -> String {
    let window = &found.window;
    let ahead = |values: &[f32]| {
        let pairs = values.iter().enumerate().filter(|(pair, _)| pair % window.sites < pair / window.sites);
        pairs.filter(|(_, value)| **value > 0.0).count()
    };
    format!(
        "Who depends on whom among {} from site {} on, {}. Of the {} in which a site would look ahead, {} are above \
         zero in the two-sided form and {} in the one-sided form.",
        number::count(window.sites, "site"),
        window.first,
        at_z(config),
        number::count(window.sites * (window.sites - 1) / 2, "pair"),
        number::grouped(ahead(&window.two_sided) as f64, 0),
        number::grouped(ahead(&window.one_sided) as f64, 0),
    )
}
