//! Accuracy against stored bytes: one mark per run, whose color and shape show the storage format of its base.

use super::{draw, note};
use crate::kit::record::Provenance;
use crate::studies::lora::measured::record::Run;
use bk_models::ops::Storage;
use bk_plot::lines::Line;
use bk_plot::marks::Shape;
use bk_plot::number::{count, fixed, significant};
use bk_plot::scene::Scene;
use bk_plot::sheet::Sheet;
use bk_plot::style::Layout;
use bk_plot::view::View;

/// Bytes per kilobyte.
const KILOBYTE: f64 = 1000.0;

/// Draws the accuracy of runs against the bytes they store: base, adapters, and head. Also draws the accuracy of
/// guessing, `chance`, if it is the same for all runs.
pub fn accuracy(
    runs: &[&Run],
    chance: Option<f64>,
    provenance: Provenance,
    view: &View,
    layout: &Layout,
) -> Scene {
    let sheet = Sheet::new(layout);
    let title = "Accuracy against bytes";
    let outer = sheet.heading(title, "Base as it is stored, adapters and head", &note(provenance));
    let palette = &sheet.palette;
    let looks = [
        (Storage::Single, palette.first.line, Shape::Circle),
        (Storage::EightBit, palette.second.line, Shape::Square),
        (Storage::FourBit, palette.threshold.line, Shape::Triangle),
        (Storage::FourBitDouble, palette.good.line, Shape::Diamond),
    ];
    let kilobytes = |run: &Run| (run.base_bytes + run.trained_bytes) as f64 / KILOBYTE;
    let mut lines: Vec<Line> = looks
        .into_iter()
        .map(|(storage, color, shape)| {
            let of = runs.iter().filter(|run| run.arm.storage == storage);
            let mut points: Vec<(f64, f64)> =
                of.map(|run| (kilobytes(run), 100.0 * run.held_out.accuracy())).collect();
            points.sort_by(|one, other| one.0.total_cmp(&other.0));
            Line { label: storage.label().into(), points, color, dash: &[], width: 0.0, mark: Some(shape) }
        })
        .filter(|line| !line.points.is_empty())
        .collect();
    let values = || lines.iter().flat_map(|line| &line.points).map(|point| point.0);
    if let (Some(chance), Some(least), Some(most)) =
        (chance, values().reduce(f64::min), values().reduce(f64::max))
    {
        lines.push(Line {
            label: "chance".into(),
            points: vec![(least, 100.0 * chance), (most, 100.0 * chance)],
            color: palette.bad.line,
            dash: &[3.0, 2.0],
            width: 0.5,
            mark: None,
        });
    }
    let summary = summary(title, &lines, runs.len(), chance, provenance);
    draw(
        sheet,
        outer,
        ["Base stored as", "Stored, kB", "Held-out images recognised, %"],
        view,
        &lines,
        summary,
    )
}

fn summary(title: &str, lines: &[Line], runs: usize, chance: Option<f64>, provenance: Provenance) -> String {
    let of = |line: &Line| {
        let mean =
            |of: fn(&(f64, f64)) -> f64| line.points.iter().map(of).sum::<f64>() / line.points.len() as f64;
        let (bytes, accuracy) = (significant(mean(|point| point.0), 3), fixed(mean(|point| point.1), 1));
        format!(" {}: {accuracy} % on average at {bytes} kB.", line.label)
    };
    let found: String = lines.iter().filter(|line| line.mark.is_some()).map(of).collect();
    let chance = chance.map_or(String::new(), |chance| format!(" Chance is {} %.", fixed(100.0 * chance, 1)));
    format!("{title}: {}, {}.{found}{chance}", count(runs, "run"), provenance.label())
}
