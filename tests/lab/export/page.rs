//! Figures of a physical size.

use super::scenes;
use bk_lab::studies::resolvent::panels::density::figure::density_map;
use bk_lab::studies::robustness::figure::draw as robustness;
use bk_plot::export::page::{PRESETS, Page, PageError};
use bk_plot::scene::{Color, Rectangle};
use bk_plot::{Scene, Theme, View};

const POINTS_PER_MILLIMETRE: f64 = 72.0 / 25.4;

/// The least difference in lightness (CIE L*, 0 to 100) of two lines that can be told apart in greyscale. A
/// difference of 2 can just be seen where two areas touch; lines do not touch.
const LEAST_LIGHTNESS_DIFFERENCE: f64 = 10.0;

/// How many texts have letters of a size.
fn texts_of(scene: &Scene, size: f64) -> usize {
    scenes::texts(scene).filter(|text| (text.size - size).abs() < 1e-9).count()
}

#[test]
fn every_preset_has_its_width_and_its_letters() {
    let (record, map) = (scenes::record(), scenes::map());
    for preset in PRESETS {
        let page = Page { width_mm: preset.width_mm, height_mm: None, font_size: preset.font_size };
        let figure = page
            .draw(Theme::Paper, |layout| robustness(&[&record], &View::default(), layout))
            .expect(preset.name);
        let picture =
            page.draw(Theme::Paper, |layout| density_map(&map, &View::default(), layout)).expect(preset.name);
        for scene in [figure, picture] {
            assert!((scene.width - preset.width_mm * POINTS_PER_MILLIMETRE).abs() < 1e-9, "{}", preset.name);
            assert!(scene.height > 2.0 / 3.0 * scene.width - 1e-9, "{}", preset.name);
            let sheet = Rectangle { left: 0.0, top: 0.0, right: scene.width, bottom: scene.height };
            // Ticks and titles of axes have the size that was asked for.
            assert!(texts_of(&scene, preset.font_size) > 2, "{}", preset.name);
            for text in scenes::texts(&scene) {
                assert!(text.size >= 0.89 * preset.font_size, "{:?} in {}", text.content, preset.name);
                assert!(sheet.grown(1e-6).contains(&text.bounds()), "{:?} in {}", text.content, preset.name);
            }
        }
    }
}

#[test]
fn letters_have_the_size_that_is_asked_for() {
    let record = scenes::record();
    let draw = |font_size| {
        let page = Page { width_mm: 120.0, height_mm: None, font_size };
        page.draw(Theme::Paper, |layout| robustness(&[&record], &View::default(), layout)).expect("a figure")
    };
    for font_size in [5.0, 6.0, 7.0, 8.0, 9.0, 10.0] {
        assert!(texts_of(&draw(font_size), font_size) > 2, "{font_size} pt");
    }
}

#[test]
fn presets_are_told_apart() {
    for (index, preset) in PRESETS.iter().enumerate() {
        assert!(PRESETS[..index].iter().all(|other| other.key != preset.key && other.name != preset.name));
    }
}

#[test]
fn a_page_without_room_says_which_letters_fit() {
    let page = Page { width_mm: 57.0, height_mm: Some(60.0), font_size: 12.0 };
    let draw = |page: Page| page.draw(Theme::Paper, |layout| robustness(&[], &View::default(), layout));
    let Err(PageError::Room { largest, .. }) = draw(page) else { panic!("12 pt on 57 mm") };
    assert!(draw(Page { font_size: largest - 1e-9, ..page }).is_ok());
    assert!(draw(Page { font_size: largest + 1e-6, ..page }).is_err());
    assert!(matches!(
        draw(Page { font_size: 5.0, height_mm: Some(9.0), ..page }),
        Err(PageError::Room { .. })
    ));
    let Err(PageError::Letters { least, .. }) = draw(Page { font_size: 1e-3, ..page }) else {
        panic!("dust")
    };
    assert!(draw(Page { font_size: least + 1e-9, ..page }).is_ok());
    for nothing in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        let width = Page { width_mm: nothing, ..page };
        let height = Page { height_mm: Some(nothing), ..page };
        for page in [width, height, Page { font_size: nothing, ..page }] {
            assert!(matches!(draw(page), Err(PageError::Size(_))), "{page:?}");
        }
    }
}

#[test]
fn the_lines_of_a_printed_figure_survive_greyscale() {
    let palette = Theme::Paper.palette();
    let lines = [
        ("first", palette.first.line),
        ("second", palette.second.line),
        ("threshold", palette.threshold.line),
        ("background", palette.background),
    ];
    for (index, (one_name, one)) in lines.iter().enumerate() {
        for (other_name, other) in &lines[index + 1..] {
            let difference = (lightness(*one) - lightness(*other)).abs();
            assert!(difference >= LEAST_LIGHTNESS_DIFFERENCE, "{one_name} and {other_name}: {difference:.1}");
        }
    }
}

/// CIE L* of a colour in sRGB.
fn lightness(color: Color) -> f64 {
    let linear = [color.red, color.green, color.blue].map(|channel| {
        let channel = f64::from(channel) / 255.0;
        if channel <= 0.04045 { channel / 12.92 } else { ((channel + 0.055) / 1.055).powf(2.4) }
    });
    let luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    116.0 * luminance.cbrt() - 16.0
}
