//! The published statements about quantized models, held against models that were trained, quantized and run.
//!
//! A statement holds if the whole 95 % interval over seeds lies on its side of the limit, fails if the whole interval lies
//! on the other, and is undecided in between, and wherever one seed gives no interval. Models are compared with one another
//! only if they were trained alike.

use super::record::{Core, Group, Way, Widths};
use crate::kit::claims::judgement::{Side, Statement};
use crate::kit::record::estimate::Estimate;
use bk_models::{Architecture, Format, Sharing};
use bk_quantize::Width;

use crate::kit::claims::judgement::Finding;

const INT4: Way = Way { weights: Format::Int4, part: super::record::Part::Everything, core: None };
const INT8: Way = Way { weights: Format::Int8, ..INT4 };

/// Everything at INT4, the core too, by the published rule of one scale for all potentials.
const INT4_CORE: Way = Way { core: Some(Core { width: Width::Int4, sharing: Sharing::Tensor }), ..INT4 };

/// Of the loss of a single model.
fn degradations() -> [(Way, Statement); 3] {
    let statement = |stated, check, statement, limit| Statement {
        stated,
        check,
        statement,
        side: Side::Below(limit),
        unit: " %",
    };
    [
        (INT8, statement("requirement 7.2", true, "INT8 raises the perplexity by less than 5 %", 5.0)),
        (
            INT4,
            statement(
                "requirement 7.6",
                true,
                "Group-wise INT4 raises the perplexity by less than 15 %",
                15.0,
            ),
        ),
        (
            INT4_CORE,
            statement(
                "requirement 7.6, read strictly",
                false,
                "INT4 raises the perplexity by less than 15 %, the BK core at INT4 too",
                15.0,
            ),
        ),
    ]
}

/// All rows.
pub fn findings(record: &Widths) -> Vec<Finding> {
    let groups = record.groups();
    let (honest, leaking): (Vec<&Group<'_>>, Vec<&Group<'_>>) =
        groups.iter().partition(|group| group.is_causal());
    let is_mamba = |group: &&&Group<'_>| matches!(group.first().architecture, Architecture::Mamba(_));
    let mut rows = vec![];
    for group in &honest {
        rows.extend(of_one(group, is_mamba(&group)));
    }
    for mamba in honest.iter().filter(is_mamba) {
        // Perplexities on different texts have nothing to do with each other.
        let beside = |group: &&&Group<'_>| !is_mamba(group) && group.first().text == mamba.first().text;
        for other in honest.iter().filter(beside) {
            rows.extend(of_two(other, mamba));
        }
    }
    for group in leaking {
        let (_, statement) = &degradations()[1];
        rows.push(statement.refuse(
            group.label.clone(),
            "The model sees the future: its perplexity is no measure of prediction, and nothing follows from how it changes.",
        ));
    }
    rows
}

fn of_one(group: &Group<'_>, mamba: bool) -> Vec<Finding> {
    let scale = group.scale();
    let changes = degradations().into_iter().map(|(way, mut statement)| {
        if mamba {
            statement = Statement {
                stated: "the same of Mamba, beside which it was stated",
                check: false,
                ..statement
            };
        }
        statement.judge(group.label.clone(), Estimate::of(&group.changes(way)), &scale)
    });
    let (stated, statement, side) = match mamba {
        false => ("requirement 8.6", "At INT4 the perplexity of ResNet-BK is below 50", Side::Below(50.0)),
        true => ("requirement 8.6", "At INT4 the perplexity of Mamba is above 200", Side::Above(200.0)),
    };
    let level = Statement { stated, check: true, statement, side, unit: "" };
    let warned = format!("{scale}; another text or other tokens give other perplexities");
    let level = level.judge(group.label.clone(), Estimate::of(&group.perplexities(INT4)), &warned);
    changes.chain([level]).flatten().collect()
}

fn of_two(other: &Group<'_>, mamba: &Group<'_>) -> Vec<Finding> {
    let points = |way: Way| Estimate::of_difference(&mamba.changes(way), &other.changes(way));
    let logarithms =
        |group: &Group<'_>| -> Vec<f64> { group.perplexities(INT4).into_iter().map(pxfm::f_log).collect() };
    let ratio = || Some(Estimate::of_difference(&logarithms(mamba), &logarithms(other))?.map(pxfm::f_exp));
    let statement = |stated, check, statement, limit, unit| Statement {
        stated,
        check,
        statement,
        side: Side::AtLeast(limit),
        unit,
    };
    let rows = [
        (
            statement(
                "requirement 7.8",
                true,
                "At INT8 ResNet-BK loses at least 10 points less than Mamba",
                10.0,
                " points",
            ),
            points(INT8),
        ),
        (
            statement(
                "requirement 7.9",
                false,
                "At INT4 ResNet-BK loses at least 20 points less than Mamba",
                20.0,
                " points",
            ),
            points(INT4),
        ),
        (
            statement("this lab", false, "At INT4 ResNet-BK loses less than Mamba at all", 0.0, " points"),
            points(INT4),
        ),
        (
            statement(
                "requirement 8.7",
                true,
                "At INT4 the perplexity of Mamba is at least 4 times that of ResNet-BK",
                4.0,
                " ×",
            ),
            ratio(),
        ),
    ];
    let of = || format!("{} and {}", other.label, mamba.label);
    let unequal = (!other.is_trained_like(mamba)).then(|| {
        format!(
            "Only models of equal training are compared, since training itself changes what fewer bits cost. {}: {}. {}: {}.",
            other.label,
            other.scale(),
            mamba.label,
            mamba.scale()
        )
    });
    let scale = format!("{}: {}; {}: {}", other.label, other.scale(), mamba.label, mamba.scale());
    rows.into_iter()
        .filter_map(|(statement, estimate)| match &unequal {
            Some(reason) => estimate.map(|_| statement.refuse(of(), reason)),
            None => statement.judge(of(), estimate, &scale),
        })
        .collect()
}
