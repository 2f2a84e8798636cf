//! The published statements about stability at long context, held against models that were trained here (resnet-bk.md §7,
//! §10.4, §10.5).

use crate::kit::claims::judgement::{Finding, Judgement, Side, Statement};
use crate::kit::record::estimate::Estimate;
use crate::studies::scaling::record::{Config, Kind, Ladder, Rung, Size};

/// The context at which Mamba was said to diverge.
const DIVERGENCE: usize = 32_768;
/// The longest context at which ResNet-BK was said to be stable.
const LONGEST: usize = 1_048_576;

/// All rows.
pub fn findings(record: &Ladder) -> Vec<Finding> {
    let kinds =
        || Kind::ALL.into_iter().filter(|kind| record.rungs.iter().any(|rung| rung.place.kind == *kind));
    let mut rows: Vec<Finding> = kinds().filter_map(|kind| not_finite(record, kind)).collect();
    if kinds().any(|kind| kind == Kind::Mamba) {
        rows.extend(kinds().filter(|&kind| kind != Kind::Mamba).flat_map(|kind| of_two(record, kind)));
    }
    rows
}

/// The models of a kind, by context.
fn of_kind(record: &Ladder, kind: Kind) -> impl Iterator<Item = &Rung> {
    record.rungs.iter().filter(move |rung| rung.place.kind == kind)
}

/// Whether losses or derivatives of a kind were ever not finite.
fn not_finite(record: &Ladder, kind: Kind) -> Option<Finding> {
    let longest = of_kind(record, kind).map(|rung| rung.place.context).max()?;
    let shortest = of_kind(record, kind).map(|rung| rung.place.context).min()?;
    let steps: usize = of_kind(record, kind).map(|rung| rung.losses.len()).sum();
    let left_out: usize = of_kind(record, kind).map(Rung::not_finite).sum();
    let is_mamba = kind == Kind::Mamba;
    let limit = if is_mamba { DIVERGENCE } else { LONGEST };
    let several = record.config.seeds.len() > 1;
    let at_limit: Vec<usize> =
        of_kind(record, kind).filter(|rung| rung.place.context >= limit).map(Rung::not_finite).collect();
    let is_so = |left_out: usize| (left_out > 0) == is_mamba;
    let judgement = match at_limit.is_empty() {
        // A steady kind is refuted by any length at which it is not.
        true if !is_mamba && left_out > 0 => Judgement::Fails,
        false if several && at_limit.iter().all(|&left_out| is_so(left_out)) => Judgement::Holds,
        false if several && !at_limit.iter().any(|&left_out| is_so(left_out)) => Judgement::Fails,
        _ => Judgement::Undecided,
    };
    let reach = match longest < limit {
        true => format!("The longest context trained here is {longest}, which is not {limit}"),
        false => {
            format!("Contexts of {limit} and more were trained, over {} seeds", record.config.seeds.len())
        }
    };
    Some(Finding {
        stated: "requirements 8.2 and 8.3",
        check: true,
        of: kind.label().into(),
        statement: match is_mamba {
            true => "Mamba diverges with NaNs from 32 768 tokens of context on",
            false => "ResNet-BK trains without NaNs up to 1 048 576 tokens of context",
        },
        asked: if is_mamba { "NaNs" } else { "no NaN" }.into(),
        found: format!("{left_out} of {steps} steps not finite, contexts {shortest} to {longest}"),
        judgement,
        reason: format!("{reach}: {}.", record.config.scale()),
    })
}

/// Which kind's loss is lower, size by size and context by context.
fn of_two(record: &Ladder, kind: Kind) -> Vec<Finding> {
    let of = |size: Size, context: usize| {
        format!("{} and {}, {size}, context {context}", kind.label(), Kind::Mamba.label())
    };
    let lower = Statement {
        stated: "the published curves",
        check: false,
        statement: "At equal training the loss of ResNet-BK ends lower",
        side: Side::Above(0.0),
        unit: " nats",
    };
    let losses = |kind: Kind, size: Size, context: usize| -> Vec<f64> {
        of_kind(record, kind)
            .filter(|rung| rung.place.size == size && rung.place.context == context)
            .filter_map(Rung::final_loss)
            .collect()
    };
    let Config { sizes, contexts, seeds, .. } = &record.config;
    let alike = sizes.iter().flat_map(|&size| contexts.iter().map(move |&context| (size, context)));
    let rows = alike.filter_map(|(size, context)| {
        let of_kind = |kind: Kind| losses(kind, size, context);
        let difference = Estimate::of_difference(&of_kind(Kind::Mamba), &of_kind(kind));
        let scale = format!(
            "mean of the last tenth of the steps, Mamba’s less ResNet-BK’s; {}",
            record.config.scale()
        );
        lower.judge(of(size, context), difference, &scale)
    });
    let spikes = |kind: Kind| of_kind(record, kind).map(Rung::spikes).sum::<usize>();
    let fewer = Finding {
        stated: "section 6, long context",
        check: false,
        of: format!("{} and {}", kind.label(), Kind::Mamba.label()),
        statement: "The loss of ResNet-BK has at least 10 times fewer spikes than Mamba’s",
        asked: "≥ 10 × fewer".into(),
        found: format!("{} and {} spikes", spikes(kind), spikes(Kind::Mamba)),
        judgement: match (spikes(kind), spikes(Kind::Mamba)) {
            (some @ 1.., few) if few < 10 * some && seeds.len() > 1 => Judgement::Fails,
            _ => Judgement::Undecided,
        },
        reason: format!(
            "A spike is a loss of at least twice the one before. {}{}.",
            if spikes(Kind::Mamba) == 0 { "There are none of Mamba’s to be fewer than. " } else { "" },
            record.config.scale()
        ),
    };
    rows.chain([fewer]).collect()
}
