//! Plans for mixed precision: the bit width of each tensor, by component or importance (resnet-bk.md §4.2, §4.3).

use crate::architecture::{Architecture, Parameter};
use bk_quantize::{Rounding, Width, packed_length};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The component of a model that a tensor belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Component {
    /// An expert of a mixture of experts.
    Expert,
    /// The resolvent and the map to its potential.
    BkCore,
    /// The output head.
    Output,
    /// Token and position embeddings.
    Embedding,
    /// The parameters of a selective scan: its time steps, and the maps into and out of its states.
    Scan,
    /// The projections before and after a selective scan, which hold most parameters of Mamba.
    Projection,
    /// All other components.
    Other,
}

impl Component {
    /// Returns the component of a name by the published rules: the first that matches.
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

    /// Returns the component of a parameter of the lab's models. The published rules apply, with two exceptions. The
    /// linear maps around the resolvent belong to the core; the published rules take one for an output and do not
    /// recognize the others. Mamba's parameters, which the published rules do not cover, are classified by the same
    /// reasoning.
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

    /// Returns the bit width under the static policy: INT4 for the bulk of a model, INT8 for the parts that control it,
    /// FP16 for its input and output.
    pub fn width(self) -> Width {
        match self {
            Component::Expert | Component::Projection => Width::Int4,
            Component::BkCore | Component::Scan | Component::Other => Width::Int8,
            Component::Output | Component::Embedding => Width::Half,
        }
    }

    /// Returns the name of the component.
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

/// The dynamic policy: FP16 for the most important names, INT4 for the least important, INT8 for the rest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    /// Fraction of all names that is stored at FP16.
    pub high: f64,
    /// Fraction of all names that is stored at INT4.
    pub low: f64,
}

impl Default for Policy {
    fn default() -> Self {
        Self { high: 0.2, low: 0.4 }
    }
}

/// The importances at which the bit width changes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// Least importance for FP16.
    pub high: f64,
    /// Least importance for INT8; `None` if nothing is stored at INT4.
    pub low: Option<f64>,
}

impl Policy {
    /// Returns the thresholds for the given importances; `None` if there are no importances. Equal importances get the
    /// same bit width, the wider of the two.
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
    /// Returns the bit width for an importance.
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

/// The bit width of every quantized tensor, by name. Other tensors are stored at FP16.
pub type Plan = BTreeMap<String, Width>;

/// Returns whether a parameter is quantized: every two-dimensional parameter except `A_log`. Biases, norms,
/// convolutions, and the parameters that shape a scan hold few values and stay at FP16.
pub fn quantizable(parameter: &Parameter) -> bool {
    parameter.shape.len() == 2 && !parameter.name.ends_with("A_log")
}

/// Returns the size of a parameter at a bit width, in bytes of codes and scales, without computing the codes. Equals
/// the count of [`PackedTensor::bytes`].
///
/// [`PackedTensor::bytes`]: crate::PackedTensor::bytes
pub fn bytes(parameter: &Parameter, width: Width, rounding: Rounding) -> usize {
    let row = parameter.shape.last().copied().unwrap_or(1).max(1);
    let scales = size_of::<f32>() * rounding.groups(width.into(), row);
    parameter.count() / row * (packed_length(row, width.bits()) + scales)
}

/// Plans one bit width for everything that is quantized.
pub fn uniform(architecture: &Architecture, width: Width) -> Plan {
    plan(architecture, |_| width)
}

/// Plans the bit width of each tensor by its component.
pub fn by_component(architecture: &Architecture) -> Plan {
    plan(architecture, |name| Component::of_parameter(name).width())
}

/// Plans the bit width of each tensor by the importance of its module, or by its component if the module has no
/// importance.
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

    /// Cases 4, 5, and 10 of resnet-bk.md §4.2, §4.7, and corner cases.
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

    /// Case 8 of §4.7.
    #[test]
    fn components_are_told_by_name() {
        let names = ["moe.experts.0", "bk_core.layer", "lm_head", "token_embed", "some_layer"];
        let components =
            [Component::Expert, Component::BkCore, Component::Output, Component::Embedding, Component::Other];
        assert_eq!(names.map(Component::of), components);
        // The published rules take the map after the resolvent for an output.
        assert_eq!(Component::of("blocks.0.bk_layer.output_proj"), Component::Output);
        assert_eq!(Component::of_parameter("blocks.0.bk_layer.output_proj.weight"), Component::BkCore);
    }
}
