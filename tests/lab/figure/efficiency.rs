//! The dynamic efficiency figure.

use super::{SIZES, THEMES, assert_texts_are_apart, data, examine, words};
use bk_lab::kit::record::pareto::Dominance;
use bk_lab::studies::efficiency::figure::draw as efficiency;
use bk_lab::studies::efficiency::record::Config;
use bk_lab::studies::efficiency::record::Efficiency;
use bk_lab::studies::efficiency::study::run;
use bk_plot::scene::{Command, Point};
use bk_plot::{Layout, Scene, Theme, View};
use serde_json::{Value, json};

fn simulated(seed: u32, configurations: u32) -> Efficiency {
    run(&Config { seed, configurations }).expect("a simulation")
}

/// A model's key and, for each configuration, GFLOPs and perplexity of its runs.
type Runs = (&'static str, Vec<Vec<(f64, f64)>>);

fn record(provenance: &str, series: &[Runs]) -> Efficiency {
    let run = |(gflops, perplexity): &(f64, f64)| json!({ "flops_per_token": gflops * 1e9, "perplexity": perplexity });
    let point = |(index, runs): (usize, &Vec<(f64, f64)>)| {
        let runs: Vec<Value> = runs.iter().map(run).collect();
        json!({ "configuration": format!("config {index}"), "runs": runs })
    };
    data::comparison(provenance, series, |points| points.iter().enumerate().map(point).collect())
}

fn draw(records: &[&Efficiency], (width, height): (f64, f64), theme: Theme, name: &str) -> Scene {
    let scene = efficiency(records, Dominance::Exact, &View::default(), &Layout::new(width, height, theme));
    examine(&scene, theme, &format!("efficiency-{name}-{width}-{theme:?}").to_lowercase());
    scene
}

#[test]
fn the_published_figure_has_all_its_words() {
    for size in SIZES {
        for theme in THEMES {
            let scene = draw(&[&simulated(42, 10)], size, theme, "published");
            let words = words(&scene);
            for word in [
                "Dynamic efficiency",
                "Perplexity",
                "GFLOPs per token",
                "Model & Frontier",
                "ResNet-BK",
                "Mamba",
                "ResNet-BK frontier",
                "Mamba frontier",
                "Dominated by its own model",
                "Frontier of all models",
                "ResNet-BK dominates",
                "10 of 10 Mamba configurations",
                "Nearest to perplexity 30",
                "30.0",
                "32.2",
                "2.2",
                "10.0",
                "4.6×",
                "Nearest to 5.0 GFLOPs",
                "28.1",
                "36.6",
                "5.2",
                "−23.1 %",
            ] {
                assert!(words.contains(&word), "{word:?} is missing at {size:?}: {words:?}");
            }
            let all = words.join(" ");
            for sentence in [
                "Data: published simulation.",
                "No Mamba configuration reaches perplexity 30: its lowest is 32.2.",
            ] {
                assert!(all.contains(sentence), "{sentence:?} is missing at {size:?}: {words:?}");
            }
        }
    }
}

#[test]
fn other_data_keeps_its_labels_apart() {
    let one_model =
        record("imported", &[("resnetbk", vec![vec![(1.0, 40.0)], vec![(2.0, 31.0)], vec![(3.0, 29.0)]])]);
    let other_models = record(
        "imported",
        &[
            ("resnetbk", vec![vec![(1.0, 40.0)], vec![(2.0, 35.0)]]),
            ("mamba", vec![vec![(0.5, 45.0)], vec![(3.0, 20.0)]]),
            ("a_transformer_with_a_long_name", vec![vec![(0.8, 36.0)], vec![(2.5, 33.0)]]),
        ],
    );
    let measured = record(
        "imported",
        &[
            ("resnetbk", vec![vec![(2.0, 33.0), (2.3, 35.0), (2.1, 31.0)], vec![(4.0, 30.0), (4.4, 29.0)]]),
            ("mamba", vec![vec![(3.0, 36.0), (3.5, 34.0)], vec![(8.0, 28.0), (9.0, 29.5)]]),
        ],
    );
    let single = record("mock", &[("resnetbk", vec![vec![(2.0, 30.0)]]), ("mamba", vec![vec![(2.0, 30.0)]])]);
    let extreme = record("unknown", &[("resnetbk", vec![vec![(1e-9, 1e-3)], vec![(1e12, 1e300)]])]);
    let (published, many) = (simulated(42, 10), simulated(1, 2000));
    for size in SIZES {
        for theme in [Theme::Light, Theme::Dark] {
            draw(&[&one_model], size, theme, "one-model");
            draw(&[&other_models], size, theme, "other-models");
            draw(&[&measured], size, theme, "measured");
            draw(&[&single], size, theme, "single");
            draw(&[&extreme], size, theme, "extreme");
            draw(&[&many], size, theme, "many");
            draw(&[&published, &measured], size, theme, "overlay");
            draw(&[&published, &simulated(7, 10)], size, theme, "seeds");
        }
    }
}

#[test]
fn many_seeds_keep_their_labels_apart() {
    let published = simulated(42, 10);
    for seed in 0..40 {
        let simulated = simulated(seed, 3 + seed % 20);
        for (width, height) in SIZES {
            let layout = Layout::new(width, height, Theme::Light);
            for records in [&[&simulated][..], &[&published, &simulated]] {
                let case = format!("seed {seed}, {width} × {height}, {} records", records.len());
                assert_texts_are_apart(
                    &efficiency(records, Dominance::Exact, &View::default(), &layout),
                    &case,
                );
            }
        }
    }
}

/// The corners of the shaded area in the light theme.
fn shade(scene: &Scene) -> Vec<Point> {
    let color = Theme::Light.palette().good.line.with_alpha(0.1);
    let shade = scene.commands.iter().find_map(|command| match command {
        Command::Area { points, fill, .. } if *fill == Some(color) => Some(points.clone()),
        _ => None,
    });
    shade.expect("a shaded area")
}

#[test]
fn the_shade_is_a_staircase_over_the_frontier() {
    let scene = efficiency(
        &[&simulated(42, 10)],
        Dominance::Exact,
        &View::default(),
        &Layout::new(864.0, 576.0, Theme::Light),
    );
    let corners = shade(&scene);
    // Seven configurations are on ResNet-BK's frontier: a corner above and one at each, and three at the edges.
    assert_eq!(corners.len(), 2 * 7 + 2, "{corners:?}");
    let closed = corners.iter().zip(corners.iter().cycle().skip(1));
    assert!(closed.clone().all(|(one, other)| one.x == other.x || one.y == other.y), "{corners:?}");
    assert!(corners[..15].windows(2).all(|pair| pair[0].x <= pair[1].x && pair[0].y <= pair[1].y));
}

#[test]
fn the_rule_of_the_frontier_is_a_switch() {
    let tied = record(
        "mock",
        &[("resnetbk", vec![vec![(2.0, 30.0)], vec![(2.0, 31.0)], vec![(3.0, 30.0)], vec![(4.0, 29.0)]])],
    );
    let draw = |rule| efficiency(&[&tied], rule, &View::default(), &Layout::new(500.0, 360.0, Theme::Light));
    let (exact, published) = (draw(Dominance::Exact), draw(Dominance::Published));
    assert!(exact.summary.contains("2 of 4 configurations of ResNet-BK"), "{}", exact.summary);
    assert!(published.summary.contains("4 of 4 configurations of ResNet-BK"), "{}", published.summary);
    assert!(words(&exact).contains(&"Model & Frontier"));
    assert!(words(&published).contains(&"Model & Frontier (published rule)"));
}

#[test]
fn a_record_without_data_says_so() {
    let empty = record("unknown", &[("mamba", vec![])]);
    for records in [&[&empty][..], &[]] {
        let scene = draw(records, SIZES[2], Theme::Light, "empty");
        assert!(words(&scene).contains(&"No data"));
        assert!(scene.summary.contains("no data"), "{}", scene.summary);
    }
}

#[test]
fn the_summary_tells_what_the_figure_shows() {
    let scene = efficiency(
        &[&simulated(42, 10)],
        Dominance::Exact,
        &View::default(),
        &Layout::new(500.0, 360.0, Theme::Light),
    );
    for part in [
        "ResNet-BK (published simulation): 10 configurations, from perplexity 30.0 at 2.2 GFLOPs to 28.1 at 5.0 GFLOPs",
        "Mamba (published simulation): 10 configurations, from perplexity 36.6 at 5.2 GFLOPs to 32.2 at 10.0 GFLOPs",
        "7 of 10 configurations of ResNet-BK and 8 of 10 configurations of Mamba",
        "On the frontier of all models are 7 of ResNet-BK and 0 of Mamba.",
        "ResNet-BK has 30.0 at 2.2 GFLOPs and Mamba has 32.2 at 10.0 GFLOPs, 4.6× the operations",
        "ResNet-BK has 28.1 at 5.0 GFLOPs and Mamba has 36.6 at 5.2 GFLOPs: ResNet-BK is 23.1 % lower.",
        "No Mamba configuration reaches perplexity 30: its lowest is 32.2.",
        "no model was trained",
    ] {
        assert!(scene.summary.contains(part), "{part:?} is missing from {}", scene.summary);
    }
}
