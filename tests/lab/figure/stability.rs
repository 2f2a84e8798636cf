//! The long-context stability figure.

use super::{THEMES, assert_texts_are_apart, data, examine, texts, words};
use bk_lab::studies::stability::figure::draw as stability;
use bk_lab::studies::stability::record::Config;
use bk_lab::studies::stability::record::Stability;
use bk_lab::studies::stability::study::run;
use bk_plot::scene::Command;
use bk_plot::{Layout, Scene, Theme, View};
use serde_json::{Value, json};

/// Published size, a column of a page, a telephone; in points.
const SIZES: [(f64, f64); 3] = [(864.0, 504.0), (500.0, 360.0), (270.0, 300.0)];

fn simulated(config: Config) -> Stability {
    run(&config).expect("a simulation")
}

fn published() -> Stability {
    simulated(Config::default())
}

/// A model's key and, for each sequence length, the step of divergence and the losses.
type Runs = (&'static str, Vec<(u32, Option<u64>, Vec<Option<f64>>)>);

fn record(provenance: &str, series: &[Runs]) -> Stability {
    let point = |(length, step, losses): &(u32, Option<u64>, Vec<Option<f64>>)| {
        let curve = json!({ "curve": { "losses": losses } });
        let run = json!({ "diverged": step.is_some(), "divergence_step": step, "losses": curve });
        json!({ "sequence_length": length, "runs": [run] })
    };
    data::comparison(provenance, series, |points| points.iter().map(point).collect::<Vec<Value>>())
}

/// Losses that fall from 6 toward a limit.
fn falling(steps: usize, limit: f64) -> Vec<Option<f64>> {
    (0..steps).map(|step| Some(limit + (6.0 - limit) * (-3.0 * step as f64 / steps as f64).exp())).collect()
}

fn draw(records: &[&Stability], (width, height): (f64, f64), theme: Theme, name: &str) -> Scene {
    let scene = stability(records, &View::default(), &Layout::new(width, height, theme));
    examine(&scene, theme, &format!("stability-{name}-{width}-{theme:?}").to_lowercase());
    scene
}

#[test]
fn the_published_figure_has_all_its_words() {
    for size in SIZES {
        for theme in THEMES {
            let scene = draw(&[&published()], size, theme, "published");
            let words = words(&scene);
            for word in [
                "Long-context stability",
                "Training loss, cut at 10",
                "Training step",
                "Model status",
                "ResNet-BK",
                "Mamba",
                "Mamba, diverged",
                "Start of divergence",
                "Loss not a number",
                "Sequence length",
                "8k",
                "32k",
                "131k",
                "524k",
                "1M",
                "ResNet-BK stable region",
            ] {
                assert!(words.contains(&word), "{word:?} is missing at {size:?}: {words:?}");
            }
            let all = words.join(" ");
            for sentence in [
                "Data: published simulation.",
                "ResNet-BK cannot diverge: its losses are clipped to between 0.5 and 10.",
                "0.50 against 0.23 at 8k.",
            ] {
                assert!(all.contains(sentence), "{sentence:?} is missing at {size:?}: {words:?}");
            }
        }
    }
}

#[test]
fn points_of_divergence_are_marked_even_where_the_loss_is_not_a_number() {
    let scene = stability(&[&published()], &View::default(), &Layout::new(864.0, 504.0, Theme::Light));
    let bad = Theme::Light.palette().bad.line;
    let crosses = scene.commands.iter().filter(|command| {
        matches!(command, Command::Area { points, fill, .. } if points.len() == 12 && *fill == Some(bad))
    });
    // One for each of four lengths, and one in the legend.
    assert_eq!(crosses.count(), 5);
    let words = words(&scene);
    for callout in ["Mamba 32k diverges", "Mamba 131k diverges"] {
        assert!(words.contains(&callout), "{callout:?} is missing: {words:?}");
    }

    let gap =
        record("mock", &[("mamba", vec![(8192, Some(2), vec![Some(1.0), Some(2.0), None, Some(9.0)])])]);
    let scene = stability(&[&gap], &View::default(), &Layout::new(500.0, 360.0, Theme::Light));
    let words = super::words(&scene);
    assert!(words.contains(&"at step 2, loss NaN"), "{words:?}");
}

#[test]
fn the_stable_region_is_named_within_the_axes() {
    for (width, height) in SIZES {
        let scene = stability(&[&published()], &View::default(), &Layout::new(width, height, Theme::Light));
        let top = texts(&scene).find(|text| text.content == "10").expect("a tick").bounds().top;
        let bottom =
            texts(&scene).find(|text| text.content == "Training step").expect("a title").bounds().top;
        let named = texts(&scene).any(|text| {
            let bounds = text.bounds();
            text.content.to_lowercase().contains("stable region")
                && bounds.top > top
                && bounds.bottom < bottom
        });
        assert!(named, "at {width}: {:?}", words(&scene));
    }
}

#[test]
fn nothing_is_drawn_beyond_the_axes() {
    let scene = stability(&[&published()], &View::default(), &Layout::new(864.0, 504.0, Theme::Light));
    let tick = texts(&scene).find(|text| text.content == "10").expect("a tick").bounds();
    let middle = (tick.top + tick.bottom) / 2.0;
    for command in &scene.commands {
        if let Command::Line { points, .. } = command {
            assert!(points.iter().all(|point| point.y > middle - 3.0), "{points:?} leaves the plot");
        }
    }
}

#[test]
fn curves_of_many_steps_are_decimated() {
    let scene = stability(
        &[&simulated(Config { steps: 10_000, sequence_lengths: vec![8192, 32768], seed: 1 })],
        &View::default(),
        &Layout::new(270.0, 300.0, Theme::Light),
    );
    let most = scene.commands.iter().map(|command| match command {
        Command::Line { points, .. } => points.len(),
        _ => 0,
    });
    let most = most.max().expect("a line");
    assert!((100..1500).contains(&most), "{most} points");
}

#[test]
fn other_data_keeps_its_labels_apart() {
    let one_model = record(
        "imported",
        &[("resnetbk", vec![(4096, None, falling(40, 1.0)), (65536, None, falling(40, 2.0))])],
    );
    let (mut late, above) = (falling(300, 0.5), vec![Some(12.0), Some(15.0), Some(400.0)]);
    late[100] = None;
    let measured = record(
        "imported",
        &[
            ("resnetbk", vec![(8192, Some(150), late.clone()), (16384, None, falling(200, 0.8))]),
            ("mamba", vec![(8192, None, falling(250, 0.4)), (32768, Some(20), above.clone())]),
            ("another_model_with_a_long_name", vec![(8192, None, falling(300, 3.0))]),
        ],
    );
    let above = record("mock", &[("mamba", vec![(8192, None, above)])]);
    let single = record("mock", &[("mamba", vec![(1, None, vec![Some(0.0)])])]);
    let lengths = simulated(Config {
        sequence_lengths: (1..=32).map(|count| 8192 * count).collect(),
        ..Config::default()
    });
    let short = simulated(Config { steps: 100, ..Config::default() });
    let published = published();
    for size in SIZES {
        for theme in [Theme::Light, Theme::Dark] {
            draw(&[&one_model], size, theme, "one-model");
            draw(&[&measured], size, theme, "measured");
            draw(&[&above], size, theme, "above");
            draw(&[&single], size, theme, "single");
            draw(&[&lengths], size, theme, "lengths");
            draw(&[&short], size, theme, "short");
            draw(&[&published, &measured], size, theme, "overlay");
            draw(&[&published, &simulated(Config { seed: 7, ..Config::default() })], size, theme, "seeds");
        }
    }
}

#[test]
fn many_seeds_keep_their_labels_apart() {
    for seed in 0..15 {
        let simulated = simulated(Config { seed, steps: 50 + 120 * seed, ..Config::default() });
        for (width, height) in SIZES {
            let layout = Layout::new(width, height, Theme::Light);
            let case = format!("seed {seed}, {width} × {height}");
            assert_texts_are_apart(&stability(&[&simulated], &View::default(), &layout), &case);
        }
    }
}

#[test]
fn a_record_without_curves_says_so() {
    let empty = record("unknown", &[("mamba", vec![])]);
    for records in [&[&empty][..], &[]] {
        let scene = draw(records, SIZES[2], Theme::Light, "empty");
        assert!(words(&scene).contains(&"No data"));
        assert!(scene.summary.contains("no data"), "{}", scene.summary);
    }
    let statistics = json!({ "final_loss": 0.75 });
    let run = json!({ "diverged": false, "losses": { "statistics": statistics } });
    let statistics: Stability = data::comparison("imported", &[("mamba", ())], |()| {
        vec![json!({ "sequence_length": 8192, "runs": [run] })]
    });
    let scene = draw(&[&statistics], SIZES[2], Theme::Light, "statistics");
    assert!(words(&scene).contains(&"No curves, only statistics"));
    assert!(scene.summary.contains("8k ends at 0.75"), "{}", scene.summary);
}

#[test]
fn the_summary_tells_what_the_figure_shows() {
    let summary =
        stability(&[&published()], &View::default(), &Layout::new(500.0, 360.0, Theme::Light)).summary;
    for part in [
        "ResNet-BK (published simulation): 8k ends at 0.50; 32k ends at 0.50; 131k ends at 0.50; 524k ends at 0.58; 1M ends at 0.58.",
        "Mamba (published simulation): 8k ends at 0.23; 32k ends at 8.78, diverged from step 600, 5 losses not numbers; \
         131k ends at 733320.44, diverged from step 239, 20 losses not numbers",
        "Where neither model diverges, ResNet-BK ends with the higher loss: 0.50 against 0.23 at 8k.",
        "no model was trained",
    ] {
        assert!(summary.contains(part), "{part:?} is missing from {summary}");
    }
    let short = simulated(Config { steps: 100, ..Config::default() });
    let summary = stability(&[&short], &View::default(), &Layout::new(500.0, 360.0, Theme::Light)).summary;
    let part = "Called diverged from a step after the last one: Mamba 32k, Mamba 131k, Mamba 524k, Mamba 1M.";
    assert!(summary.contains(part), "{summary}");
}
