//! Measured efficiency and stability: ladders of small models, early exit, learned sparsity.

use bk_lab::figure::{Layout, Theme, View, models};
use bk_lab::model::corpus::Text;
use bk_lab::model::early_exit::{Exit, Exits, Halting, PhaseSource};
use bk_lab::model::sparsity::{Sight, SparsityTraining, TARGET, flops_a_token, parameters};
use bk_lab::model::{Architecture, Evaluation, Mamba, Parameters, Recipe, ResNetBk, Training, Watch};
use bk_lab::published::flops::{SparsityEstimate, early_exit, flops};
use bk_lab::published::judgement::Judgement;
use bk_lab::published::{efficiency, stability};
use bk_lab::record::ladder::{Config, Kind, Ladder, Size, Variant};
use bk_lab::record::{Record, document};
use bk_lab::study::language_model::Session;
use bk_lab::study::{Context, StudyError, ladder};
use candle_core::DType;
use pollster::block_on;
use proptest::prelude::*;
use std::cell::Cell;
use std::f64::consts::{PI, TAU};
use std::rc::Rc;
use std::sync::LazyLock;

/// Weights are sums of a few numbers below 1.
const ROUNDING: f64 = 1e-12;

fn small() -> Config {
    Config {
        sizes: vec![Size { width: 8, layers: 1 }, Size { width: 16, layers: 5 }],
        contexts: vec![16],
        seeds: vec![1, 2],
        steps: 20,
        tokens_a_step: 64,
        learning_rate: 1e-2,
        text: Text::Language { tokens: 20_000 },
        tokens: 400,
        sparsity_steps: 4,
        ..Config::efficiency()
    }
}

fn run(config: &Config, earlier: Option<&Ladder>) -> Ladder {
    block_on(ladder::run(config, None, earlier, |_| {}, &Context::unwatched())).unwrap()
}

fn record() -> &'static Ladder {
    static RECORD: LazyLock<Ladder> = LazyLock::new(|| run(&small(), None));
    &RECORD
}

/// A model of the published kind that no training has touched, and its tokens.
fn fresh(layers: usize) -> (Training, Vec<u32>) {
    let model = ResNetBk { vocabulary: 27, width: 16, layers, context: 12, ..ResNetBk::default() };
    let training = Training::new(Architecture::ResNetBk(model), Recipe::default()).unwrap();
    (training, (0..48).map(|place| place * 7 % 27).collect())
}

fn logits(tensor: &candle_core::Tensor) -> Vec<f32> {
    tensor.flatten_all().unwrap().to_vec1().unwrap()
}

/// resnet-bk.md §8.1, verified there: eight layers, one phase a token, uniform.
#[test]
fn the_published_bookkeeping_reports_a_hundredth_of_the_depth() {
    const TOKENS: usize = 20_000;
    let mut halting = Halting::new(Exit::PUBLISHED, 8, TOKENS);
    let phase = |token: u32| TAU * (f64::from(token) + 0.5) / TOKENS as f64 - PI;
    for layer in 0..8 {
        let phases: Vec<f64> = halting.running().iter().map(|&token| phase(token)).collect();
        halting.pass(layer, &phases);
        if layer < 4 {
            // The earliest exit is after five layers, never the two or three that are asked for.
            assert_eq!(halting.running().len(), TOKENS, "{layer}");
        }
    }
    let exits = halting.exits();
    assert!((exits.published_mean_layers() - 0.105).abs() < 5e-4, "{}", exits.published_mean_layers());
    assert!((exits.published_reduction() - 0.987).abs() < 5e-4, "{}", exits.published_reduction());
    assert!((exits.mean_layers() - 6.42).abs() < 5e-3, "{}", exits.mean_layers());
}

/// resnet-bk.md §8.5.
#[test]
fn the_published_counter_of_early_exit_finds_seven_per_cent() {
    let model = ResNetBk { vocabulary: 30_000, width: 256, layers: 8, context: 128, ..ResNetBk::default() };
    let whole = flops(&Architecture::ResNetBk(model.clone()), 1, 128);
    let less = early_exit(&model, 1, 128, 5.2);
    let saved = 1.0 - less.total() as f64 / whole.total() as f64;
    assert!((100.0 * saved - 7.2).abs() < 0.05, "{saved}");
}

/// resnet-bk.md §8.2: 33792 operations instead of 2560, where 2.5 times fewer are reported.
#[test]
fn learned_sparsity_takes_thirteen_times_more() {
    let estimate = SparsityEstimate::of(128, 64, TARGET);
    assert!((estimate.reported_reduction() - 2.5).abs() < ROUNDING);
    assert_eq!(estimate.standard, 2560.0);
    assert!((estimate.kept + estimate.importance + estimate.interpolation - 33_792.0).abs() < 1e-9);
    assert!((estimate.increase() - 13.2).abs() < 1e-9);
    // Counted completely, with the full diagonal that is computed before any of it is left out, it is far more.
    let model = ResNetBk { layers: 1, ..ResNetBk::default() };
    let all = Architecture::ResNetBk(model.clone()).flops(1, 1);
    let core = all.components.iter().find(|component| component.name == "layer_0.resolvent").unwrap().forward;
    assert!(flops_a_token(&model, 128) > 13 * core);
}

#[test]
fn tokens_that_never_exit_leave_the_model_as_it_is() {
    for layers in [1, 3] {
        let (training, tokens) = fresh(layers);
        let whole = logits(&training.model().logits(&tokens, 12, Watch::default()).unwrap());
        for source in [PhaseSource::BlockOutput, PhaseSource::Resolvent] {
            let never = Exit { source, halting: 0.99, least_layers: layers };
            let (exiting, exits) = training.model().exiting(&tokens, 12, never).unwrap();
            assert_eq!(logits(&exiting), whole, "{layers} {source:?}");
            assert_eq!(exits.mean_layers(), layers as f64);
            // The published bookkeeping gives them no weight at all.
            assert_eq!(exits.published_reduction(), 1.0);
        }
    }
}

/// An exit at the first layer is a model of that layer alone, for whatever the later ones hold.
#[test]
fn tokens_that_exit_at_once_have_seen_one_layer() {
    let (training, tokens) = fresh(3);
    let at_once = Exit { source: PhaseSource::Resolvent, halting: 0.0, least_layers: 0 };
    let (exiting, exits) = training.model().exiting(&tokens, 12, at_once).unwrap();
    assert_eq!(exits.running, [48, 0, 0]);
    let (one, _) = fresh(1);
    for (parameter, variable) in one.parameters().entries() {
        let entries = training.parameters().entries();
        let (_, from) = entries.iter().find(|(other, _)| other.name == parameter.name).unwrap();
        variable.set(&from.as_detached_tensor().copy().unwrap()).unwrap();
    }
    let alone = logits(&one.model().logits(&tokens, 12, Watch::default()).unwrap());
    assert_eq!(logits(&exiting), alone);
}

#[test]
fn only_the_diagonal_of_a_resolvent_has_phases_and_sites() {
    let mamba = Mamba { vocabulary: 27, width: 8, layers: 1, context: 12, ..Mamba::default() };
    let mamba = Training::new(Architecture::Mamba(mamba), Recipe::default()).unwrap();
    let refused = mamba.model().exiting(&[1, 2, 3], 3, Exit::PUBLISHED);
    assert!(refused.is_err_and(|error| error.to_string().contains("Choose ResNet-BK")));
    assert!(SparsityTraining::new(mamba.model(), Recipe::default(), Sight::Past).is_err());
}

/// A mask of ones changes no bit; the best sites of a sequence look ahead, and those chosen by themselves do not.
#[test]
fn every_site_kept_leaves_the_model_as_it_is() {
    let (training, tokens) = fresh(2);
    let model = training.model();
    let networks = Parameters::drawn(parameters(model.resnet_bk().unwrap()), 3, DType::F32).unwrap();
    let whole = logits(&model.logits(&tokens, 12, Watch::default()).unwrap());
    for sight in Sight::ALL {
        let kept = model.clone().with_every_site(&networks, sight).unwrap();
        assert_eq!(logits(&kept.logits(&tokens, 12, Watch::default()).unwrap()), whole, "{sight:?}");
        let sparse = model.clone().with_sparsity(&networks, sight, &[]).unwrap();
        assert_ne!(logits(&sparse.logits(&tokens, 12, Watch::default()).unwrap()), whole, "{sight:?}");
        let leak = bk_lab::model::causality::probe(&sparse, &tokens[..12], &[3, 6, 9]).unwrap();
        assert_eq!(leak.holds(), sight == Sight::Past, "{sight:?}: {}", leak.largest_leak());
    }
    // ⌊12·0.4⌋ of 12 sites.
    let sparse = model.clone().with_sparsity(&networks, Sight::Both, &[]).unwrap();
    assert!((sparse.sparsity_on(&tokens, 12).unwrap() - 8.0 / 12.0).abs() < 1e-6);
}

/// The networks learn: what they guess costs less than what they begin with, while the model stays as it is.
#[test]
fn the_networks_of_sparsity_learn_on_a_model_that_stays() {
    let (mut training, _) = fresh(2);
    let text: Vec<u32> = Text::Language { tokens: 20_000 }.corpus(None).unwrap().train;
    for _ in 0..60 {
        training.step(&text, &text[..100]).unwrap();
    }
    let whole = Evaluation::of(training.model(), &text[..2000], 12).unwrap();
    let recipe = Recipe { steps: 80, learning_rate: 1e-2, warm_up: 5, ..Recipe::default() };
    let mut networks = SparsityTraining::new(training.model(), recipe, Sight::Past).unwrap();
    let loss = |networks: &SparsityTraining| {
        Evaluation::of(&networks.model(&text).unwrap(), &text[..2000], 12).unwrap().loss()
    };
    let before = loss(&networks);
    while !networks.is_complete() {
        networks.step(&text).unwrap();
    }
    let after = loss(&networks);
    assert!(after < before, "{after} {before}");
    assert_eq!(Evaluation::of(training.model(), &text[..2000], 12).unwrap(), whole);
    let sparsity = networks.model(&text).unwrap().sparsity_on(&text[..1200], 12).unwrap();
    assert!((sparsity - TARGET).abs() < 0.1, "{sparsity}");
}

#[test]
fn a_ladder_has_every_model_with_what_it_costs() {
    let (record, config) = (record(), small());
    assert_eq!(record.rungs.len(), 12);
    assert_eq!(record.left(), vec![]);
    let places: Vec<_> = record.rungs.iter().map(|rung| rung.place).collect();
    assert_eq!(places, config.places());
    for rung in &record.rungs {
        let name = format!("{:?}", rung.place);
        assert_eq!(rung.losses.len(), 20, "{name}");
        assert_eq!(rung.not_finite(), 0, "{name}");
        assert_eq!(rung.held_out.unwrap().tokens, 400, "{name}");
        assert!(rung.held_out.unwrap().loss() > rung.source_loss.unwrap(), "{name}");
        assert!(rung.largest_leak.unwrap() <= 1e-6, "{name}");
        assert_eq!(rung.flops, rung.architecture.flops(1, 16).forward() / 16, "{name}");
        // The published counters leave parts out.
        assert!(rung.published_flops < rung.flops, "{name}");
        let is_mamba = rung.place.kind == Kind::Mamba;
        assert_eq!(rung.exits.len(), if is_mamba { 0 } else { Exit::tried().len() }, "{name}");
        assert_eq!(rung.sparsity.len(), if is_mamba { 0 } else { 2 }, "{name}");
        for exited in &rung.exits {
            // What cannot be spared is counted whoever exits, and the rule is counted on top.
            let spared = |name: &str| {
                [".router", ".experts", ".output", ".sums"].iter().any(|part| name.ends_with(part))
            };
            let all = rung.architecture.flops(1, 1);
            let kept: u64 =
                all.components.iter().filter(|part| !spared(&part.name)).map(|part| part.forward).sum();
            let rule = (3 * rung.place.size.width + 15) as f64 * rung.place.size.layers as f64;
            assert!(exited.flops > kept as f64, "{name}");
            assert!(exited.flops <= rung.flops as f64 + rule + 1e-6, "{name}");
            assert!(exited.exits.mean_layers() >= 1.0, "{name}");
            assert!(exited.exits.published_mean_layers() <= 1.0 / rung.place.size.layers as f64 + ROUNDING);
        }
        for sparse in &rung.sparsity {
            assert!(sparse.flops > rung.flops, "{name}");
        }
    }
    let groups = record.groups();
    assert_eq!(groups.len(), 6);
    assert!(groups.iter().all(|group| group.costs(Variant::Whole).len() == 2));
    assert!(
        groups
            .iter()
            .all(|group| group.is_causal(Variant::Whole) && group.is_causal(Variant::Sparse(Sight::Past)))
    );
    assert!(record.warnings().iter().all(|warning| warning.contains("sparsity as described")));
    assert_eq!(record.costs_table().rows.len(), 2 + 4 * (1 + Exit::tried().len() + 2));
    assert_eq!(record.steps().rows.len(), 12 * 20);
}

/// A study that was stopped goes on where it was, and ends as if it had not been; so does one that is asked for more.
#[test]
fn what_was_trained_once_is_not_trained_again() {
    let config =
        Config { sizes: vec![Size { width: 8, layers: 1 }], seeds: vec![1], sparsity_steps: 2, ..small() };
    let whole = run(&config, None);
    let stop = Rc::new(Cell::new(false));
    let (heard, steps) = (stop.clone(), Rc::new(Cell::new(0)));
    let context = Context::new(
        move |progress| {
            steps.set(progress.done);
            assert!(progress.done <= progress.total);
        },
        || Box::pin(std::future::ready(())),
        stop,
    );
    let mut session = ladder::Session::new(&config, None, None).unwrap();
    assert!(block_on(session.advance(&context)).unwrap());
    heard.set(true);
    let cancelled = block_on(session.advance(&context));
    assert!(matches!(cancelled, Err(StudyError::Cancelled { .. })));
    assert_eq!(session.record().rungs, whole.rungs[..1]);
    // The step that was taken before the stop is not taken again.
    assert!(session.progress().done > (config.steps + 2 * config.sparsity_steps) as u64);
    heard.set(false);
    while block_on(session.advance(&context)).unwrap() {}
    assert_eq!(*session.record(), whole);
    // From a file, after the tab was closed.
    let partial = Ladder { rungs: whole.rungs[..1].to_vec(), ..whole.clone() };
    let json = document::to_json(&[&partial]).unwrap();
    let read = document::from_value(serde_json::from_str(&json).unwrap()).unwrap();
    let Record::Ladder(read) = read else { panic!("{json}") };
    assert_eq!(*read, partial);
    let mut grown = 0;
    let record =
        block_on(ladder::run(&config, None, Some(&read), |_| grown += 1, &Context::unwatched())).unwrap();
    assert_eq!((record, grown), (whole.clone(), 2));
    // Other steps are another study.
    let other = Config { steps: 21, ..config };
    assert!(Ladder::begin(other, Some(&whole)).rungs.is_empty());
}

/// A training that diverges is a result: its steps that are not finite are left out and counted, until there are too many.
#[test]
fn a_training_that_diverges_is_a_result() {
    let config = Config { kinds: vec![Kind::Published], ..small() };
    let mut session = Session::new(&config.training(config.places()[0]), None).unwrap();
    let broken = |from: &str| {
        let entries = session.training().parameters().entries();
        let (parameter, variable) = entries.iter().find(|(parameter, _)| parameter.name == from).unwrap();
        let numbers = candle_core::Tensor::full(f32::NAN, parameter.shape.clone(), &candle_core::Device::Cpu);
        variable.set(&numbers.unwrap()).unwrap();
    };
    broken("layer_norm_final.weight");
    block_on(session.endure(5, &Context::unwatched())).unwrap();
    let trajectory = session.training().trajectory();
    assert_eq!(trajectory.losses.len(), 5);
    assert!(trajectory.losses.iter().all(|loss| loss.is_nan()));
    // Nothing finite is computed any more.
    let measured = block_on(session.measure(&Context::unwatched())).unwrap();
    assert!(!measured.held_out.nats.is_finite());
}

/// What is not finite is counted, kept in the file, and marked in the figure.
#[test]
fn steps_that_are_not_finite_are_counted_and_marked() {
    let mut record = record().clone();
    record.config.contexts = vec![16, 32];
    let rung = record.rungs.iter_mut().find(|rung| rung.place.kind == Kind::Mamba).unwrap();
    let place = rung.place;
    rung.losses[7] = None;
    rung.norms[3] = None;
    rung.losses[10] = Some(2.0 * rung.losses[9].unwrap());
    assert_eq!((rung.not_finite(), rung.first_not_finite()), (2, Some(3)));
    assert!(rung.spikes() >= 1);
    let json = document::to_json(&[&record]).unwrap();
    let Record::Ladder(read) = document::from_value(serde_json::from_str(&json).unwrap()).unwrap() else {
        panic!("{json}")
    };
    assert_eq!(*read, record);
    let rows = stability::measured::findings(&record);
    let row = rows.iter().find(|row| row.of == "Mamba").unwrap();
    assert!(row.found.starts_with("2 of 80 steps not finite"), "{}", row.found);
    // Far from the contexts that were spoken of, nothing is decided.
    assert_eq!(row.judgement, Judgement::Undecided);
    assert!(rows.iter().all(|row| row.reason.contains("steps of 64 tokens")));
    let layout = Layout::new(700.0, 440.0, Theme::Light);
    for quantity in [models::Trace::Loss, models::Trace::Norm] {
        let scene = models::contexts(&record, quantity, &View::default(), &layout);
        let name = format!("Mamba {}, context 16, not finite", place.size);
        let marked = scene.plots[0].traces.iter().find(|trace| trace.name == name).unwrap();
        assert_eq!(marked.readings.len(), 2);
    }
}

/// Verdicts rest on intervals over seeds, and one seed decides nothing but counts.
#[test]
fn statements_are_judged_by_seeds() {
    let rows = efficiency::measured::findings(record());
    assert!(rows.iter().any(|row| row.statement.contains("2 times fewer")));
    assert!(rows.iter().any(|row| row.statement.contains("at least 30 %")));
    let counted = |row: &&bk_lab::published::judgement::Finding| row.reason.starts_with("Counted");
    assert!(rows.iter().filter(counted).all(|row| row.judgement == Judgement::Fails));
    assert_eq!(rows.iter().filter(counted).count(), 4);
    let one = Ladder {
        config: Config { seeds: vec![1], ..small() },
        rungs: record().rungs.iter().filter(|rung| rung.place.seed == 1).cloned().collect(),
        ..record().clone()
    };
    for row in efficiency::measured::findings(&one).iter().filter(|row| !counted(row)) {
        assert_eq!(row.judgement, Judgement::Undecided, "{}", row.statement);
    }
    let two_sided = rows.iter().filter(|row| row.of.contains("as described"));
    assert!(two_sided.clone().count() > 0);
    two_sided.for_each(|row| assert!(row.reason.contains("sees the future"), "{}", row.reason));
}

#[test]
fn the_figure_is_made_of_the_record() {
    let layout = Layout::new(700.0, 440.0, Theme::Light);
    let scene = models::ladder(record(), &View::default(), &layout);
    let names: Vec<&str> = scene.series.iter().map(|series| series.name.as_str()).collect();
    for kind in Kind::ALL {
        assert!(names.contains(&kind.label()), "{names:?}");
    }
    assert!(names.iter().any(|name| name.contains("sparse G, sees the future")), "{names:?}");
    let readings =
        |name: &str| scene.plots[0].traces.iter().find(|trace| trace.name == name).unwrap().readings.clone();
    let notes: Vec<String> = readings("Mamba").iter().map(|reading| reading.note.clone()).collect();
    assert!(notes[0].starts_with("8×1, ±") && notes[1].starts_with("16×5, ±"), "{notes:?}");
    let nothing = Ladder::begin(small(), None);
    assert!(models::ladder(&nothing, &View::default(), &layout).summary.contains("nothing measured yet"));
    let quantity = models::Trace::Loss;
    assert!(
        models::contexts(&nothing, quantity, &View::default(), &layout)
            .summary
            .contains("nothing measured yet")
    );
}

#[test]
fn what_cannot_be_trained_is_refused_with_a_sentence() {
    let wrong = [
        (Config { kinds: vec![], ..small() }, "no kind of model"),
        (Config { seeds: (0..200).collect(), ..small() }, "1200 models"),
        (Config { contexts: vec![65], ..small() }, "no room for a sequence of 65"),
        (Config { tokens: 0, ..small() }, "measured on 0 tokens"),
        (Config { learning_rate: -1.0, ..small() }, "learning rate"),
        (Config { sizes: vec![Size { width: 0, layers: 1 }], ..small() }, "width"),
    ];
    for (config, words) in wrong {
        let error = config.check().unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }
    assert!("64x".parse::<Size>().is_err() && "64×3".parse::<Size>().is_ok());
    // A context that the text is too short for.
    let long = Config { contexts: vec![2048], tokens_a_step: 2048, ..small() };
    let refused = block_on(ladder::run(&long, None, None, |_| {}, &Context::unwatched()));
    assert!(refused.is_err_and(|error| error.to_string().contains("2048")));
}

proptest! {
    /// Whatever the phases are, the weights of a token sum to 1, it runs through a beginning of the layers, and the published
    /// bookkeeping never reports more than a layer.
    #[test]
    fn the_weights_of_a_token_sum_to_one(
        phases in proptest::collection::vec(-PI..=PI, 1..12),
        halting in 0.0..1.0f64,
        least_layers in 0usize..12,
    ) {
        let layers = phases.len();
        let exit = Exit { source: PhaseSource::BlockOutput, halting, least_layers };
        let mut tokens = Halting::new(exit, layers, 1);
        let mut sum = 0.0;
        for (layer, &phase) in phases.iter().enumerate() {
            let weights = tokens.pass(layer, &vec![phase; tokens.running().len()]);
            prop_assert!(weights.iter().all(|weight| (-ROUNDING..=1.0 + ROUNDING).contains(weight)));
            sum += weights.iter().sum::<f64>();
        }
        prop_assert!((sum - 1.0).abs() < ROUNDING);
        prop_assert!(tokens.running().is_empty());
        let exits: Exits = tokens.exits();
        prop_assert!(exits.running.windows(2).all(|pair| pair[0] >= pair[1]));
        prop_assert!(exits.published_mean_layers() <= 1.0 / layers as f64 + ROUNDING);
    }
}
