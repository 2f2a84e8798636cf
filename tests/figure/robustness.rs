//! The robustness figure.

use crate::data::{self, PUBLISHED};
use crate::{assert_texts_are_apart, keep, texts};
use bk_lab::figure::{Layout, Scene, Theme, robustness};
use bk_lab::record::robustness::Robustness;

/// Published size, a column of a page, a telephone; in points.
const SIZES: [(f64, f64); 3] = [(864.0, 576.0), (500.0, 360.0), (270.0, 300.0)];

fn draw(records: &[&Robustness], (width, height): (f64, f64), theme: Theme, name: &str) -> Scene {
    let scene = robustness(records, &Layout::new(width, height, theme));
    let name = format!("{name}-{width}-{theme:?}").to_lowercase();
    keep(&scene, &name);
    assert_texts_are_apart(&scene, &name);
    scene
}

#[test]
fn the_published_figure_has_all_its_words() {
    for size in SIZES {
        for theme in [Theme::Light, Theme::Dark, Theme::Paper] {
            let scene = draw(&[&data::published()], size, theme, "published");
            let words: Vec<&str> = texts(&scene).map(|text| text.content.as_str()).collect();
            for (_, resnet, mamba) in PUBLISHED {
                for value in [resnet, mamba] {
                    let label = format!("{value:.1}");
                    assert!(words.contains(&label.as_str()), "{label} is missing at {size:?}: {words:?}");
                }
            }
        }
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
    let published = data::published();
    for size in SIZES {
        for theme in [Theme::Light, Theme::Dark] {
            draw(&[&one_model], size, theme, "one-model");
            draw(&[&measured], size, theme, "measured");
            draw(&[&linear], size, theme, "linear");
            draw(&[&published, &measured], size, theme, "overlay");
            draw(&[&published, &data::simulated(7)], size, theme, "seeds");
        }
    }
}
