//! The requirements behind the stability figure, as comparisons that can be counted over seeds
//! (resnet-bk.md §7.2, §7.3, §10.4). The published summary contains no checks of its own.

use super::{Improvement, SHORT};
use crate::kit::claims::Check;
use crate::kit::record::Model;
use crate::studies::stability::record::Stability;
use crate::studies::stability::record::{Point, Series};
use serde_json::json;

/// The published lengths, with the key and the statement of the comparison at each.
const LOWER_AT: [(u32, &str, &str); 5] = [
    (8192, "final_loss_lower_8k", "ResNet-BK's final loss is lower than Mamba's at 8k"),
    (32768, "final_loss_lower_32k", "ResNet-BK's final loss is lower than Mamba's at 32k"),
    (131_072, "final_loss_lower_131k", "ResNet-BK's final loss is lower than Mamba's at 131k"),
    (524_288, "final_loss_lower_524k", "ResNet-BK's final loss is lower than Mamba's at 524k"),
    (1_048_576, "final_loss_lower_1M", "ResNet-BK's final loss is lower than Mamba's at 1M"),
];

/// A requirement on the fraction of a model's lengths for which something is true.
struct Share {
    key: &'static str,
    statement: &'static str,
    model: Model,
    /// Only longer lengths count.
    beyond: u32,
    is_true: fn(&Point) -> bool,
    /// The required fraction, in percent.
    percent: f64,
    unit: &'static str,
}

/// The requirements 8.2 and 8.3.
const SHARES: [Share; 3] = [
    Share {
        key: "req_8_2_resnetbk_converges",
        statement: "ResNet-BK diverges at no length",
        model: Model::ResNetBk,
        beyond: 0,
        is_true: Point::diverged,
        percent: 0.0,
        unit: "% of its lengths",
    },
    Share {
        key: "req_8_3_mamba_diverges",
        statement: "Mamba is called diverged at every length beyond 8k",
        model: Model::Mamba,
        beyond: SHORT,
        is_true: Point::diverged,
        percent: 100.0,
        unit: "% of these lengths",
    },
    Share {
        key: "req_8_3_mamba_ends_above_its_start",
        statement: "Mamba's loss ends above its start at every length beyond 8k",
        model: Model::Mamba,
        beyond: SHORT,
        is_true: ends_above_its_start,
        percent: 100.0,
        unit: "% of these lengths",
    },
];

/// Tests requirements 8.2 and 8.3 on a record, and whether ResNet-BK trains better at each published length.
/// Comparisons without data are left out.
pub fn requirements(record: &Stability) -> Vec<Check> {
    let shares = SHARES.iter().filter_map(|asked| {
        let value = share(record.series(&asked.model)?, asked.beyond, asked.is_true);
        let Share { key, statement, percent, unit, .. } = *asked;
        Some(Check { key, statement, value, threshold: json!(percent), unit, met: value == Some(percent) })
    });
    let lower = LOWER_AT.iter().filter_map(|&(length, key, statement)| {
        let percent = Improvement::at(record, length)?.percent();
        let (threshold, unit) = (json!(0.0), "% of Mamba's loss");
        Some(Check { key, statement, value: Some(percent), threshold, unit, met: percent > 0.0 })
    });
    shares.chain(lower).collect()
}

/// Returns the percentage of a model's points beyond a length for which something is true; `None` if there are no such
/// points.
fn share(series: &Series, beyond: u32, is_true: fn(&Point) -> bool) -> Option<f64> {
    let points = || series.points.iter().filter(|point| point.sequence_length > beyond);
    let count = points().count();
    (count > 0).then(|| 100.0 * points().filter(|point| is_true(point)).count() as f64 / count as f64)
}

/// Returns whether the last loss of every run is above its first: a test of divergence that does not use the source's
/// label.
fn ends_above_its_start(point: &Point) -> bool {
    point.runs.iter().all(|run| {
        let mut losses = run.curve().into_iter().flat_map(|curve| curve.losses.iter().flatten());
        losses.next().zip(losses.next_back()).is_some_and(|(first, last)| last > first)
    })
}
