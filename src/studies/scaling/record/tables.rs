//! The numbers of a record as tables.

use super::group::label;
use super::{Group, Ladder, Variant};
use crate::kit::record::estimate::estimated;
use crate::kit::record::table::{Grid, cell, exact};

impl Ladder {
    /// Returns costs and perplexities, as means over seeds: one row per group and variant.
    pub fn costs_table(&self) -> Grid {
        let row = |group: &Group<'_>, variant: Variant| {
            let first = group.rungs[0];
            let costs = group.costs(variant);
            let of = |read: fn(&super::Cost) -> f64| -> Vec<f64> { costs.iter().map(read).collect() };
            let is_whole = variant == Variant::Whole;
            let bits: Vec<f64> = group.rungs.iter().filter_map(|rung| rung.bits_a_byte()).collect();
            let published = first.published_flops.to_string();
            vec![
                group.label(),
                if is_whole { "as trained".into() } else { variant.label() },
                first.place.context.to_string(),
                group.rungs.len().to_string(),
                if is_whole { first.parameters.to_string() } else { String::new() },
                estimated(&of(|cost| cost.flops), 0, ""),
                if is_whole { published } else { String::new() },
                estimated(&of(|cost| cost.perplexity), 3, ""),
                if is_whole { estimated(&bits, 4, "") } else { String::new() },
                if group.is_causal(variant) { "the past alone" } else { "the future too" }.into(),
            ]
        };
        let groups = self.groups();
        let rows = groups
            .iter()
            .flat_map(|group| group.variants().into_iter().map(move |variant| row(group, variant)));
        grid(
            "Operations and held-out perplexity, means over seeds ± 95 % interval by Student’s t",
            &[
                "Model",
                "Used",
                "Context",
                "Seeds",
                "Parameters",
                "FLOPs a token, complete",
                "by the published counter",
                "Perplexity",
                "Bits a byte",
                "Sees",
            ],
            rows.collect(),
        )
    }

    /// Returns the results of early exit, by complete counting and by the published bookkeeping: one row per model and
    /// rule.
    pub fn exits_table(&self) -> Grid {
        let rows = self.rungs.iter().flat_map(|rung| {
            rung.exits.iter().map(move |exited| {
                let whole = rung.held_out.map(|held_out| held_out.perplexity());
                let saved = 100.0 * (1.0 - exited.flops / rung.flops as f64);
                let change = whole.map(|whole| 100.0 * (exited.held_out.perplexity() / whole - 1.0));
                vec![
                    label(&rung.place),
                    rung.place.seed.to_string(),
                    exited.exit.label(),
                    format!("{:.3} of {}", exited.exits.mean_layers(), rung.place.size.layers),
                    format!("{saved:+.2} %"),
                    format!("{:.3}", exited.held_out.perplexity()),
                    cell(change, |change| format!("{change:+.2} %")),
                    format!("{:.3}", exited.exits.published_mean_layers()),
                    format!("{:.2} %", 100.0 * exited.exits.published_reduction()),
                ]
            })
        });
        grid(
            "Early exit, beside what the published bookkeeping makes of the same tokens",
            &[
                "Model",
                "Seed",
                "Rule",
                "Mean depth",
                "FLOPs saved, counted",
                "Perplexity",
                "Change",
                "Layers, published bookkeeping",
                "Reduction, published bookkeeping",
            ],
            rows.collect(),
        )
    }

    /// Returns the results of learned sparsity: one row per model and sites seen by the networks.
    pub fn sparsity_table(&self) -> Grid {
        let rows = self.rungs.iter().flat_map(|rung| {
            rung.sparsity.iter().map(move |sparse| {
                let whole = rung.held_out.map(|held_out| held_out.perplexity());
                let change = whole.map(|whole| 100.0 * (sparse.held_out.perplexity() / whole - 1.0));
                vec![
                    label(&rung.place),
                    rung.place.seed.to_string(),
                    sparse.sight.label().into(),
                    format!("{:.3}", sparse.sparsity),
                    format!("{:.2} × more", sparse.flops as f64 / rung.flops as f64),
                    format!("{:.2} × fewer", 1.0 / (1.0 - sparse.sparsity)),
                    format!("{:.3}", sparse.held_out.perplexity()),
                    cell(change, |change| format!("{change:+.2} %")),
                    format!("{:.1e}", sparse.largest_leak),
                ]
            })
        });
        grid(
            "Learned sparsity of G: its networks are added to the full diagonal",
            &[
                "Model",
                "Seed",
                "Networks",
                "Sites left out",
                "FLOPs of the model, counted",
                "of the core, as it would be reported",
                "Perplexity",
                "Change",
                "Earlier logits move by",
            ],
            rows.collect(),
        )
    }

    /// Returns the stability of losses and gradients: one row per model.
    pub fn stability_table(&self) -> Grid {
        let rows = self.rungs.iter().map(|rung| {
            let norm = rung.norm();
            vec![
                label(&rung.place),
                rung.place.context.to_string(),
                rung.place.seed.to_string(),
                rung.losses.len().to_string(),
                cell(rung.final_loss(), |loss| format!("{loss:.4}")),
                cell(rung.held_out, |held_out| format!("{:.3}", held_out.perplexity())),
                cell(norm, |(median, _)| format!("{median:.3}")),
                cell(norm, |(_, most)| format!("{most:.3}")),
                rung.spikes().to_string(),
                rung.not_finite().to_string(),
                cell(rung.first_not_finite(), |step| step.to_string()),
            ]
        });
        grid(
            "Loss and derivatives in training",
            &[
                "Model",
                "Context",
                "Seed",
                "Steps",
                "Loss, last tenth",
                "Held-out perplexity",
                "Norm of derivatives, median",
                "largest",
                "Spikes of the loss",
                "Steps not finite",
                "the first at step",
            ],
            rows.collect(),
        )
    }

    /// Returns every value with all its digits, for programs: one row per variant of a model.
    pub fn values(&self) -> Grid {
        let groups = self.groups();
        let rows = groups.iter().flat_map(|group| {
            let of_variant = move |variant: Variant| {
                let row = move |&rung: &&super::Rung| {
                    let one = Group { place: rung.place, rungs: vec![rung] };
                    let cost = one.costs(variant).first().copied();
                    vec![
                        rung.place.kind.label().to_owned(),
                        rung.place.size.width.to_string(),
                        rung.place.size.layers.to_string(),
                        rung.place.context.to_string(),
                        rung.place.seed.to_string(),
                        format!("{:08x}", rung.fingerprint),
                        variant.label(),
                        exact(cost.map(|cost| cost.flops)),
                        exact(cost.map(|cost| cost.perplexity)),
                    ]
                };
                group.rungs.iter().map(row).collect::<Vec<_>>()
            };
            group.variants().into_iter().flat_map(of_variant).collect::<Vec<_>>()
        });
        let names = [
            "Model",
            "Width",
            "Layers",
            "Context",
            "Seed",
            "Fingerprint",
            "Used",
            "FLOPs a token",
            "Perplexity",
        ];
        grid("Operations and perplexity by model", &names, rows.collect())
    }

    /// Returns every loss and norm with all its digits, for programs: one row per step of a model.
    pub fn steps(&self) -> Grid {
        let rows = self.rungs.iter().flat_map(|rung| {
            rung.losses.iter().zip(&rung.norms).enumerate().map(move |(step, (loss, norm))| {
                vec![
                    label(&rung.place),
                    rung.place.context.to_string(),
                    rung.place.seed.to_string(),
                    step.to_string(),
                    exact(*loss),
                    exact(*norm),
                ]
            })
        });
        let names = ["Model", "Context", "Seed", "Step", "Loss", "Norm of derivatives"];
        grid("Loss and derivatives by step", &names, rows.collect())
    }
}

fn grid(heading: &str, columns: &[&str], rows: Vec<Vec<String>>) -> Grid {
    Grid {
        heading: heading.into(),
        columns: columns.iter().map(|&name| name.to_owned()).collect(),
        rows,
        omitted: 0,
    }
}
