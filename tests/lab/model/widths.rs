//! Measured perplexity against bit width, on models that were trained here.

use super::mixed::{both, trained};
use bk_lab::kit::claims::judgement::Judgement;
use bk_lab::kit::context::{Context, StudyError};
use bk_lab::kit::record::document;
use bk_lab::studies::language_models::record as language_model;
use bk_lab::studies::language_models::study::Session;
use bk_lab::studies::record::Record;
use bk_lab::studies::robustness::measured::claims::findings;
use bk_lab::studies::robustness::measured::record::{Config, Core, Look, Part, Tuned, Tuning, Way, Widths};
use bk_lab::studies::robustness::measured::study as widths;
use bk_models::corpus::Text;
use bk_models::precision::Plan;
use bk_models::{
    Architecture, CoreRounding, Evaluation, Format, KeptModel, QuantizedCheckpoint, Recipe, ResNetBk,
    Rounding, Sharing,
};
use bk_plot::{Layout, Theme, View};
use bk_quantize::{ScaleRule, Width};
use pollster::block_on;
use std::cell::Cell;
use std::rc::Rc;
use std::sync::LazyLock;

fn kept() -> Vec<KeptModel> {
    static BYTES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
        let [bk, mamba] = both();
        let other = Recipe { seed: 2, ..bk.recipe.clone() };
        vec![
            small(&bk.architecture, &bk.recipe),
            small(&bk.architecture, &other),
            small(&mamba.architecture, &bk.recipe),
            small(&mamba.architecture, &other),
        ]
    });
    BYTES.iter().map(|bytes| KeptModel::read(bytes).unwrap()).collect()
}

/// A checkpoint after the training of a recipe.
fn small(architecture: &Architecture, recipe: &Recipe) -> Vec<u8> {
    let text = Text::Language { tokens: 20_000 };
    let config = language_model::Config { architecture: architecture.clone(), recipe: recipe.clone(), text };
    let mut session = Session::new(&config, None).unwrap();
    block_on(session.advance(usize::MAX, &Context::unwatched())).unwrap();
    session.checkpoint(false).unwrap()
}

pub(crate) fn run(config: &Config, models: Vec<KeptModel>, earlier: Option<&Widths>) -> Widths {
    block_on(widths::run(config, models, None, earlier, None, |_| {}, &Context::unwatched())).unwrap()
}

pub(crate) fn layout() -> Layout {
    Layout::new(600.0, 400.0, Theme::Light)
}

/// All models in all ways, once for all tests.
fn record() -> &'static Widths {
    static RECORD: LazyLock<Widths> = LazyLock::new(|| run(&Config::default(), kept(), None));
    &RECORD
}

/// measured-feasibility.md §3: FP16 and INT8 cost nothing, INT4 little, INT2 much.
#[test]
fn fewer_bits_cost_more() {
    let record = record();
    let groups = record.groups();
    let labels: Vec<&str> = groups.iter().map(|group| group.label.as_str()).collect();
    assert_eq!(labels, ["ResNet-BK, 4 potentials", "Mamba"]);
    for group in &groups {
        assert_eq!(group.models.len(), 2);
        let change = |format| group.changes(Way::of(format))[0].abs();
        assert!(change(Format::Fp16) < 0.1, "{}", group.label);
        assert!(change(Format::Int8) < 1.0, "{}", group.label);
        assert!(change(Format::Int2) > change(Format::Int4), "{}", group.label);
        for model in &group.models {
            assert_eq!(model.warnings(), Vec::<String>::new(), "{}", group.label);
            assert!(model.largest_leak <= 1e-6 && model.stored == Format::Fp32);
            // No model of the past is better than the source.
            let floor = model.source_loss.unwrap();
            assert!(model.points.iter().all(|point| point.held_out.loss() > floor), "{}", group.label);
            let bytes = |format| model.at(Way::of(format)).unwrap().bytes;
            assert!(
                bytes(Format::Fp32) == 2 * bytes(Format::Fp16) && bytes(Format::Int8) > bytes(Format::Int4)
            );
        }
    }
}

/// A part costs less than everything, and what is not quantized is as it came.
#[test]
fn parts_and_the_core_have_points_of_their_own() {
    let model = &record().models[0];
    let at = |way: Way| *model.at(way).unwrap();
    for part in Part::SINGLE {
        let way = Way { part, ..Way::of(Format::Int2) };
        assert!(at(way).bytes > at(Way::of(Format::Int2)).bytes, "{part:?}");
        assert_ne!(model.change(way), Some(0.0), "{part:?}");
    }
    let core = |width, sharing| Way { core: Some(Core { width, sharing }), ..Way::of(Format::Fp32) };
    let coarse = at(core(Width::Int4, Sharing::Tensor));
    assert_eq!(coarse.bytes, at(Way::of(Format::Fp32)).bytes);
    let change = |width, sharing| model.change(core(width, sharing)).unwrap().abs();
    for sharing in [Sharing::Tensor, Sharing::Potential] {
        assert!(change(Width::Int8, sharing) < change(Width::Int4, sharing), "{sharing:?}");
    }
    let mamba = &record().models[2];
    assert!(mamba.points.iter().all(|point| point.way.core.is_none() && point.way.part != Part::Experts));
    // Of one potential, one for all is one for each.
    let architecture = Architecture::ResNetBk(ResNetBk::default());
    let ways = Config::default().ways(&architecture, Format::Fp16);
    assert!(ways.iter().all(|way| way.core.is_none_or(|core| core.sharing == Sharing::Tensor)));
}

/// With scales of its own no number of a potential is rounded more coarsely than with those of all.
#[test]
fn scales_of_the_core_are_found_on_training_text() {
    let kept = kept().swap_remove(0);
    let text: Vec<u32> = (0..64).map(|place| place * 7 % 27).collect();
    let sequences: Vec<&[u32]> = text.chunks(16).collect();
    let plain = Evaluation::of(&kept.model, &text, 16).unwrap();
    for sharing in [Sharing::Tensor, Sharing::Potential] {
        let loss = |width| {
            let rounding = CoreRounding::calibrate(&kept.model, &sequences, width, sharing).unwrap();
            let model = kept.model.clone().with_core_rounding(&rounding);
            (Evaluation::of(&model, &text, 16).unwrap().loss() - plain.loss()).abs()
        };
        assert!(loss(Width::Int8) > 0.0 && loss(Width::Int8) < loss(Width::Int2), "{sharing:?}");
    }
    // Nothing to be calibrated on is said, not guessed.
    assert!(CoreRounding::calibrate(&kept.model, &[], Width::Int8, Sharing::Tensor).is_ok_and(|rounding| {
        let model = kept.model.clone().with_core_rounding(&rounding);
        Evaluation::of(&model, &text, 16).unwrap() == plain
    }));
}

/// Another format of the table is measured where it is asked for, and only there.
#[test]
fn further_formats_are_measured_on_request() {
    let without = Config { tokens: 500, core: false, parts: false, ..Config::default() };
    let with = Config { formats: vec![Format::Fp8E4m3, Format::Int4], ..without.clone() };
    let model = || vec![kept().swap_remove(0)];
    let [without, with] = [without, with].map(|config| run(&config, model(), None).models.swap_remove(0));
    assert_eq!(with.points.len(), without.points.len() + 1);
    let fp8 = Way::of(Format::Fp8E4m3);
    assert!(without.at(fp8).is_none());
    // A byte per weight and the scales of the groups, like INT8, and 3 bits of mantissa lose little.
    assert_eq!(with.at(fp8).unwrap().bytes, with.at(Way::of(Format::Int8)).unwrap().bytes);
    let change = with.change(fp8).unwrap();
    assert!(change != 0.0 && change.abs() < 0.05, "{change}");
}

/// A study that was stopped goes on at the point where it was, and ends as if it had not been.
#[test]
fn what_was_measured_once_is_not_measured_again() {
    let config = Config { tokens: 500, ..Config::default() };
    let [first, second] = [0, 1].map(|place| kept().swap_remove(place));
    let models = || vec![first.clone(), second.clone()];
    let whole = run(&config, models(), None);
    let stopped = Rc::new(Cell::new(false));
    let stop = stopped.clone();
    let context = Context::new(|_| {}, || Box::pin(std::future::ready(())), stopped);
    let mut seen = None;
    let see = |record: &Widths| {
        if record.models.len() == 2 && record.models[1].points.len() == 3 {
            stop.set(true);
        }
        seen = Some(record.clone());
    };
    let outcome = block_on(widths::run(&config, models(), None, None, None, see, &context));
    assert!(matches!(outcome, Err(StudyError::Cancelled { .. })));
    let seen = seen.unwrap();
    assert_eq!(seen.models[1].points[..], whole.models[1].points[..3]);
    // As JSON, the way a file or a shelf keeps it.
    let json = document::to_json(&[Record::Widths(Box::new(seen))]).unwrap();
    let Ok(Record::Widths(kept)) = bk_lab::studies::record::from_value(serde_json::from_str(&json).unwrap())
    else {
        panic!("{json}")
    };
    let steps = Rc::new(Cell::new(0));
    let told = steps.clone();
    let pause = || -> bk_lab::kit::context::Pause { Box::pin(std::future::ready(())) };
    let context = Context::new(move |_| told.set(told.get() + 1), pause, Rc::default());
    let again = block_on(widths::run(&config, models(), None, Some(&kept), None, |_| {}, &context)).unwrap();
    assert_eq!(again, whole);
    // One batch a point, of those that were left.
    assert_eq!(steps.get(), whole.models[1].points.len() - 3);
    // What is not asked for is not measured, and stays where it is known; other scales measure all.
    let fewer = Config { parts: false, ..config.clone() };
    assert!(run(&fewer, models(), None).models[0].points.len() < whole.models[0].points.len());
    assert_eq!(run(&fewer, models(), Some(&whole)).models, whole.models);
    let other = Config { rule: ScaleRule::LeastSquares, ..config };
    assert_eq!(run(&other, models(), Some(&whole)), run(&other, models(), None));
}

/// A checkpoint at FP16 is measured from FP16 on; one of codes is refused.
#[test]
fn half_precision_is_measured_and_codes_are_refused() {
    let [checkpoint, _] = both();
    let rounding = Rounding { group: 128, rule: ScaleRule::AbsoluteMaximum };
    let half = QuantizedCheckpoint::new(&checkpoint, &Plan::new(), rounding).unwrap().write().unwrap();
    let config = Config { tokens: 500, core: false, parts: false, ..Config::default() };
    let found = run(&config, vec![KeptModel::read(&half).unwrap()], None);
    let model = &found.models[0];
    assert_eq!(model.stored, Format::Fp16);
    assert_eq!(model.points[0].way, Way::of(Format::Fp16));
    // Both are the same numbers at FP16.
    let whole = run(&config, vec![checkpoint.kept().unwrap()], None);
    assert_eq!(model.points[0].held_out, whole.models[0].at(Way::of(Format::Fp16)).unwrap().held_out);
    let plan = bk_models::precision::uniform(&checkpoint.architecture, Width::Int8);
    let codes = QuantizedCheckpoint::new(&checkpoint, &plan, rounding).unwrap().kept().unwrap();
    let outcome =
        block_on(widths::run(&config, vec![codes], None, None, None, |_| {}, &Context::unwatched()));
    assert!(outcome.unwrap_err().to_string().contains("quantized"));
}

/// measured-feasibility.md §2: the two-sided model is told of, and nothing is concluded from it.
#[test]
fn a_model_that_sees_the_future_decides_nothing() {
    let two_sided = ResNetBk {
        width: 16,
        layers: 1,
        context: 16,
        experts: 2,
        two_sided: true,
        tied: true,
        ..ResNetBk::default()
    };
    let model = trained(Architecture::ResNetBk(two_sided)).kept().unwrap();
    let config = Config { tokens: 500, core: false, parts: false, ..Config::default() };
    let record = run(&config, vec![model], None);
    let warnings = record.warnings().join(" ");
    assert!(warnings.contains("sees the future") && warnings.contains("No derivative reaches its router"));
    let found = findings(&record);
    assert!(found.iter().all(|finding| finding.judgement == Judgement::Undecided), "{found:?}");
}

/// Verdicts rest on whole intervals; the two models of these seeds are trained alike and may be compared.
#[test]
fn statements_are_judged_by_intervals() {
    let found = findings(record());
    let of =
        |words: &str| found.iter().filter(|finding| finding.statement.contains(words)).collect::<Vec<_>>();
    let int8 = of("INT8 raises");
    assert_eq!(int8.len(), 2);
    assert!(int8.iter().all(|finding| finding.judgement == Judgement::Holds), "{int8:?}");
    assert!(int8[0].reason.contains("60 steps of 128 tokens"), "{}", int8[0].reason);
    let above = of("Mamba is above 200");
    assert_eq!((above.len(), above[0].judgement), (1, Judgement::Fails));
    let ratio = of("at least 4 times");
    assert_eq!((ratio.len(), ratio[0].judgement), (1, Judgement::Fails), "{ratio:?}");
    assert_eq!(found.iter().filter(|finding| finding.check).count(), 6);
    // One seed decides nothing.
    let mut one = record().clone();
    one.models.retain(|model| model.recipe.seed == 1);
    assert!(findings(&one).iter().all(|finding| finding.judgement == Judgement::Undecided));
    // Nor does unequal training.
    let mut unequal = record().clone();
    unequal.models.iter_mut().take(2).for_each(|model| model.steps += 1);
    let found = findings(&unequal);
    let compared = found.iter().filter(|finding| finding.of.contains(" and "));
    assert!(compared.clone().count() == 4 && compared.clone().all(|finding| finding.found == "not compared"));
}

/// The tables hold every point, and programs get every digit.
#[test]
fn tables_hold_every_point() {
    let record = record();
    let points: usize = record.models.iter().map(|model| model.points.len()).sum();
    assert_eq!(record.values().rows.len(), points);
    assert_eq!((record.points_table().rows.len() + record.places_table().rows.len()) * 2, points);
    assert_eq!((record.models_table().rows.len(), record.leak_table().rows.len()), (4, 2));
}

/// measured-feasibility.md §3: a model that is trained on with its matrices rounded loses less to rounding than one that is
/// rounded afterwards, and is compared with one that took as many steps.
#[test]
fn training_with_quantization_is_held_against_a_control() {
    let config = Config { core: false, parts: false, ..Config::default() };
    let tuning = Tuning { format: Format::Int2, steps: 60, learning_rate: 5e-3, look_every: 20 };
    let tune = |earlier: Option<&Widths>, cancelled: Rc<Cell<bool>>, stop_at: usize| {
        let stop = cancelled.clone();
        let mut seen = None;
        let see = |record: &Widths| {
            let looks = record.models[0].tuned.first().map_or(0, |tuned| tuned.control.len());
            stop.set(looks >= stop_at);
            seen = Some(record.clone());
        };
        let context = Context::new(|_| {}, || Box::pin(std::future::ready(())), cancelled);
        let models = vec![kept().swap_remove(0)];
        let _ = block_on(widths::run(&config, models, None, earlier, Some(tuning), see, &context));
        seen.unwrap()
    };
    let whole = tune(None, Rc::default(), usize::MAX);
    let tuned = &whole.models[0].tuned[0];
    assert!(tuned.is_complete());
    let steps: Vec<usize> = tuned.quantized.iter().map(|look| look.step).collect();
    assert_eq!(steps, [0, 20, 40, 60]);
    let [before, after] = [&tuned.quantized[0], &tuned.quantized[3]].map(|look| look.stored.perplexity());
    let control = tuned.control[3];
    assert!(after < before && after < control.stored.perplexity(), "{before}, {after}, {control:?}");
    // Both begin with the model as it came.
    assert_eq!(tuned.control[0], tuned.quantized[0]);
    let model = &whole.models[0];
    assert_eq!(tuned.control[0].whole, model.base().unwrap().held_out);
    assert_eq!(tuned.control[0].stored, model.at(Way::of(Format::Int2)).unwrap().held_out);
    assert_eq!(whole.tuned_table().rows.len(), 1);
    // One that was stopped begins its arm again, and ends the same.
    let part = tune(None, Rc::default(), 2);
    assert_eq!(part.models[0].tuned[0].control.len(), 2);
    assert_eq!(tune(Some(&part), Rc::default(), usize::MAX), whole);
}

/// A training again lies within the intervals of the one before, or it is said where it does not.
#[test]
fn another_training_is_held_against_the_intervals() {
    let record = record();
    let rows = record.groups().iter().map(|group| group.ways().len()).sum::<usize>();
    let same = record.repeated(record);
    assert_eq!((same.outside, same.grid.rows.len()), (0, rows));
    assert!(same.grid.rows.iter().all(|row| row[4] == "within"));
    let mut other = record.clone();
    for model in &mut other.models[..2] {
        let point = model.points.iter_mut().find(|point| point.way == Way::of(Format::Int4)).unwrap();
        point.held_out.nats *= 3.0;
    }
    let moved = record.repeated(&other);
    let outside: Vec<_> = moved.grid.rows.iter().filter(|row| row[4] == "outside").collect();
    assert_eq!((moved.outside, outside.len()), (1, 1));
    assert_eq!((outside[0][0].as_str(), outside[0][1].as_str()), ("ResNet-BK, 4 potentials", "INT4"));
    other.models.truncate(2);
    let missing = record.repeated(&other);
    assert!(missing.grid.rows.iter().any(|row| row[0] == "Mamba" && row[4] == "not measured again"));
}

/// What a tab measured is held against what comes with the page: the same is said to be the same, and another is not.
#[test]
fn records_of_the_same_models_are_held_against_one_another() {
    let record = record();
    let points: usize = record.models.iter().map(|model| model.points.len()).sum();
    let same = record.agreement(record).unwrap();
    assert_eq!((same.models, same.points, same.largest), (4, points, 0.0));
    assert!(same.holds() && same.sentence().contains("within 1e-4"), "{}", same.sentence());
    let mut other = record.clone();
    other.models.truncate(1);
    other.models[0].points.truncate(3);
    other.models[0].points[1].held_out.nats *= 1.001;
    let moved = other.agreement(record).unwrap();
    assert_eq!((moved.models, moved.points, moved.holds()), (1, 3, false));
    assert_eq!(moved.place, "ResNet-BK, 4 potentials, seed 1, FP16");
    assert!(moved.sentence().contains("does not measure"), "{}", moved.sentence());
    // By another rule it is another measurement.
    other.config.rule = ScaleRule::LeastSquares;
    assert_eq!(other.agreement(record), None);
}

/// Parts, the core, and further training have figures, of what was measured and of nothing else.
#[test]
fn parts_and_further_training_are_drawn() {
    let record = record();
    let scene = bk_lab::studies::robustness::measured::figure::component_sensitivity::draw(
        record,
        &View::default(),
        &layout(),
    );
    let names: Vec<&str> = scene.plots[0].traces.iter().map(|trace| trace.name.as_str()).collect();
    assert_eq!(names.len(), 4, "{names:?}");
    assert!(names.contains(&"Mamba, INT2"), "{names:?}");
    assert!(scene.summary.contains("mixers") && scene.summary.contains("v, G 4*"), "{}", scene.summary);
    let nothing =
        bk_lab::studies::robustness::measured::figure::fine_tuning::draw(record, &View::default(), &layout());
    assert!(nothing.plots.is_empty() && nothing.summary.ends_with("nothing measured yet."));
    let mut tuned = record.clone();
    for model in &mut tuned.models {
        let held_out = model.base().unwrap().held_out;
        let looks = [0, 50].map(|step| Look { step, whole: held_out, stored: held_out });
        let tuning = Tuning { steps: 50, ..Tuning::default() };
        model.tuned.push(Tuned { tuning, quantized: looks.into(), control: looks.into() });
    }
    let scene =
        bk_lab::studies::robustness::measured::figure::fine_tuning::draw(&tuned, &View::default(), &layout());
    assert_eq!(scene.plots[0].traces.len(), 6);
    assert!(scene.summary.contains("Mamba, control, rounded to INT4"), "{}", scene.summary);
}
