//! The resolvent's figures, from the records of its panels.

use super::{examine, words};
use bk_lab::kit::context::Context;
use bk_lab::studies::resolvent::figure::ResolventFigure;
use bk_lab::studies::resolvent::record::Resolvent;
use bk_lab::studies::resolvent::record::{Config, Density, Finding, Panel};
use bk_lab::studies::resolvent::study as resolvent;
use bk_plot::scene::Command;
use bk_plot::{Layout, Scene, Theme, View};
use bk_resolvent::{BackendChoice, Deviation, Engine};

/// The record of a quasi-periodic chain.
fn record(panel: Panel, sites: usize, map_energies: usize) -> Resolvent {
    let config = Config { panel, sites, map_energies, backend: BackendChoice::F64, ..Config::default() };
    let engine = pollster::block_on(Engine::open(config.backend)).expect("double precision needs no adapter");
    pollster::block_on(resolvent::run(&config, &engine, &Context::unwatched())).expect("a record")
}

const SIZES: [(f64, f64); 3] = [(864.0, 420.0), (500.0, 360.0), (270.0, 300.0)];

/// Draws a figure at every width and in two themes, and fails where it cannot be read.
fn examine_everywhere(figure: ResolventFigure, record: &Resolvent, case: &str) -> Vec<Scene> {
    let mut scenes = Vec::new();
    for (width, height) in SIZES {
        for theme in [Theme::Light, Theme::Dark] {
            let scene = figure.draw(record, &View::default(), &Layout::new(width, height, theme));
            let name = format!("{}-{case}-{width}-{theme:?}", figure.stem()).to_lowercase();
            examine(&scene, theme, &name);
            scenes.push(scene);
        }
    }
    scenes
}

#[test]
fn lines_are_readable_at_every_width() {
    for (panel, titles) in [
        (Panel::Green, ["Re G(i,i)", "Im G(i,i)", "Site i"]),
        (Panel::Published, ["original", "exact", "Site i"]),
        (Panel::Gradient, ["exact adjoint", "finite differences", "Site i"]),
        (Panel::Causality, ["two-sided, G(i,i)", "one-sided, L(i)", "Site i"]),
    ] {
        for sites in [1, 2, 24, 256, 20_000] {
            let record = record(panel, sites, 1);
            for &figure in &ResolventFigure::of(panel)[1..] {
                examine_everywhere(figure, &record, &sites.to_string());
            }
            for scene in examine_everywhere(ResolventFigure::of(panel)[0], &record, &sites.to_string()) {
                let words = words(&scene);
                assert!(
                    titles.iter().all(|title| words.contains(title)),
                    "{titles:?} are not all in {words:?}"
                );
            }
        }
    }
}

#[test]
fn maps_are_readable_at_every_width() {
    for (sites, energies) in [(1, 1), (12, 40), (233, 256), (4000, 64)] {
        examine_everywhere(
            ResolventFigure::Density,
            &record(Panel::Density, sites, energies),
            &sites.to_string(),
        );
    }
    for sites in [1, 2, 50, 1000] {
        let record = record(Panel::Causality, sites, 1);
        for scene in examine_everywhere(ResolventFigure::EffectMap, &record, &sites.to_string()) {
            let pictures = scene.commands.iter().filter(|command| matches!(command, Command::Picture(_)));
            assert_eq!(pictures.count(), 3, "two maps and a colour bar");
        }
    }
}

#[test]
fn precision_is_readable_at_every_width() {
    for scene in examine_everywhere(ResolventFigure::Precision, &record(Panel::Precision, 64, 1), "64") {
        let words = words(&scene);
        for word in ["Broadening η", "Largest |ΔG|", "f32 on the CPU: measured", "f32 on the CPU: bound"] {
            assert!(words.contains(&word), "{word} is missing from {words:?}");
        }
    }
}

#[test]
fn the_spectral_function_is_readable_at_every_width() {
    for (sites, energies) in [(1, 1), (2, 2), (64, 256), (500, 2048)] {
        let record = record(Panel::SpectralFunction, sites, energies);
        for scene in examine_everywhere(ResolventFigure::SpectralFunction, &record, &sites.to_string()) {
            let words = words(&scene);
            for word in ["Energy E", "Im G(j,j)", "E = 0"] {
                assert!(words.contains(&word), "{word} is missing from {words:?}");
            }
        }
    }
}

#[test]
fn words_are_made_from_the_data() {
    let layout = Layout::new(600.0, 400.0, Theme::Paper);
    let record = record(Panel::Causality, 9, 1);
    let Finding::Causality(found) = &record.finding else { panic!("no derivatives") };
    let lines = ResolventFigure::Effect.draw(&record, &View::default(), &layout).summary;
    let share = format!("{:.3}", found.share_before());
    assert!(lines.contains("site 4") && lines.contains(&share), "{share} is not in {lines}");
    let maps = ResolventFigure::EffectMap.draw(&record, &View::default(), &layout).summary;
    assert!(maps.contains("Of the 36 pairs") && maps.contains("36 are above zero"), "{maps}");
    assert!(maps.contains("and 0 in the one-sided form"), "{maps}");
}

#[test]
fn a_record_of_another_panel_gives_an_empty_figure_that_says_so() {
    let scene = ResolventFigure::Density.draw(
        &record(Panel::Green, 5, 1),
        &View::default(),
        &Layout::new(300.0, 300.0, Theme::Paper),
    );
    assert!(words(&scene).contains(&"No data"));
}

#[test]
fn a_map_of_more_sites_than_pixels_keeps_a_single_level() {
    let (sites, energies) = (5000, 3);
    let mut values = vec![1e-3; sites * energies];
    values[3 * 3210 + 1] = 1.0;
    let map = Density { energies: vec![-1.0, 0.0, 1.0], deviation: Deviation::default(), values };
    let record = Resolvent { finding: Finding::Density(map), ..record(Panel::Green, 1, 1) };
    let scene =
        ResolventFigure::Density.draw(&record, &View::default(), &Layout::new(300.0, 300.0, Theme::Paper));
    let picture = scene.commands.iter().find_map(|command| match command {
        Command::Picture(picture) if picture.rows == 3 => Some(picture),
        _ => None,
    });
    let picture = picture.expect("a picture of three rows");
    let brightest = picture.pixels.chunks(4).enumerate().max_by_key(|(_, pixel)| pixel[1]);
    let (index, _) = brightest.expect("a pixel");
    assert_eq!((index / picture.columns, index % picture.columns), (1, 3210 * picture.columns / sites));
    let words = words(&scene);
    assert!(words.join(" ").contains("each pixel the greatest of up to"), "{words:?}");
}
