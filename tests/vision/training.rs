//! Training: that it learns, that it is the same every time, that it ends when it should.

use bk_models::Recipe;
use bk_models::ops::Storage;
use bk_models::vision::generator::Task;
use bk_models::vision::{Base, Evaluation, Lora, Patience, Split, Training, VisionTransformer};

fn split(task: Task, of_each: usize) -> Split {
    Split::new(&task.images(of_each, 1).unwrap(), [10, 20], 1).unwrap()
}

fn recipe(steps: usize) -> Recipe {
    Recipe { steps, batch: 16, learning_rate: 3e-3, warm_up: 20, validate_every: 20, ..Recipe::default() }
}

/// Quick enough for a test.
fn little() -> VisionTransformer {
    VisionTransformer { width: 24, heads: 2, depth: 2, ..VisionTransformer::tiny(8) }
}

/// Held-out images that chance gets right, and five deviations of that more.
fn clearly_above_chance(evaluation: &Evaluation, classes: usize) {
    let (images, chance) = (evaluation.images() as f64, 1.0 / classes as f64);
    let bound = chance + 5.0 * (chance * (1.0 - chance) / images).sqrt();
    let accuracy = evaluation.accuracy();
    assert!(accuracy > bound, "{accuracy} of {images} images, where chance and five deviations are {bound}");
}

#[test]
fn a_model_learns_textures_and_adapts_to_shapes_in_every_storage() {
    let textures = split(Task::Textures, 150);
    let mut training = Training::new(&little(), recipe(200), Patience::default()).unwrap();
    training.finish(&textures).unwrap();
    let found = Evaluation::of(training.network(), &textures.held_out).unwrap();
    println!("textures: {}", found.accuracy());
    clearly_above_chance(&found, 8);
    let shapes = split(Task::Shapes, 150);
    for storage in Storage::ALL {
        let base = Base::new(&little(), training.parameters(), storage).unwrap();
        let lora = Lora::of_rank(4);
        let mut adapting = Training::adapting(&base, &lora, 8, recipe(120), Patience::default()).unwrap();
        adapting.finish(&shapes).unwrap();
        let found = Evaluation::of(adapting.network(), &shapes.held_out).unwrap();
        println!("shapes, {storage:?}: {}", found.accuracy());
        clearly_above_chance(&found, 8);
        let total: u32 = found.confusion.iter().flatten().sum();
        assert_eq!(total as usize, shapes.held_out.len());
    }
}

#[test]
fn the_same_seed_trains_the_same_adapters_and_leaves_the_base_as_it_was() {
    let shapes = split(Task::Shapes, 10);
    let new = Training::new(&little(), recipe(4), Patience::default()).unwrap();
    let base = Base::new(&little(), new.parameters(), Storage::FourBitDouble).unwrap();
    let before = base.matrix("blocks.0.attn.qkv.weight").unwrap().values();
    let run = |seed| {
        let recipe = Recipe { seed, ..recipe(6) };
        let mut training =
            Training::adapting(&base, &Lora::of_rank(2), 8, recipe, Patience::default()).unwrap();
        training.finish(&shapes).unwrap();
        let trajectory = training.trajectory().clone();
        assert_eq!((trajectory.losses.len(), trajectory.norms.len()), (6, 6));
        assert!(trajectory.norms.iter().all(|&norm| norm > 0.0));
        trajectory
    };
    let first = run(1);
    assert_eq!(first, run(1));
    assert_ne!(first.losses, run(2).losses);
    assert_eq!(before, base.matrix("blocks.0.attn.qkv.weight").unwrap().values());
}

#[test]
fn training_without_gain_ends_early_with_the_parameters_that_were_best() {
    let shapes = split(Task::Shapes, 10);
    // Nothing changes at a rate of 0, so that no validation after the first is a gain.
    let recipe = Recipe { learning_rate: 0.0, validate_every: 2, ..recipe(50) };
    let patience = Patience { validations: 3, least_gain: 0.001 };
    let mut training = Training::new(&little(), recipe.clone(), patience).unwrap();
    training.finish(&shapes).unwrap();
    let found = training.trajectory();
    assert_eq!((training.steps(), found.validation.len()), (6, 4));
    assert!(found.stopped_early && training.is_complete());
    assert_eq!(found.best_step, 0);
    // Without patience it goes on to the end.
    let mut patient =
        Training::new(&little(), Recipe { steps: 9, ..recipe }, Patience { validations: 0, ..patience })
            .unwrap();
    patient.finish(&shapes).unwrap();
    assert_eq!(patient.steps(), 9);
    assert!(!patient.trajectory().stopped_early);
    assert!(patient.step(&shapes).unwrap().is_none());
}

#[test]
fn what_cannot_be_trained_by_is_refused() {
    let refused = Patience { least_gain: f64::NAN, ..Patience::default() };
    assert!(Training::new(&little(), recipe(1), refused).is_err());
    assert!(Training::new(&little(), Recipe { batch: 0, ..recipe(1) }, Patience::default()).is_err());
}
