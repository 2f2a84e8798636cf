//! Measured perplexity against the length of a training.

use super::mixed::both;
use super::widths::{layout, run};
use bk_lab::kit::context::Context;
use bk_lab::kit::record::document;
use bk_lab::studies::language_models::record as language_model;
use bk_lab::studies::language_models::study::Session;
use bk_lab::studies::record::Record;
use bk_lab::studies::robustness::measured::figure::training_lengths::Quantity;
use bk_lab::studies::robustness::measured::record::{Config, FORMATS, Lengths, LengthsError, Way, Widths};
use bk_lab::studies::robustness::measured::training_lengths as lengths;
use bk_models::corpus::Text;
use bk_models::{Format, Recipe};
use bk_plot::View;
use pollster::block_on;
use std::cell::Cell;
use std::rc::Rc;

/// A training of few steps with its lengths, so far as an earlier record does not know them.
fn lengthened(seed: u32, earlier: Option<&Widths>, most_points: usize) -> (Widths, usize) {
    let [bk, _] = both();
    let recipe = Recipe { seed, steps: 40, ..bk.recipe.clone() };
    let text = Text::Language { tokens: 20_000 };
    let config = language_model::Config { architecture: bk.architecture.clone(), recipe, text };
    let training = Session::new(&config, None).unwrap();
    let measure = Config { tokens: 500, ..Config::default() };
    let study = Lengths::new(training.config(), vec![10, 25, 40], measure);
    let cancelled = Rc::new(Cell::new(false));
    let (stop, mut seen, mut new) = (cancelled.clone(), None, 0);
    let see = |record: &Widths, _: &Session| {
        new += 1;
        stop.set(record.models.iter().map(|model| model.points.len()).sum::<usize>() >= most_points);
        seen = Some(record.clone());
    };
    let context = Context::new(|_| {}, || Box::pin(std::future::ready(())), cancelled);
    let done = block_on(lengths::run(study, training, earlier, see, &context));
    (done.unwrap_or_else(|_| seen.unwrap()), new)
}

/// One training, stopped at its lengths: what is measured there is what a checkpoint of that step would give, and a study that
/// was stopped ends with the same numbers.
#[test]
fn perplexity_is_measured_along_a_training() {
    let (whole, points) = lengthened(1, None, usize::MAX);
    let steps: Vec<usize> = whole.models.iter().map(|model| model.steps).collect();
    assert_eq!((steps, points), (vec![10, 25, 40], 3 * FORMATS.len()));
    let loss = |place: usize, format| whole.models[place].at(Way::of(format)).unwrap().held_out.loss();
    assert!(loss(2, Format::Fp32) < loss(0, Format::Fp32), "training helps");
    // As if it had been trained so far and looked at once.
    let [bk, _] = both();
    let recipe = Recipe { seed: 1, steps: 40, ..bk.recipe.clone() };
    let text = Text::Language { tokens: 20_000 };
    let config = language_model::Config { architecture: bk.architecture.clone(), recipe, text };
    let mut session = Session::new(&config, None).unwrap();
    block_on(session.advance(25, &Context::unwatched())).unwrap();
    let measure = Config { tokens: 500, core: false, parts: false, ..Config::default() };
    let alone = run(&measure, vec![session.kept()], None);
    assert_eq!(alone.models[0], whole.models[1]);
    // Stopped in the middle of a length.
    let (part, _) = lengthened(1, None, 10);
    assert_eq!(part.models.iter().map(|model| model.points.len()).collect::<Vec<_>>(), [7, 3]);
    let (resumed, new) = lengthened(1, Some(&part), usize::MAX);
    assert_eq!((&resumed, new), (&whole, points - 10));
}

/// Seeds of a training make intervals at each length, in the table, in both figures and in a file.
#[test]
fn trainings_of_several_seeds_are_one_course() {
    let mut record = lengthened(1, None, usize::MAX).0;
    lengthened(2, None, usize::MAX).0.models.into_iter().for_each(|model| record.put(model));
    let courses = record.courses();
    let [course] = courses.as_slice() else { panic!("{} courses", courses.len()) };
    assert_eq!(course.label, "ResNet-BK, 4 potentials");
    let points = course.perplexities(Format::Int4);
    assert_eq!(points.iter().map(|(steps, _)| *steps).collect::<Vec<_>>(), [10.0, 25.0, 40.0]);
    assert!(points.iter().all(|(_, found)| found.count == 2 && found.interval.is_some()));
    assert_eq!(record.lengths_table().rows.len(), 3 * FORMATS.len());
    let json = document::to_json(&[Record::Widths(Box::new(record.clone()))]).unwrap();
    let read = bk_lab::studies::record::from_value(serde_json::from_str(&json).unwrap()).unwrap();
    assert_eq!(read, Record::Widths(Box::new(record.clone())));
    for quantity in [Quantity::Perplexity, Quantity::Change] {
        let scene = bk_lab::studies::robustness::measured::figure::training_lengths::draw(
            &record,
            quantity,
            &View::default(),
            &layout(),
        );
        let readings: usize = scene.plots[0].traces.iter().map(|trace| trace.readings.len()).sum();
        let formats = if quantity == Quantity::Perplexity { 5 } else { 4 };
        assert!(readings > 0 && readings <= 3 * formats, "{readings}");
        assert!(scene.summary.contains("INT2"), "{}", scene.summary);
    }
    // One length is no course.
    record.models.retain(|model| model.steps == 40);
    assert!(record.courses().is_empty() && record.lengths_table().rows.is_empty());
}

/// Lengths that are none are refused, each with its reason.
#[test]
fn lengths_rise_and_lie_within_the_training() {
    let training = language_model::Config::default();
    let steps = training.recipe.steps;
    let check = |lengths: &[usize]| Lengths::new(training.clone(), lengths.into(), Config::default()).check();
    assert_eq!(check(&[]), Err(LengthsError::Count(0)));
    assert_eq!(check(&[0, 3]), Err(LengthsError::Order(0)));
    assert_eq!(check(&[3, 3]), Err(LengthsError::Order(3)));
    assert_eq!(check(&[steps + 1]), Err(LengthsError::Beyond { length: steps + 1, steps }));
    assert_eq!(check(&[1, steps]), Ok(()));
    assert_eq!(Lengths::every(40, 100), [40, 80, 100]);
    assert!(check(&Lengths::every(1, steps)).is_ok());
    assert_eq!(Lengths::every(0, 0), Vec::<usize>::new());
}
