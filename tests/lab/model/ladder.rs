//! Measured efficiency and stability: ladders of small models.

use bk_lab::kit::claims::judgement::Judgement;
use bk_lab::kit::context::{Context, StudyError};
use bk_lab::kit::record::document;
use bk_lab::studies::language_models::study::Session;
use bk_lab::studies::record::Record;
use bk_lab::studies::scaling::record::{Config, Kind, Ladder, Size, Variant};
use bk_lab::studies::scaling::study as ladder;
use bk_lab::studies::scaling::study::Advanced;
use bk_models::corpus::Text;
use bk_models::early_exit::Exit;
use bk_models::sparsity::Sight;
use bk_plot::{Layout, Theme, View};
use pollster::block_on;
use std::cell::Cell;
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
    let advanced = block_on(session.advance(f64::INFINITY, &context)).unwrap();
    assert_eq!(advanced, Advanced::Measured(whole.rungs[0].place));
    heard.set(true);
    let cancelled = block_on(session.advance(f64::INFINITY, &context));
    assert!(matches!(cancelled, Err(StudyError::Cancelled { .. })));
    assert_eq!(session.record().rungs, whole.rungs[..1]);
    // The step that was taken before the stop is not taken again.
    assert!(session.progress().done > (config.steps + 2 * config.sparsity_steps) as u64);
    heard.set(false);
    while block_on(session.advance(f64::INFINITY, &context)).unwrap() != Advanced::Nothing {}
    assert_eq!(*session.record(), whole);
    // From a file, after the tab was closed.
    let partial = Ladder { rungs: whole.rungs[..1].to_vec(), ..whole.clone() };
    let json = document::to_json(&[&partial]).unwrap();
    let read = bk_lab::studies::record::from_value(serde_json::from_str(&json).unwrap()).unwrap();
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
    block_on(session.endure(5, f64::INFINITY, &Context::unwatched())).unwrap();
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
    let Record::Ladder(read) =
        bk_lab::studies::record::from_value(serde_json::from_str(&json).unwrap()).unwrap()
    else {
        panic!("{json}")
    };
    assert_eq!(*read, record);
    let rows = bk_lab::studies::stability::measured::findings(&record);
    let row = rows.iter().find(|row| row.of == "Mamba").unwrap();
    assert!(row.found.starts_with("2 of 80 steps not finite"), "{}", row.found);
    // Far from the contexts that were spoken of, nothing is decided.
    assert_eq!(row.judgement, Judgement::Undecided);
    assert!(rows.iter().all(|row| row.reason.contains("steps of 64 tokens")));
    let layout = Layout::new(700.0, 440.0, Theme::Light);
    for quantity in [
        bk_lab::studies::scaling::figure::contexts::Trace::Loss,
        bk_lab::studies::scaling::figure::contexts::Trace::Norm,
    ] {
        let scene =
            bk_lab::studies::scaling::figure::contexts::draw(&record, quantity, &View::default(), &layout);
        let name = format!("Mamba {}, context 16, not finite", place.size);
        let marked = scene.plots[0].traces.iter().find(|trace| trace.name == name).unwrap();
        assert_eq!(marked.readings.len(), 2);
    }
}

/// Verdicts rest on intervals over seeds, and one seed decides nothing but counts.
#[test]
fn statements_are_judged_by_seeds() {
    let rows = bk_lab::studies::efficiency::measured::findings(record());
    assert!(rows.iter().any(|row| row.statement.contains("2 times fewer")));
    assert!(rows.iter().any(|row| row.statement.contains("at least 30 %")));
    let counted = |row: &&bk_lab::kit::claims::judgement::Finding| row.reason.starts_with("Counted");
    assert!(rows.iter().filter(counted).all(|row| row.judgement == Judgement::Fails));
    assert_eq!(rows.iter().filter(counted).count(), 4);
    let one = Ladder {
        config: Config { seeds: vec![1], ..small() },
        rungs: record().rungs.iter().filter(|rung| rung.place.seed == 1).cloned().collect(),
        ..record().clone()
    };
    for row in bk_lab::studies::efficiency::measured::findings(&one).iter().filter(|row| !counted(row)) {
        assert_eq!(row.judgement, Judgement::Undecided, "{}", row.statement);
    }
    let two_sided = rows.iter().filter(|row| row.of.contains("as described"));
    assert!(two_sided.clone().count() > 0);
    two_sided.for_each(|row| assert!(row.reason.contains("sees the future"), "{}", row.reason));
}

#[test]
fn the_figure_is_made_of_the_record() {
    let layout = Layout::new(700.0, 440.0, Theme::Light);
    let scene = bk_lab::studies::scaling::figure::costs::draw(record(), &View::default(), &layout);
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
    assert!(
        bk_lab::studies::scaling::figure::costs::draw(&nothing, &View::default(), &layout)
            .summary
            .contains("nothing measured yet")
    );
    let quantity = bk_lab::studies::scaling::figure::contexts::Trace::Loss;
    assert!(
        bk_lab::studies::scaling::figure::contexts::draw(&nothing, quantity, &View::default(), &layout)
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
    // A link may list any number, of which none is gone through.
    let many = Config { seeds: vec![1; 1 << 20], contexts: vec![1; 1 << 20], ..small() };
    assert!(many.check().is_err() && many.places().is_empty());
    assert!("64x".parse::<Size>().is_err() && "64×3".parse::<Size>().is_ok());
    // A context that the text is too short for.
    let long = Config { contexts: vec![2048], tokens_a_step: 2048, ..small() };
    let refused = block_on(ladder::run(&long, None, None, |_| {}, &Context::unwatched()));
    assert!(refused.is_err_and(|error| error.to_string().contains("2048")));
}
