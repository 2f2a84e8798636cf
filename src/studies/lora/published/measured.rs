//! The published numbers beside the measured ones: the accuracy and the memory of a stored base.

use crate::kit::record::hypothesis::Interval;
use crate::kit::record::table::{Grid, cell};
use crate::studies::lora::measured::record::Adaptation;
use bk_models::ops::Storage;

/// The confidence level of the intervals.
const LEVEL: f64 = 0.95;

/// Returns, for a storage format, the ranges from which the published simulation draws the lost points of accuracy and
/// the saved memory, both in percent (vit-lora.md §5), and the averages of the six published experiments.
fn published(storage: Storage) -> Option<[&'static str; 3]> {
    match storage {
        Storage::Single => None,
        Storage::EightBit => Some(["0.5 to 1.5", "45 to 55 %", "0.82 points, 52.7 %"]),
        Storage::FourBit => Some(["2 to 4", "65 to 75 %", "none published"]),
        Storage::FourBitDouble => Some(["1.6 to 3.2", "75 to 85 %", "none published"]),
    }
}

/// Returns the table of published and measured numbers.
pub fn beside(record: &Adaptation) -> Grid {
    let bytes = |storage: Storage| {
        let of = record.runs.iter().filter(move |run| run.arm.storage == storage);
        of.map(|run| (run.arm.size, run.base_bytes))
    };
    let saved = |storage: Storage| {
        let share = |(size, bytes_stored): (_, usize)| {
            let (_, single) = bytes(Storage::Single).find(|(other, _)| *other == size)?;
            Some(100.0 * (1.0 - bytes_stored as f64 / single as f64))
        };
        let shares: Vec<f64> = bytes(storage).filter_map(share).collect();
        let ends = shares.iter().copied().reduce(f64::min).zip(shares.iter().copied().reduce(f64::max));
        cell(ends, |(low, high)| match high - low < 0.05 {
            true => format!("{low:.1} %"),
            false => format!("{low:.1} to {high:.1} %"),
        })
    };
    let row = |storage: Storage| {
        let [lost, memory, average] = published(storage)?;
        let pairs = record.pairs(storage);
        let interval = Interval::of(&pairs, LEVEL);
        let measured = cell(interval, |found| {
            format!("{:.2} ± {:.2} ({} pairs)", 100.0 * found.mean, 100.0 * found.margin, found.count)
        });
        let label = storage.label().to_owned();
        Some(vec![label, measured, lost.into(), saved(storage), memory.into(), average.into()])
    };
    let columns = [
        "Base stored as",
        "Points lost, measured here",
        "Points lost, drawn by the published simulation",
        "Bytes of base saved, measured here",
        "Memory saved, drawn by the published simulation",
        "Average of the published experiments (simulation)",
    ];
    Grid {
        heading: "Published beside measured".into(),
        columns: columns.map(String::from).into(),
        rows: Storage::ALL.into_iter().filter_map(row).collect(),
        omitted: 0,
    }
}
