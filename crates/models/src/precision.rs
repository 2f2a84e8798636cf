//! Which tensor is stored how: by what it is part of, or by how much it matters (resnet-bk.md §4.2, §4.3).

use crate::architecture::{Architecture, Parameter};
use crate::quantized::Rounding;
use bk_quantize::{Width, packed_length};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The part of a model that a tensor belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Component {
    /// An expert of a mixture.
    Expert,
    /// The resolvent and what makes its potential.
    BkCore,
    /// What makes the logits.
    Output,
    /// Tokens and positions.
    Embedding,
    /// What steers a selective scan: its time steps, and what goes into its states and out of them.
    Scan,
    /// The maps into a selective scan and out of it, which most of such a model is.
    Projection,
    /// Anything else.
    Other,
}

impl Component {
    /// The component of a name by the published rules: the first that matches.
    pub fn of(name: &str) -> Self {
        let name = name.to_lowercase();
        let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
        if has(&["expert"]) && has(&["moe"]) {
            Component::Expert
        } else if has(&["bk_core", "birman", "schwinger", "resolvent"]) {
            Component::BkCore
        } else if has(&["lm_head", "output_proj", "final"]) {
            Component::Output
        } else if has(&["embed", "token", "position"]) {
            Component::Embedding
        } else {
            Component::Other
        }
    }

    /// The component of a parameter of the models here: as published, but the linear maps of the resolvent are of
    /// the core, where the published rules take one for an output and the other for nothing in particular; and Mamba's
    /// parts, of which those rules know none, are told apart by the same reasoning.
    pub fn of_parameter(name: &str) -> Self {
        let has = |parts: &[&str]| parts.iter().any(|part| name.contains(part));
        if has(&["bk_layer.v_proj", "bk_layer.output_proj", "bk_layer.value_proj"]) {
            Component::BkCore
        } else if has(&["mixer.x_proj", "mixer.dt_proj"]) {
            Component::Scan
        } else if has(&["mixer.in_proj", "mixer.out_proj"]) {
            Component::Projection
        } else {
            Component::of(name)
        }
    }

    /// How it is stored under the static policy: the bulk of a model at INT4, what steers it at INT8, the ends at FP16.
    pub fn width(self) -> Width {
        match self {
            Component::Expert | Component::Projection => Width::Int4,
            Component::BkCore | Component::Scan | Component::Other => Width::Int8,
            Component::Output | Component::Embedding => Width::Half,
        }
    }

    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Component::Expert => "expert",
            Component::BkCore => "BK core",
            Component::Output => "output",
            Component::Embedding => "embedding",
            Component::Scan => "scan",
            Component::Projection => "projection",
            Component::Other => "other",
        }
    }
}

/// The dynamic policy: the most important part at FP16, the least important at INT4, the rest at INT8.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// The part of all names that is stored at FP16.
    pub high: f64,
    /// The part that is stored at INT4.
    pub low: f64,
}

impl Default for Policy {
    fn default() -> Self {
        Self { high: 0.2, low: 0.4 }
    }
}

/// The importances between which widths change.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// From here on FP16.
    pub high: f64,
    /// From here on INT8; none where nothing is stored at INT4.
    pub low: Option<f64>,
}

impl Policy {
    /// The thresholds for some importances; none where there are none. Of equal importances all are stored alike, in the
    /// wider form.
    pub fn thresholds(self, importances: impl IntoIterator<Item = f64>) -> Option<Thresholds> {
        let mut falling: Vec<f64> = importances.into_iter().collect();
        falling.sort_unstable_by(|one, other| other.total_cmp(one));
        let count = falling.len();
        let last = count.checked_sub(1)?;
        let part = |part: f64| (count as f64 * part).floor().max(0.0) as usize;
        let high = part(self.high).max(1);
        let low = part(1.0 - self.low).max(high + 1).min(count);
        let high = high.min(last);
        // The k-th of the falling importances is the last of the first k.
        let low = (low < count).then(|| falling[low - 1]);
        Some(Thresholds { high: falling[high.saturating_sub(1)], low })
    }
}

impl Thresholds {
    /// How something of this importance is stored.
    pub fn width(self, importance: f64) -> Width {
        if importance >= self.high {
            Width::Half
        } else if self.low.is_none_or(|low| importance >= low) {
            Width::Int8
        } else {
            Width::Int4
        }
    }
}

/// The width of every tensor that is quantized, by name. What is not named is stored at FP16.
pub type Plan = BTreeMap<String, Width>;

/// The tensors that are quantized: everything of more than one dimension whose rows are long enough to share a scale.
/// Biases, norms and what shapes a scan are few, and stay at FP16.
pub fn quantizable(parameter: &Parameter) -> bool {
    parameter.shape.len() == 2 && !parameter.name.ends_with("A_log")
}

/// Bytes of a parameter at a width, codes and scales, without making them: what [`PackedTensor::bytes`] counts.
///
/// [`PackedTensor::bytes`]: crate::PackedTensor::bytes
pub fn bytes(parameter: &Parameter, width: Width, rounding: Rounding) -> usize {
    let row = parameter.shape.last().copied().unwrap_or(1).max(1);
    let scales = size_of::<f32>() * rounding.scheme(width).groups(row);
    parameter.count() / row * (packed_length(row, width.bits()) + scales)
}

/// Everything that is quantized at one width.
pub fn uniform(architecture: &Architecture, width: Width) -> Plan {
    plan(architecture, |_| width)
}

/// Everything by its component.
pub fn by_component(architecture: &Architecture) -> Plan {
    plan(architecture, |name| Component::of_parameter(name).width())
}

/// Everything by its importance, by module; what has none by its component.
pub fn by_importance(
    architecture: &Architecture,
    importances: &BTreeMap<String, f64>,
    policy: Policy,
) -> Plan {
    let thresholds = policy.thresholds(importances.values().copied());
    plan(architecture, |name| {
        let importance = name.strip_suffix(".weight").and_then(|module| importances.get(module));
        match (importance, thresholds) {
            (Some(&importance), Some(thresholds)) => thresholds.width(importance),
            _ => Component::of_parameter(name).width(),
        }
    })
}

fn plan(architecture: &Architecture, width: impl Fn(&str) -> Width) -> Plan {
    let parameters = architecture.parameters().into_iter().filter(quantizable);
    parameters.map(|parameter| (parameter.name.clone(), width(&parameter.name))).collect()
}

#[cfg(test)]
mod tests {
    use super::{Component, Policy, Thresholds};
    use bk_quantize::Width;
    use bk_quantize::Width::{Half, Int4, Int8};

    fn widths(importances: &[f64], high: f64, low: f64) -> Vec<Width> {
        let thresholds = Policy { high, low }.thresholds(importances.iter().copied());
        let width = |thresholds: Thresholds| importances.iter().map(|&one| thresholds.width(one)).collect();
        thresholds.map(width).unwrap_or_default()
    }

    /// resnet-bk.md §4.2, §4.7: cases 4, 5 and 10, and the corners.
    #[test]
    fn the_policy_decides_the_published_cases() {
        assert_eq!(widths(&[1.5, 0.5, -0.5, -1.5], 0.25, 0.25), [Half, Int8, Int8, Int4]);
        let ten: Vec<f64> = (0..10).map(|place| f64::from(10 - place)).collect();
        let counts = |widths: &[Width]| {
            [Half, Int8, Int4].map(|width| widths.iter().filter(|&&other| other == width).count())
        };
        assert_eq!(counts(&widths(&ten, 0.2, 0.3)), [2, 5, 3]);
        assert_eq!(widths(&[1.0, 0.0, -1.0], 0.33, 0.33), [Half, Int8, Int4]);
        let all: Vec<f64> = (0..151).map(f64::from).collect();
        assert_eq!(counts(&widths(&all, 0.2, 0.4)), [30, 60, 61]);
        assert_eq!(widths(&[0.3], 0.2, 0.4), [Half]);
        assert_eq!(widths(&[], 0.2, 0.4), []);
        assert_eq!(widths(&[1.0, 1.0, 1.0], 0.2, 0.4), [Half, Half, Half]);
    }

    /// §4.7: case 8.
    #[test]
    fn components_are_told_by_name() {
        let names = ["moe.experts.0", "bk_core.layer", "lm_head", "token_embed", "some_layer"];
        let components =
            [Component::Expert, Component::BkCore, Component::Output, Component::Embedding, Component::Other];
        assert_eq!(names.map(Component::of), components);
        // The published rules take the resolvent's map for an output.
        assert_eq!(Component::of("blocks.0.bk_layer.output_proj"), Component::Output);
        assert_eq!(Component::of_parameter("blocks.0.bk_layer.output_proj.weight"), Component::BkCore);
    }
}
