//! The robustness figure.

use super::data::{self, PUBLISHED};
use super::{SIZES, THEMES, assert_texts_are_apart, bounds, examine, texts, words};
use bk_lab::studies::robustness::figure::draw as robustness;
use bk_lab::studies::robustness::record::Robustness;
use bk_plot::scene::{Command, Rectangle};
use bk_plot::{Layout, Scene, Theme, View};

fn draw(records: &[&Robustness], (width, height): (f64, f64), theme: Theme, name: &str) -> Scene {
    let scene = robustness(records, &View::default(), &Layout::new(width, height, theme));
    let name = format!("{name}-{width}-{theme:?}").to_lowercase();
    examine(&scene, theme, &name);
    scene
}

/// The band below the threshold in the light theme.
fn band(scene: &Scene) -> Rectangle {
    let color = Theme::Light.palette().good.line.with_alpha(0.1);
    let band = scene.commands.iter().find_map(|command| match command {
        Command::Area { points, fill, .. } if *fill == Some(color) => Some(bounds(points)),
        _ => None,
    });
    band.expect("a band")
}

#[test]
fn the_published_figure_has_all_its_words() {
    for size in SIZES {
        for theme in THEMES {
            let scene = draw(&[&data::published()], size, theme, "published");
            let words = words(&scene);
            let others = [
                "Quantization robustness comparison",
                "Perplexity (log scale)",
                "FP32",
                "FP16",
                "INT8",
                "INT4",
                "INT2",
                "Model & Thresholds",
                "ResNet-BK",
                "Mamba",
                "ResNet-BK INT4 < 50",
                "Mamba INT4 > 200",
                "Deployable region",
            ];
            for word in PUBLISHED.into_iter().chain(others) {
                assert!(words.contains(&word), "{word:?} is missing at {size:?}: {words:?}");
            }
            assert_eq!(words.iter().filter(|word| **word == "30.2").count(), 2, "{words:?}");
            assert!(words.join(" ").contains("Data: published simulation."), "{words:?}");
        }
    }
}

#[test]
fn callouts_stay_within_the_plot_on_their_side_of_the_threshold() {
    for size in [SIZES[0], SIZES[1]] {
        let scene =
            robustness(&[&data::published()], &View::default(), &Layout::new(size.0, size.1, Theme::Light));
        let band = band(&scene);
        let callout = |outcome: &str| {
            let text = texts(&scene).find(|text| text.content == outcome);
            text.unwrap_or_else(|| panic!("no callout {outcome:?} at {size:?}")).bounds()
        };
        let (good, bad) = (callout("✓ Deployable"), callout("✗ Not deployable"));
        assert!(band.contains(&good), "{good:?} leaves the band {band:?}");
        assert!(bad.bottom < band.top && bad.left > band.left && bad.right < band.right, "{bad:?}");
    }
}

#[test]
fn other_data_keeps_its_labels_apart() {
    let one_model = data::record(
        "imported",
        &[("resnetbk", vec![(32, vec![30.0, 31.0, 29.0]), (8, vec![33.0, 35.0]), (4, vec![80.0])])],
    );
    let measured = data::record(
        "imported",
        &[
            (
                "resnetbk",
                vec![(32, vec![31.0, 33.0, 29.5]), (16, vec![31.5]), (4, vec![36.0, 39.0]), (3, vec![52.0])],
            ),
            (
                "mamba",
                vec![(32, vec![33.5, 35.0]), (8, vec![41.0, 38.0, 46.0]), (4, vec![150.0, 310.0, 260.0])],
            ),
        ],
    );
    let linear = data::pairs("mock", &[(32, 30.0, 31.0), (8, 31.0, 36.0), (4, 34.0, 92.0)]);
    let identical = data::pairs("unknown", &[(32, 30.0, 30.0), (8, 30.0, 30.0), (4, 30.0, 30.0)]);
    let extreme = data::pairs("imported", &[(32, 1.0, 1e12), (8, 1e-3, 1e300), (4, 99.9, 100.1)]);
    let every_width: Vec<(u32, f64, f64)> =
        (1..=64).map(|bits| (bits, 30.0 + 100.0 / f64::from(bits), 31.0 + 400.0 / f64::from(bits))).collect();
    let every_width = data::pairs("imported", &every_width);
    let published = data::published();
    for size in SIZES {
        for theme in [Theme::Light, Theme::Dark] {
            draw(&[&one_model], size, theme, "one-model");
            draw(&[&measured], size, theme, "measured");
            draw(&[&linear], size, theme, "linear");
            draw(&[&identical], size, theme, "identical");
            draw(&[&extreme], size, theme, "extreme");
            draw(&[&every_width], size, theme, "every-width");
            draw(&[&published, &measured], size, theme, "overlay");
            draw(&[&published, &data::simulated(7)], size, theme, "seeds");
        }
    }
}

#[test]
fn many_seeds_keep_their_labels_apart() {
    let published = data::published();
    for seed in 0..60 {
        let simulated = data::simulated(seed);
        for (width, height) in SIZES {
            let layout = Layout::new(width, height, Theme::Light);
            let case = format!("seed {seed}, {width} × {height}");
            assert_texts_are_apart(&robustness(&[&simulated], &View::default(), &layout), &case);
            assert_texts_are_apart(
                &robustness(&[&published, &simulated], &View::default(), &layout),
                &format!("{case}, overlaid"),
            );
        }
    }
}

#[test]
fn several_runs_are_counted_and_records_told_apart() {
    let measured = data::record("imported", &[("mamba", vec![(8, vec![41.0, 38.0, 46.0]), (4, vec![90.0])])]);
    let scene = draw(&[&data::published(), &measured], SIZES[0], Theme::Paper, "runs");
    let words = words(&scene);
    assert!(words.contains(&"ResNet-BK · published simulation"), "{words:?}");
    let seeds = robustness(
        &[&data::published(), &data::simulated(7)],
        &View::default(),
        &Layout::new(864.0, 576.0, Theme::Paper),
    );
    assert!(
        super::words(&seeds).contains(&"Mamba · published simulation, seed 7"),
        "{:?}",
        super::words(&seeds)
    );
    assert!(words.contains(&"Mamba · imported, unverified (n = 1–3)"), "{words:?}");
    assert!(scene.summary.contains("INT8 41.7 ± 10.0"), "{}", scene.summary);
    let dashed = scene.commands.iter().filter(|command| {
        matches!(command, Command::Line { stroke, points } if !stroke.dash.is_empty() && points[0].y != points[1].y)
    });
    assert_eq!(dashed.count(), 1, "the overlaid record's line is dashed");
}

#[test]
fn the_axis_is_logarithmic_above_300() {
    for (largest, title) in [(300.0, "Perplexity"), (300.1, "Perplexity (log scale)")] {
        let record = data::pairs("mock", &[(8, 30.0, largest)]);
        let scene = robustness(&[&record], &View::default(), &Layout::new(500.0, 360.0, Theme::Light));
        assert!(words(&scene).contains(&title), "{largest}: {:?}", words(&scene));
    }
}

#[test]
fn a_record_without_data_says_so() {
    let empty = data::record("unknown", &[("mamba", vec![])]);
    for records in [&[&empty][..], &[]] {
        let scene = draw(records, SIZES[2], Theme::Light, "empty");
        assert!(words(&scene).contains(&"No data"));
        assert!(scene.summary.contains("no data"), "{}", scene.summary);
    }
}

#[test]
fn the_summary_tells_what_the_figure_shows() {
    let scene = robustness(&[&data::published()], &View::default(), &Layout::new(500.0, 360.0, Theme::Light));
    for part in [
        "from FP32 to INT2",
        "ResNet-BK (published simulation): FP32 30.2, FP16 30.2, INT8 31.5, INT4 34.4, INT2 44.9; always below",
        "Mamba (published simulation): FP32 33.0, FP16 32.7, INT8 38.1, INT4 211.0, INT2 479.5; not below the \
         deployment threshold of 100 at INT4, INT2.",
        "no model was trained or quantized",
    ] {
        assert!(scene.summary.contains(part), "{part:?} is missing from {}", scene.summary);
    }
}

#[test]
fn small_layouts_grow_until_there_is_room() {
    let (published, simulated) = (data::published(), data::simulated(3));
    let scene = draw(&[&published, &simulated], (1.0, f64::NAN), Theme::Light, "tiny");
    assert_eq!(scene.width, Layout::SMALLEST.0);
    assert!(scene.height > Layout::SMALLEST.1, "{}", scene.height);
    assert!(band(&scene).height() > 50.0, "{:?}", band(&scene));
}
