//! The numbers of a record as tables.

use super::{Course, Group, Way, Widths};
use crate::kit::record::estimate::estimated as estimate;
use crate::kit::record::table::{Grid, cell, exact};
use bk_models::Format;
use std::f64::consts::LN_2;

/// Formats a number; a dash if there is none.
pub(super) fn number(value: Option<f64>, decimals: usize) -> String {
    cell(value, |value| format!("{value:.decimals$}"))
}

pub(super) fn columns(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

impl Widths {
    /// Returns the means over seeds with their intervals, with every matrix in one format: one row per format and
    /// group.
    pub fn points_table(&self) -> Grid {
        let heading = format!(
            "Held-out perplexity, means over seeds ± 95 % interval by Student’s t; groups of {}, {}",
            self.config.group, self.config.rule
        );
        self.table_of(heading, |way| *way == Way::of(way.weights))
    }

    /// Returns the same for single quantized components, and for rounded numbers of the BK core.
    pub fn places_table(&self) -> Grid {
        let heading = "Where the loss comes from: single parts, and the numbers that the BK core computes";
        self.table_of(heading.into(), |way| *way != Way::of(way.weights))
    }

    fn table_of(&self, heading: String, is_shown: impl Fn(&Way) -> bool) -> Grid {
        let row = |group: &Group<'_>, way: Way| {
            let points = || group.models.iter().filter_map(move |model| Some((model, model.at(way)?)));
            let bits: Option<Vec<f64>> = points().map(|(model, point)| model.bits_a_byte(point)).collect();
            vec![
                group.label.clone(),
                way.label(),
                points().count().to_string(),
                estimate(&group.perplexities(way), 2, ""),
                estimate(&group.changes(way), 2, " %"),
                estimate(&bits.unwrap_or_default(), 3, ""),
                points().next().map_or(String::new(), |(_, point)| point.bytes.to_string()),
            ]
        };
        let groups = self.groups();
        let rows = groups.iter().flat_map(|group| {
            let ways = group.ways().into_iter().filter(&is_shown);
            ways.map(|way| row(group, way)).collect::<Vec<_>>()
        });
        Grid {
            heading,
            columns: columns(&[
                "Model",
                "Stored as",
                "Seeds",
                "Perplexity",
                "Change",
                "Bits a byte",
                "Bytes",
            ]),
            rows: rows.collect(),
            omitted: 0,
        }
    }

    /// Returns the perplexities along trainings: one row per training, length, and format.
    pub fn lengths_table(&self) -> Grid {
        let row = |course: &Course<'_>, steps: usize, models: &[&super::Measured], format: Format| {
            let way = Way::of(format);
            let points = models.iter().filter_map(|model| model.at(way));
            let perplexities: Vec<f64> = points.map(|point| point.held_out.perplexity()).collect();
            let changes: Vec<f64> =
                models.iter().filter_map(|model| Some(100.0 * model.change(way)?)).collect();
            (!perplexities.is_empty()).then(|| {
                vec![
                    course.label.clone(),
                    steps.to_string(),
                    format.label().to_owned(),
                    perplexities.len().to_string(),
                    estimate(&perplexities, 2, ""),
                    estimate(&changes, 2, " %"),
                ]
            })
        };
        let mut rows = vec![];
        for course in &self.courses() {
            for (steps, models) in &course.lengths {
                rows.extend(Format::ALL.into_iter().filter_map(|format| row(course, *steps, models, format)));
            }
        }
        Grid {
            heading: "Held-out perplexity along a training, means over seeds ± 95 % interval".into(),
            columns: columns(&["Model", "Steps", "Stored as", "Seeds", "Perplexity", "Change"]),
            rows,
            omitted: 0,
        }
    }

    /// Returns whether models see future tokens: one row per group.
    pub fn leak_table(&self) -> Grid {
        let row = |group: &Group<'_>| {
            let bases = group.models.iter().filter_map(|model| model.base());
            let last: Vec<f64> = bases.map(|point| point.held_out.last_perplexity()).collect();
            let most = group.models.iter().map(|model| model.largest_leak).fold(0.0, f64::max);
            vec![
                group.label.clone(),
                format!("{most:.1e}"),
                estimate(&group.perplexities(Way::of(group.first().stored)), 2, ""),
                estimate(&last, 2, ""),
                if group.is_causal() { "the past alone" } else { "the future too" }.into(),
            ]
        };
        Grid {
            heading: "What models see, unquantized".into(),
            columns: columns(&[
                "Model",
                "Earlier logits move by",
                "Perplexity, averaged",
                "At the last position",
                "Sees",
            ]),
            rows: self.groups().iter().map(row).collect(),
            omitted: 0,
        }
    }

    /// Returns the trained models, and the baselines on the same tokens: one row per model.
    pub fn models_table(&self) -> Grid {
        let row = |(group, model): (&Group<'_>, &super::Measured)| {
            let loss = |loss: f64| {
                let bits = model.bytes_a_token.map(|bytes| loss / LN_2 / bytes);
                let bits = bits.map_or(String::new(), |bits| format!(" ({bits:.3})"));
                format!("{:.2}{bits}", pxfm::f_exp(loss))
            };
            vec![
                group.label.clone(),
                model.recipe.seed.to_string(),
                format!("{:08x}", model.fingerprint),
                model.steps.to_string(),
                model.training_tokens().to_string(),
                model.tokens.to_string(),
                loss(model.baselines.unigram),
                loss(model.baselines.bigram),
                loss(model.baselines.trigram),
                cell(model.source_loss, loss),
                format!("{:.1e}", model.largest_leak),
            ]
        };
        let groups = self.groups();
        let all = groups.iter().flat_map(|group| group.models.iter().map(move |&model| (group, model)));
        Grid {
            heading: "Models, and the perplexity (bits a byte) of counting on the same tokens".into(),
            columns: columns(&[
                "Model",
                "Seed",
                "Fingerprint",
                "Steps",
                "Tokens trained on",
                "Tokens measured",
                "Unigram",
                "Bigram",
                "Trigram",
                "The source",
                "Earlier logits move by",
            ]),
            rows: all.map(row).collect(),
            omitted: 0,
        }
    }

    /// Returns every value with all its digits, for programs: one row per point of a model.
    pub fn values(&self) -> Grid {
        let groups = self.groups();
        let all = groups.iter().flat_map(|group| group.models.iter().map(move |&model| (group, model)));
        let rows = all.flat_map(|(group, model)| {
            model.points.iter().map(move |point| {
                let held_out = &point.held_out;
                vec![
                    group.label.clone(),
                    model.recipe.seed.to_string(),
                    format!("{:08x}", model.fingerprint),
                    point.way.label(),
                    point.bytes.to_string(),
                    held_out.tokens.to_string(),
                    exact(Some(held_out.nats)),
                    exact(Some(held_out.perplexity())),
                    exact(model.bits_a_byte(point)),
                    exact(Some(held_out.last_perplexity())),
                ]
            })
        });
        Grid {
            heading: "Perplexity by model and way".into(),
            columns: columns(&[
                "Model",
                "Seed",
                "Fingerprint",
                "Stored as",
                "Bytes",
                "Tokens",
                "Nats",
                "Perplexity",
                "Bits a byte",
                "Perplexity at the last position",
            ]),
            rows: rows.collect(),
            omitted: 0,
        }
    }
}
