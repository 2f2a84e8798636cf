//! The figures of language models.

use super::{everywhere, words};
use bk_lab::kit::record::{Manifest, Provenance};
use bk_lab::studies::language_models::figure as models;
use bk_lab::studies::language_models::mixed_precision::record::{Config, Mixed, Point};
use bk_models::causality::Causality;
use bk_models::corpus::Baselines;
use bk_models::precision::by_component;
use bk_models::{Architecture, Mamba, ResNetBk, Trajectory};
use bk_plot::View;
use bk_quantize::Width;

fn architectures() -> [Architecture; 2] {
    let (resnet_bk, mamba) = (ResNetBk::default(), Mamba::default());
    [Architecture::ResNetBk(resnet_bk), Architecture::Mamba(mamba)]
}

#[test]
fn learning_is_readable_at_every_width() {
    let baselines = Baselines { unigram: 2.8, bigram: 1.65, trigram: 0.84 };
    let losses: Vec<f32> = (0..500).map(|step| 0.8 + 3.0 * (-0.01 * step as f32).exp()).collect();
    let validation = (0..=5).map(|look| (100 * look, 3.8 - 0.5 * look as f64)).collect();
    let trajectory = Trajectory { losses, validation, ..Trajectory::default() };
    for (architecture, entropy) in architectures().iter().zip([Some(0.43), None]) {
        let curve = models::training::Curve {
            architecture,
            steps: 1200,
            trajectory: &trajectory,
            baselines: &baselines,
            entropy,
        };
        for scene in
            everywhere(|layout| models::training::draw(&curve, &View::default(), layout), "models-training")
        {
            assert_eq!(words(&scene).contains(&"entropy: the floor"), entropy.is_some());
            assert!(scene.summary.contains("after 500 steps"), "{}", scene.summary);
            assert_eq!(scene.plots.len(), 1);
        }
    }
}

#[test]
fn nothing_learned_yet_is_said() {
    let baselines = Baselines { unigram: 2.8, bigram: 1.65, trigram: 0.84 };
    let [architecture, _] = architectures();
    let trajectory = Trajectory::default();
    let curve = models::training::Curve {
        architecture: &architecture,
        steps: 10,
        trajectory: &trajectory,
        baselines: &baselines,
        entropy: None,
    };
    for scene in
        everywhere(|layout| models::training::draw(&curve, &View::default(), layout), "models-before")
    {
        assert!(scene.summary.starts_with("ResNet-BK before its first step"), "{}", scene.summary);
    }
}

#[test]
fn parts_add_up_and_are_readable() {
    for architecture in architectures() {
        let plan = by_component(&architecture);
        let label = architecture.label();
        for scene in everywhere(
            |layout| models::parts::draw(&architecture, &plan, layout),
            &format!("models-parts-{label}"),
        ) {
            let all = words(&scene);
            for word in ["Block 0", "Block 3", "Embedding"] {
                assert!(all.iter().any(|text| text.starts_with(word)), "{word} is not among {all:?}");
            }
            assert!(all.contains(&"INT4") && all.contains(&"FP16"), "{all:?}");
        }
    }
}

#[test]
fn a_model_that_sees_the_future_is_told_from_one_that_does_not() {
    let map = |ahead: f64| Causality {
        changed: (0..8).collect(),
        moved: (0..8)
            .map(|changed| {
                (0..8)
                    .map(|place| if place < changed { ahead } else { 1.0 / (1 + place - changed) as f64 })
                    .collect()
            })
            .collect(),
    };
    for (ahead, verdict) in [(0.0, "the past alone"), (1e-8, "which is rounding"), (0.1, "sees the future")] {
        for scene in
            everywhere(|layout| models::causality::draw(&map(ahead), "Mamba", layout), "models-causality")
        {
            assert!(scene.summary.contains(verdict), "{}", scene.summary);
        }
    }
    let nothing = Causality { changed: vec![], moved: vec![] };
    everywhere(|layout| models::causality::draw(&nothing, "Mamba", layout), "models-causality-nothing");
}

fn mixed(points: Vec<Point>) -> Mixed {
    let [architecture, _] = architectures();
    Mixed {
        provenance: Provenance::Measured,
        manifest: Manifest::new(vec![], "Made up for a test."),
        config: Config::default(),
        architecture,
        text: None,
        fingerprint: None,
        rest: 0,
        thresholds: None,
        layers: vec![],
        published: None,
        points,
    }
}

#[test]
fn perplexity_against_size_is_readable_at_every_width() {
    let point =
        |name: &str, bytes, perplexity, uniform| Point { name: name.into(), bytes, perplexity, uniform };
    let points = vec![
        point("FP32", 1_118_928, 5.144, true),
        point("FP16", 559_464, 5.1441, true),
        point("INT8", 297_680, 5.1434, true),
        point("INT4", 160_024, 5.1729, true),
        point("static mixed", 177_646, 5.1525, false),
        point("dynamic mixed", 239_946, 5.1482, false),
        point("your own", 150_000, 5.3, false),
    ];
    for scene in everywhere(
        |layout| models::precision::draw(&mixed(points.clone()), &View::default(), layout),
        "models-precision",
    ) {
        assert!(words(&scene).contains(&"dynamic mixed"));
        assert!(scene.summary.contains("in 7 ways"), "{}", scene.summary);
    }
    for points in [vec![], vec![point(Width::Single.label(), 1000, 5.0, true)]] {
        everywhere(
            |layout| models::precision::draw(&mixed(points.clone()), &View::default(), layout),
            "models-precision-few",
        );
    }
}
