//! The study: a matrix that can be stopped and gone on with.

use bk_lab::kit::context::{Context, StudyError};
use bk_lab::kit::record::Provenance;
use bk_lab::studies::lora::measured::record::{Adaptation, Config, ConfigError, Data, Size};
use bk_lab::studies::lora::measured::study::{Matrix, run};
use bk_models::Recipe;
use bk_models::ops::Storage;
use std::cell::Cell;
use std::rc::Rc;

/// Four runs of three steps.
fn config() -> Config {
    let recipe = Recipe { steps: 3, batch: 4, validate_every: 2, ..Recipe::default() };
    Config {
        sizes: vec![Size::Tiny],
        tasks: vec![Data::Shapes],
        ranks: vec![2],
        storages: vec![Storage::Single, Storage::FourBitDouble],
        seeds: vec![1, 2],
        images: 10,
        first: recipe.clone(),
        recipe,
        ..Config::default()
    }
}

#[test]
fn the_whole_matrix_is_as_large_as_the_published_one_and_in_its_order() {
    let matrix = Config::default().matrix();
    assert_eq!(matrix.len(), 144);
    let seeds: Vec<u32> = matrix.iter().take(4).map(|arm| arm.seed).collect();
    assert_eq!(seeds, [42, 123, 456, 42]);
    assert_eq!((matrix[3].storage, matrix[3].rank), (Storage::EightBit, 4));
    assert_eq!((matrix[12].storage, matrix[12].rank), (Storage::Single, 8));
    assert_eq!((matrix[36].task, matrix[72].size), (Data::Strokes, Size::Small));
}

#[test]
fn a_study_that_is_stopped_and_gone_on_with_gives_the_same_record() {
    let whole = pollster::block_on(run(&config(), None, &Context::unwatched())).unwrap();
    assert_eq!((whole.provenance, whole.runs.len(), whole.first.len()), (Provenance::Measured, 4, 1));
    assert!(whole.is_complete());
    let cost = &whole.costs()[0];
    assert_eq!((whole.costs().len(), cost.arm.storage), (1, Storage::FourBitDouble));
    assert_eq!(cost.drop.as_ref().unwrap().count, 2);
    assert!(whole.runs[2].base_bytes * 3 < whole.runs[0].base_bytes);

    // Stopped in the middle of the second run: three steps of the model and three of the first come before, and what each
    // comes to.
    let stop = Rc::new(Cell::new(false));
    let steps = Rc::new(Cell::new(0));
    let count = {
        let (stop, steps) = (stop.clone(), steps.clone());
        move |_| {
            steps.set(steps.get() + 1);
            stop.set(steps.get() >= 10);
        }
    };
    let context = Context::new(count, || Box::pin(std::future::ready(())), stop);
    let mut matrix = Matrix::new(&config(), None).unwrap();
    assert!(pollster::block_on(matrix.next(&context)).unwrap().is_some());
    let stopped = pollster::block_on(matrix.next(&context));
    assert!(matches!(stopped, Err(StudyError::Cancelled { .. })));
    let kept = serde_json::to_string(matrix.record()).unwrap();
    assert_eq!(matrix.record().runs.len(), 1);

    let record: Adaptation = serde_json::from_str(&kept).unwrap();
    let mut matrix = Matrix::resume(record, None).unwrap();
    while pollster::block_on(matrix.next(&Context::unwatched())).unwrap().is_some() {}
    // What a step takes is counted with what other tests allocate in this process.
    let text = |record: &Adaptation| {
        let mut record = record.clone();
        record.first.iter_mut().for_each(|first| first.memory = None);
        record.runs.iter_mut().for_each(|run| run.memory = None);
        serde_json::to_string(&record).unwrap()
    };
    assert_eq!(text(matrix.record()), text(&whole));

    let mut other = whole;
    other.runs.remove(1);
    assert!(matches!(Matrix::resume(other, None), Err(StudyError::OtherRuns(1))));
}

#[test]
fn a_matrix_that_is_none_is_refused() {
    let refused = |config: Config| config.check().unwrap_err();
    assert_eq!(refused(Config { seeds: vec![], ..config() }), ConfigError::NoAxis("seeds"));
    assert_eq!(refused(Config { ranks: vec![4, 8, 4], ..config() }), ConfigError::Twice("ranks"));
    let seeds = (0..5001).collect();
    assert_eq!(refused(Config { seeds, ..config() }), ConfigError::Runs { runs: 10_002, most: 10_000 });
    let images = Config { images: 2, ..config() };
    assert!(matches!(
        pollster::block_on(run(&images, None, &Context::unwatched())),
        Err(StudyError::Vision(_))
    ));
}
