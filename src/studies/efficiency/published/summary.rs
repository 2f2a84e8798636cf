//! The summary and the two checks of the published efficiency script (resnet-bk.md §6.4), for any record, in the
//! published JSON form and by the published rules.

use super::nearest::{Pair, least};
use crate::kit::claims::check::{Check, to_value};
use crate::kit::record::pareto::Cost;
use crate::kit::record::{Model, statistics};
use crate::studies::efficiency::record::Efficiency;
use bk_python::printing as python;
use serde_json::{Map, Value, json};

/// The perplexities at which FLOPs are compared.
const PERPLEXITIES: [f64; 4] = [25.0, 30.0, 35.0, 40.0];

/// The FLOPs per token at which perplexities are compared.
const FLOPS: [f64; 4] = [3e9, 5e9, 7e9, 1e10];

/// Returns the checks that the published rules emit for this data: both, or none if a model has no points.
pub(super) fn checks(record: &Efficiency) -> Vec<Check> {
    let at_30 = Pair::at_perplexity(record, 30.0).map(|pair| Check {
        key: "req_8_10_2x_fewer_flops_at_ppl30",
        statement: "ResNet-BK uses 2× fewer FLOPs than Mamba at PPL≈30",
        value: Some(pair.flops_ratio()),
        threshold: json!(2.0),
        unit: "×",
        met: pair.flops_ratio() >= 2.0,
    });
    let at_5_billion = Pair::at_flops(record, 5e9).map(|pair| Check {
        key: "req_8_11_30pct_lower_ppl_at_equal_flops",
        statement: "ResNet-BK has 30% lower PPL than Mamba at equal FLOPs",
        value: Some(pair.improvement()),
        threshold: json!(30.0),
        unit: "%",
        met: pair.improvement() >= 30.0,
    });
    at_30.into_iter().chain(at_5_billion).collect()
}

/// Returns the published summary JSON of a record. For the default simulation it is Appendix B.2 byte for byte. A model
/// without points, for which the published script fails, gets an empty object.
pub(super) fn summary_json(record: &Efficiency) -> Result<String, serde_json::Error> {
    let mut summary = Map::new();
    for model in &Model::PUBLISHED {
        summary.insert(model.key().into(), model_summary(&record.costs(model)).unwrap_or_else(|| json!({})));
    }
    let equal_perplexity = PERPLEXITIES.iter().filter_map(|&target| {
        let pair = Pair::at_perplexity(record, target)?;
        Some((format!("ppl_{target}"), at_equal_perplexity(target, &pair)))
    });
    let equal_flops = FLOPS.iter().filter_map(|&target| {
        let pair = Pair::at_flops(record, target)?;
        Some((format!("{}G", target / 1e9), at_equal_flops(target, &pair)))
    });
    let comparison = json!({
        "equal_ppl": equal_perplexity.collect::<Map<_, _>>(),
        "equal_flops": equal_flops.collect::<Map<_, _>>(),
    });
    summary.insert("comparison".into(), comparison);
    let requirements: Map<String, Value> = checks(record)
        .iter()
        .map(|check| {
            let mut value = to_value(check);
            value["description"] = check.statement.into();
            (check.key.into(), value)
        })
        .collect();
    summary.insert("requirements_check".into(), Value::Object(requirements));
    python::to_json(&Value::Object(summary))
}

/// Returns one model's best, cheapest, and mean point.
fn model_summary(costs: &[Cost]) -> Option<Value> {
    let best = least(costs, |cost| cost.perplexity)?;
    let cheapest = least(costs, |cost| cost.flops)?;
    let mean = |value: fn(&Cost) -> f64| statistics::mean(&costs.iter().map(value).collect::<Vec<f64>>());
    Some(json!({
        "best_ppl": best.perplexity,
        "best_ppl_flops": best.flops,
        "lowest_flops": cheapest.flops,
        "lowest_flops_ppl": cheapest.perplexity,
        "mean_ppl": mean(|cost| cost.perplexity),
        "mean_flops": mean(|cost| cost.flops),
        "num_configs": costs.len(),
    }))
}

fn at_equal_perplexity(target: f64, pair: &Pair) -> Value {
    json!({
        "target_ppl": target,
        "resnetbk_actual_ppl": pair.resnetbk.perplexity,
        "mamba_actual_ppl": pair.mamba.perplexity,
        "resnetbk_flops": pair.resnetbk.flops,
        "mamba_flops": pair.mamba.flops,
        "flops_ratio": pair.flops_ratio(),
    })
}

fn at_equal_flops(target: f64, pair: &Pair) -> Value {
    json!({
        "target_flops": target,
        "resnetbk_actual_flops": pair.resnetbk.flops,
        "mamba_actual_flops": pair.mamba.flops,
        "resnetbk_ppl": pair.resnetbk.perplexity,
        "mamba_ppl": pair.mamba.perplexity,
        "ppl_improvement_pct": pair.improvement(),
    })
}
