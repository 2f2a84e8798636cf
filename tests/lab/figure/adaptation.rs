//! The figures of quantized LoRA as it is run here.

use super::{everywhere, words};
use bk_lab::kit::record::Provenance;
use bk_lab::studies::lora::measured::figure as adaptation;
use bk_lab::studies::lora::measured::record::{Arm, Data, Run, Size};
use bk_models::ops::Storage;
use bk_models::vision::{Evaluation, Trajectory, Validation};
use bk_plot::{Layout, View};

fn trajectory(steps: usize) -> Trajectory {
    let losses = (0..steps).map(|step| 0.9 + 1.2 * (-0.02 * step as f32).exp()).collect();
    let norms = (0..steps).map(|step| 0.4 + 3.0 * (-0.05 * step as f32).exp()).collect();
    let look = |step: usize| Validation { step, loss: 1.0 + 10.0 / (step + 10) as f64, accuracy: 0.5 };
    let validation = (0..=steps).step_by(30).map(look).collect();
    Trajectory { losses, norms, validation, ..Trajectory::default() }
}

/// A run of a seed: of 100 images so many right.
fn run(storage: Storage, seed: u32, right: u32, base_bytes: usize) -> Run {
    let arm = Arm { size: Size::Tiny, task: Data::Shapes, rank: 4, storage, seed };
    let confusion = vec![vec![right, 100 - right], vec![0, 0]];
    let held_out = Evaluation { loss: 1.0, confusion, labels: vec![0; 100] };
    Run { arm, base_bytes, trained_bytes: 50_000, trajectory: trajectory(90), held_out, memory: None }
}

#[test]
fn runs_lie_where_their_bytes_and_their_accuracy_are_and_chance_below_them() {
    let bytes = [460_000, 140_000, 90_000, 85_000];
    let runs: Vec<Run> = Storage::ALL
        .into_iter()
        .zip(bytes)
        .flat_map(|(storage, bytes)| (0..3).map(move |seed| run(storage, seed, 55 + seed, bytes)))
        .collect();
    let runs: Vec<&Run> = runs.iter().collect();
    for scene in everywhere(
        |layout| adaptation::accuracy(&runs, Some(0.125), Provenance::Measured, &View::default(), layout),
        "adaptation-accuracy",
    ) {
        let all = words(&scene);
        for word in ["f32", "LLM.int8", "NF4", "NF4, double quantization", "chance"] {
            assert!(all.contains(&word), "{word} is not among {all:?}");
        }
        assert!(scene.summary.contains("12 runs, measured here"), "{}", scene.summary);
        assert!(scene.summary.contains("f32: 56.0 % on average at 510 kB"), "{}", scene.summary);
        assert!(scene.summary.contains("Chance is 12.5 %"), "{}", scene.summary);
        assert_eq!(scene.series.len(), 5);
    }
    // Without any, and where a view hides a storage.
    for scene in everywhere(
        |layout| adaptation::accuracy(&[], None, Provenance::Measured, &View::default(), layout),
        "adaptation-nothing",
    ) {
        assert!(words(&scene).contains(&"Nothing yet"));
    }
    let view = View { hidden: "NF4".to_owned().into(), ..View::default() };
    for scene in everywhere(
        |layout| adaptation::accuracy(&runs, None, Provenance::Measured, &view, layout),
        "adaptation-hidden",
    ) {
        assert_eq!(scene.series.iter().filter(|series| series.shown).count(), 3);
    }
}

#[test]
fn losses_and_norms_are_readable_from_the_first_step_on() {
    for steps in [0, 1, 300] {
        let trajectory = trajectory(steps);
        let name = "tiny, shapes, rank 4, NF4, seed 42";
        let draw = |layout: &Layout| {
            adaptation::losses(name, &trajectory, Provenance::Measured, &View::default(), layout)
        };
        for scene in everywhere(draw, &format!("adaptation-losses-{steps}")) {
            assert!(scene.summary.starts_with("Loss by step of tiny"), "{}", scene.summary);
            assert_eq!(scene.summary.contains("none yet"), steps == 0, "{}", scene.summary);
        }
        let draw = |layout: &Layout| {
            adaptation::norms(name, &trajectory, 1.0, Provenance::Measured, &View::default(), layout)
        };
        for scene in everywhere(draw, &format!("adaptation-norms-{steps}")) {
            // Those before e^(−step/20) has come below 0.2.
            assert_eq!(
                scene.summary.contains("of which 33 were clipped to 1"),
                steps == 300,
                "{}",
                scene.summary
            );
        }
    }
}
