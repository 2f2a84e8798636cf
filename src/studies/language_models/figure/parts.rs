//! The parts of a model: one row per stage, one box per tensor, with the box width proportional to the tensor's size.

use bk_models::precision::Plan;
use bk_models::{Architecture, Parameter};
use bk_plot::font;
use bk_plot::legend::{Entry, Legend};
use bk_plot::marks::{Mark, Shape};
use bk_plot::number::{count, grouped};
use bk_plot::scene::{Anchor, Color, Point, Rectangle, Scene, Stroke, Weight};
use bk_plot::sheet::{Sheet, TextStyle};
use bk_plot::style::{Layout, Palette};
use bk_quantize::Width;

/// Lowest height of a row, in ems.
const LOWEST_ROW: f64 = 3.2;

/// Height of a row including its name, in ems.
const ROW: f64 = 4.2;

/// The modules that hold most parameters of a block.
const PARENTS: [&str; 3] = ["bk_layer.", "moe_ffn.", "mixer."];

/// A stage: the embedding, a block, or the computation of the logits.
struct Stage {
    name: String,
    /// Its stored tensors: short name, bit width, number of parameters.
    tensors: Vec<(String, Width, usize)>,
}

impl Stage {
    fn count(&self) -> usize {
        self.tensors.iter().map(|(_, _, count)| count).sum()
    }
}

/// Returns the stage that a parameter belongs to, and its name within the stage.
fn stage_of(name: &str) -> (String, String) {
    let mut words = name.splitn(3, '.');
    match (words.next(), words.next(), words.next()) {
        (Some("blocks" | "layers"), Some(number), Some(rest)) => {
            // The module that holds most parts of a block need not be named at each of them.
            let rest = PARENTS.iter().fold(rest, |rest, parent| rest.strip_prefix(parent).unwrap_or(rest));
            (format!("Block {number}"), rest.into())
        }
        (Some(first), ..) if first.contains("embed") => ("Embedding".into(), name.into()),
        _ => ("Logits".into(), name.into()),
    }
}

/// Returns the stages in the order of computation; a tensor's bias is counted with its weight.
fn stages(parameters: &[Parameter], plan: &Plan) -> Vec<Stage> {
    let mut stages: Vec<Stage> = vec![];
    for parameter in parameters {
        let (stage, short) = stage_of(&parameter.name);
        let short = short.trim_end_matches(".weight").trim_end_matches(".bias").to_owned();
        let width = plan.get(&parameter.name).copied().unwrap_or(Width::Half);
        let place = stages.iter().position(|other| other.name == stage).unwrap_or_else(|| {
            stages.push(Stage { name: stage, tensors: vec![] });
            stages.len() - 1
        });
        let tensors = &mut stages[place].tensors;
        match tensors.iter_mut().find(|(name, ..)| *name == short) {
            Some((_, _, numbers)) => *numbers += parameter.count(),
            None => tensors.push((short, width, parameter.count())),
        }
    }
    stages
}

/// Returns the color of a bit width.
fn color(palette: &Palette, width: Width) -> Color {
    match width {
        Width::Single => palette.muted,
        Width::Half => palette.first.line,
        Width::Int8 => palette.good.line,
        Width::Int4 => palette.threshold.line,
        Width::Int2 | Width::Int3 => palette.bad.line,
    }
}

/// Draws the model with the bit widths of a plan; parameters that the plan does not name are stored as FP16.
pub fn draw(architecture: &Architecture, plan: &Plan, layout: &Layout) -> Scene {
    let sheet = Sheet::new(layout);
    let stages = stages(&architecture.parameters(), plan);
    let total = architecture.parameter_count();
    let title = format!("What {} is made of", architecture.label());
    let subtitle = format!("{}; each box as wide as its tensor is large", count(total, "parameter"));
    let below = sheet.heading(&title, &subtitle, &[]);
    let em = sheet.sizes.base;
    let mut widths: Vec<Width> =
        stages.iter().flat_map(|stage| &stage.tensors).map(|tensor| tensor.1).collect();
    widths.sort_unstable_by_key(|width| std::cmp::Reverse(width.bits()));
    widths.dedup();
    let legend = legend(&sheet, &widths);
    let columns = legend.columns_within(&sheet, below.width());
    let foot = legend.size(&sheet, columns).1;
    let needed = stages.len() as f64 * LOWEST_ROW * em + foot + sheet.sizes.gap;
    if needed > below.height() + 0.5 {
        let height = layout.height + needed - below.height();
        return draw(architecture, plan, &Layout { height, ..*layout });
    }
    legend.draw(&sheet, Point { x: below.left, y: below.bottom - foot }, columns, below.width());
    let rows = Rectangle { bottom: below.bottom - foot - sheet.sizes.gap, ..below };
    let height = (rows.height() / stages.len().max(1) as f64).min(ROW * em);
    let most = stages.iter().map(Stage::count).max().unwrap_or(1).max(1);
    for (index, stage) in stages.iter().enumerate() {
        let top = rows.top + index as f64 * height;
        draw_stage(&sheet, Rectangle { top, bottom: top + height, ..rows }, stage, most);
    }
    sheet.finish(summary(&title, &stages, total))
}

/// Draws a stage: its name above, its boxes below.
fn draw_stage(sheet: &Sheet, row: Rectangle, stage: &Stage, most: usize) {
    let em = sheet.sizes.base;
    let words = format!("{}: {}", stage.name, grouped(stage.count() as f64, 0));
    let at = Point { x: row.left, y: row.top + font::ASCENT * em };
    sheet.text(
        at,
        Anchor::Start,
        &words,
        TextStyle { weight: Weight::Bold, ..sheet.plain(sheet.palette.ink) },
    );
    let (top, bottom) = (row.top + font::LINE_HEIGHT * em, row.bottom - 0.4 * em);
    let unit = row.width() / most as f64;
    let mut left = row.left;
    for (name, width, numbers) in &stage.tensors {
        let right = left + unit * *numbers as f64;
        let frame = Rectangle { left, top, right, bottom };
        let outline = Stroke { color: sheet.palette.background, width: 0.75, dash: vec![] };
        let fill = color(&sheet.palette, *width);
        sheet.area(frame.corners(), Some(fill.with_alpha(0.35)), Some(outline));
        let (size, inner) = (sheet.sizes.label, frame.width() - em);
        let short = font::shorten(name, size, Weight::Regular, inner.max(0.0));
        // A name cut to less than half is unreadable, and the table shows it in full.
        if 2 * short.chars().count() > name.chars().count() && inner > 2.0 * em {
            let middle =
                Point { x: frame.center().x, y: frame.center().y + font::CAPITAL_HEIGHT * size / 2.0 };
            let style = TextStyle { size, ..sheet.plain(sheet.palette.ink) };
            sheet.text(middle, Anchor::Middle, &short, style);
        }
        left = right;
    }
}

fn legend(sheet: &Sheet, widths: &[Width]) -> Legend {
    let entries = widths.iter().map(|&width| Entry {
        line: None,
        mark: Some(Mark {
            shape: Shape::Square,
            diameter: sheet.sizes.base,
            fill: color(&sheet.palette, width).with_alpha(0.35),
            outline: sheet.palette.frame,
        }),
        label: width.label().into(),
    });
    Legend { title: "Stored as", entries: entries.collect() }
}

fn summary(title: &str, stages: &[Stage], total: usize) -> String {
    let stages = stages.iter().map(|stage| format!("{} {}", stage.name, grouped(stage.count() as f64, 0)));
    let stages: Vec<String> = stages.collect();
    format!(
        "{title}: {} in {}: {}.",
        count(total, "parameter"),
        count(stages.len(), "stage"),
        stages.join(", ")
    )
}
