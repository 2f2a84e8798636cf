//! Figures as a reader gets them: laid out, written, painted.

mod adaptation;
mod data;
mod efficiency;
mod exploring;
mod models;
mod resolvent;
mod robustness;
mod stability;

use bk_plot::export::raster;
use bk_plot::scene::{Color, Command, Point, Rectangle, Text};
use bk_plot::{Layout, Scene, Theme};
use std::path::PathBuf;

/// Published size, a column of a page, a telephone; in points.
const SIZES: [(f64, f64); 3] = [(864.0, 576.0), (500.0, 360.0), (270.0, 300.0)];

const THEMES: [Theme; 3] = [Theme::Light, Theme::Dark, Theme::Paper];

/// The texts of a scene.
fn texts(scene: &Scene) -> impl Iterator<Item = &Text> {
    scene.commands.iter().filter_map(|command| match command {
        Command::Text(text) => Some(text),
        _ => None,
    })
}

/// What the texts of a scene say.
fn words(scene: &Scene) -> Vec<&str> {
    texts(scene).map(|text| text.content.as_str()).collect()
}

/// Extent of some points.
fn bounds(points: &[Point]) -> Rectangle {
    let start =
        Rectangle { left: f64::INFINITY, top: f64::INFINITY, right: -f64::INFINITY, bottom: -f64::INFINITY };
    points.iter().fold(start, |bounds, point| Rectangle {
        left: bounds.left.min(point.x),
        top: bounds.top.min(point.y),
        right: bounds.right.max(point.x),
        bottom: bounds.bottom.max(point.y),
    })
}

/// Frames that are filled and so hide what is under them: callouts, captions, the legend.
fn frames(scene: &Scene) -> impl Iterator<Item = Rectangle> {
    scene.commands.iter().filter_map(|command| match command {
        Command::Area { points, fill: Some(fill), outline: Some(_) }
            if points.len() == 4 && fill.alpha < 1.0 =>
        {
            Some(bounds(points))
        }
        _ => None,
    })
}

/// Fails where two texts of a scene overlap, one leaves the sheet, or a frame runs through one.
fn assert_texts_are_apart(scene: &Scene, case: &str) {
    let sheet = Rectangle { left: 0.0, top: 0.0, right: scene.width, bottom: scene.height };
    let texts: Vec<&Text> = texts(scene).collect();
    for (index, text) in texts.iter().enumerate() {
        let content = &text.content;
        assert!(sheet.contains(&text.bounds()), "{case}: {content:?} leaves the sheet");
        for other in &texts[index + 1..] {
            let overlap = text.bounds().overlap(&other.bounds());
            assert!(overlap == 0.0, "{case}: {content:?} and {:?} overlap by {overlap}", other.content);
        }
        for frame in frames(scene) {
            let apart = frame.contains(&text.bounds()) || frame.overlap(&text.bounds()) == 0.0;
            assert!(apart, "{case}: a frame runs through {content:?}");
        }
    }
}

/// Fails where a text has less than 4.5 : 1 of contrast (WCAG AA) against the background.
fn assert_texts_stand_out(scene: &Scene, theme: Theme, case: &str) {
    let background = theme.palette().background;
    let band = theme.palette().good.line.with_alpha(0.1).over(background);
    for text in texts(scene) {
        for below in [background, band] {
            let contrast = contrast(text.color.over(below), below);
            assert!(contrast >= 4.5, "{case}: {:?} has a contrast of {contrast:.2}", text.content);
        }
    }
}

/// Contrast as WCAG 2 defines it.
fn contrast(one: Color, other: Color) -> f64 {
    let luminance = |color: Color| {
        let linear = [color.red, color.green, color.blue].map(|channel| {
            let channel = f64::from(channel) / 255.0;
            if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
        });
        0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

/// A figure at every size and in both themes, each examined.
fn everywhere(draw: impl Fn(&Layout) -> Scene, name: &str) -> Vec<Scene> {
    let layouts = SIZES
        .iter()
        .flat_map(|&(width, height)| THEMES.map(|theme| (Layout::new(width, height, theme), theme)));
    let scenes = layouts.map(|(layout, theme)| {
        let scene = draw(&layout);
        examine(&scene, theme, &format!("{name}-{}-{theme:?}", layout.width));
        scene
    });
    scenes.collect()
}

/// Keeps a picture of a scene, and fails where its texts overlap or are too faint.
fn examine(scene: &Scene, theme: Theme, name: &str) {
    keep(scene, name);
    assert_texts_are_apart(scene, name);
    assert_texts_stand_out(scene, theme, name);
}

/// Paints a scene into `target/tmp/figure`, to be looked at.
fn keep(scene: &Scene, name: &str) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("figure");
    std::fs::create_dir_all(&folder).expect("a folder for pictures");
    let picture = raster::paint(scene, 144.0).expect("a picture");
    std::fs::write(folder.join(name).with_extension("png"), picture).expect("a written picture");
}
