//! Description of the figure in words.

use super::comparison;
use super::curves::{Curve, Curves, GIGA, Value};
use crate::kit::figure::origin;
use crate::kit::figure::origin::Origin;
use crate::kit::record::pareto::Dominance;
use crate::studies::efficiency::record::Efficiency;
use bk_plot::number;

/// Describes the figure as a text alternative. `compared` is the record whose models are compared as published.
pub fn summary(
    compared: Option<&Efficiency>,
    origins: &[Origin],
    labels: &[String],
    curves: &Curves,
) -> String {
    if curves.curves.is_empty() {
        return "Dynamic efficiency: no data.".into();
    }
    let mut sentences = vec![
        "Dynamic efficiency: perplexity against operations per token, less being better in both.".into(),
    ];
    sentences.extend(curves.curves.iter().map(|curve| describe(curve, &labels[curve.record])));
    sentences.extend(dominance(curves));
    sentences.extend(compared.into_iter().flat_map(comparison::sentences));
    sentences.extend(comparison::misses(curves));
    sentences.extend(origin::notes(origins));
    sentences.join(" ")
}

fn describe(curve: &Curve, record: &str) -> String {
    let at = |value: &Value| {
        let spread = value.confidence.map(|half| format!(" ± {}", number::fixed(half.perplexity, 1)));
        let (perplexity, flops) = (value.cost.perplexity, value.cost.flops / GIGA);
        let spread = spread.unwrap_or_default();
        format!("{}{spread} at {} GFLOPs", number::fixed(perplexity, 1), number::fixed(flops, 1))
    };
    let ends = match curve.values.as_slice() {
        [first, .., last] => format!("from perplexity {} to {}", at(first), at(last)),
        values => values.iter().map(|value| format!("perplexity {}", at(value))).collect(),
    };
    let count = number::count(curve.values.len(), "configuration");
    let runs = origin::run_count(curve.values.iter().map(|value| value.runs));
    let runs = runs
        .map(|runs| format!(", {runs} runs, ± the 95 % confidence interval of the mean"))
        .unwrap_or_default();
    let best = curve.best().map(|best| format!("; lowest perplexity {}", at(best))).unwrap_or_default();
    format!("{} ({record}{runs}): {count}, {ends}{best}.", curve.model.label())
}

/// Describes which configurations are on which frontier, and by which rule.
fn dominance(curves: &Curves) -> Vec<String> {
    let rule = match curves.dominance {
        Dominance::Exact => {
            "a configuration is dominated by another that is no worse in both and better in one"
        }
        Dominance::Published => {
            "by the published rule a configuration is dominated only by another that is better in both"
        }
    };
    let own = curves.with_frontier().map(|curve| {
        let (count, all) = (curve.frontier().len(), curve.values.len());
        format!("{count} of {all} configurations of {}", curve.model.label())
    });
    let own: Vec<String> = own.collect();
    let mut sentences = Vec::new();
    if !own.is_empty() {
        sentences.push(format!("On their models' Pareto frontiers ({rule}) are {}.", own.join(" and ")));
    }
    if let Some(union) = &curves.union {
        let shares = curves.with_frontier().map(|curve| {
            let values = curve.values.iter().filter(|value| union.contains(&value.cost));
            format!("{} of {}", values.count(), curve.model.label())
        });
        let shares: Vec<String> = shares.collect();
        sentences.push(format!("On the frontier of all models are {}.", shares.join(" and ")));
    }
    sentences
}
