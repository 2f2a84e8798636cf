//! The requirements behind the stability figure as comparisons that can be counted over seeds (resnet-bk.md
//! §7.2, §7.3, §10.4). The published summary contains no checks of its own.

use super::{Improvement, SHORT};
use crate::published::Check;
use crate::record::stability::{Point, Series};
use crate::record::{Model, Stability};
use serde_json::json;

/// The published lengths, and the key of what is asked at each.
const LOWER_AT: [(u32, &str, &str); 5] = [
    (8192, "final_loss_lower_8k", "ResNet-BK's final loss is lower than Mamba's at 8k"),
    (32768, "final_loss_lower_32k", "ResNet-BK's final loss is lower than Mamba's at 32k"),
    (131_072, "final_loss_lower_131k", "ResNet-BK's final loss is lower than Mamba's at 131k"),
    (524_288, "final_loss_lower_524k", "ResNet-BK's final loss is lower than Mamba's at 524k"),
    (1_048_576, "final_loss_lower_1M", "ResNet-BK's final loss is lower than Mamba's at 1M"),
];

/// What requirements 8.2 and 8.3 ask of a record, and whether ResNet-BK trains better at each published
/// length. What the record has no data for is left out.
pub fn requirements(record: &Stability) -> Vec<Check> {
    let [resnetbk, mamba] = Model::PUBLISHED.each_ref().map(|model| record.series(model));
    let stable = resnetbk.map(|series| {
        let diverged = share(series, |_| true, Point::diverged);
        Check {
            key: "req_8_2_resnetbk_converges",
            statement: "ResNet-BK diverges at no length",
            value: diverged,
            threshold: json!(0.0),
            unit: "% of its lengths",
            met: diverged == Some(0.0),
        }
    });
    let diverging = mamba.map(|series| {
        let diverged = share(series, |length| length > SHORT, Point::diverged);
        Check {
            key: "req_8_3_mamba_diverges",
            statement: "Mamba is called diverged at every length beyond 8k",
            value: diverged,
            threshold: json!(100.0),
            unit: "% of these lengths",
            met: diverged == Some(100.0),
        }
    });
    let exploding = mamba.map(|series| {
        let left = share(series, |length| length > SHORT, ends_above_its_start);
        Check {
            key: "req_8_3_mamba_ends_above_its_start",
            statement: "Mamba's loss ends above its start at every length beyond 8k",
            value: left,
            threshold: json!(100.0),
            unit: "% of these lengths",
            met: left == Some(100.0),
        }
    });
    let lower = LOWER_AT.iter().filter_map(|&(length, key, statement)| {
        let percent = Improvement::at(record, length)?.percent();
        let (threshold, unit) = (json!(0.0), "% of Mamba's loss");
        Some(Check { key, statement, value: Some(percent), threshold, unit, met: percent > 0.0 })
    });
    [stable, diverging, exploding].into_iter().flatten().chain(lower).collect()
}

/// The share in percent of a model's points of which something is true, of those at such lengths; `None` if it
/// has none there.
fn share(series: &Series, at: fn(u32) -> bool, is_true: fn(&Point) -> bool) -> Option<f64> {
    let points = || series.points.iter().filter(|point| at(point.sequence_length));
    let count = points().count();
    (count > 0).then(|| 100.0 * points().filter(|point| is_true(point)).count() as f64 / count as f64)
}

/// Whether the last loss of every run is above its first: what divergence means without being told.
fn ends_above_its_start(point: &Point) -> bool {
    point.runs.iter().all(|run| {
        let mut losses = run.curve().into_iter().flat_map(|curve| curve.losses.iter().flatten());
        losses.next().zip(losses.next_back()).is_some_and(|(first, last)| last > first)
    })
}
