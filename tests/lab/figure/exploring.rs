//! Figures as a reader explores them: parts of them, without some series, with other scales, and read value by value.

use super::data::{self, Runs};
use super::{SIZES, assert_texts_are_apart, bounds, examine, words};
use bk_lab::kit::record::pareto::Dominance;
use bk_lab::studies::efficiency::figure::draw as efficiency;
use bk_lab::studies::robustness::figure::draw as robustness;
use bk_lab::studies::robustness::record::Robustness;
use bk_lab::studies::stability::figure::draw as stability;
use bk_lab::studies::stability::record::Stability;
use bk_plot::plot;
use bk_plot::plot::Place;
use bk_plot::scene::{Command, Point, Rectangle};
use bk_plot::view::{Scaling, Window};
use bk_plot::{Layout, Scene, Theme, View};
use serde_json::json;

/// A figure of published data for a view and a layout.
type Draw = Box<dyn Fn(&View, &Layout) -> Scene>;

/// The three published figures.
fn published() -> [(&'static str, Draw); 3] {
    let one = data::published();
    let two = bk_lab::studies::efficiency::study::run(&Default::default()).expect("a simulation");
    let three = bk_lab::studies::stability::study::run(&Default::default()).expect("a simulation");
    [
        ("robustness", Box::new(move |view, layout| robustness(&[&one], view, layout))),
        ("efficiency", Box::new(move |view, layout| efficiency(&[&two], Dominance::Exact, view, layout))),
        ("stability", Box::new(move |view, layout| stability(&[&three], view, layout))),
    ]
}

fn layout((width, height): (f64, f64)) -> Layout {
    Layout::new(width, height, Theme::Light)
}

/// What a view shows after zooming about a part of the plot.
fn zoomed(draw: &Draw, layout: &Layout, (across, upward): (f64, f64), factor: f64) -> View {
    let whole = View::default();
    let scene = draw(&whole, layout);
    let plot = &scene.plots[0];
    let Rectangle { left, bottom, .. } = plot.area;
    let about = Point { x: left + across * plot.area.width(), y: bottom - upward * plot.area.height() };
    plot.zoomed(&whole, about, factor).rested()
}

#[test]
fn parts_of_a_figure_keep_their_labels_apart_and_their_data_within_the_axes() {
    for (name, draw) in published() {
        for size in SIZES {
            for (about, factor) in
                [((0.5, 0.5), 0.5), ((0.1, 0.2), 0.2), ((0.9, 0.9), 0.3), ((0.6, 0.1), 0.02)]
            {
                let layout = layout(size);
                let view = zoomed(&draw, &layout, about, factor);
                assert!(view.is_zoomed());
                let scene = draw(&view, &layout);
                let case = format!("zoomed-{name}-{}-{factor}-{}", size.0, about.0);
                examine(&scene, Theme::Light, &case);
                // Grown by the widest line and the largest mark at an edge.
                let area = scene.plots[0].area.grown(0.06);
                for command in &scene.commands {
                    if let Command::Line { points, stroke } = command {
                        let within = points.iter().all(|point| area.has(*point));
                        let is_data = bounds(points).overlap(&area.grown(-1.0)) > 0.0 && stroke.width > 1.0;
                        assert!(within || !is_data, "{case}: {points:?} leaves {area:?}");
                    }
                }
                assert!(scene.summary.contains("Zoomed to"), "{case}: {}", scene.summary);
            }
        }
    }
}

#[test]
fn the_plot_keeps_its_place_while_it_is_moved() {
    for (name, draw) in published() {
        let layout = layout(SIZES[0]);
        let view = zoomed(&draw, &layout, (0.5, 0.5), 0.5);
        let rested = draw(&view, &layout);
        let moving = draw(&View { moving: true, ..view.clone() }, &layout);
        assert_eq!(rested.plots[0].area, moving.plots[0].area, "{name}");
        assert!(moving.commands.len() <= rested.commands.len(), "{name}");
        // A step across changes nothing but what is shown.
        let panned = rested.plots[0].panned(&view, (0.1, 0.0));
        let area = draw(&panned, &layout).plots[0].area;
        let moved = (area.left - rested.plots[0].area.left).abs();
        assert!(moved < 20.0 && area.bottom == rested.plots[0].area.bottom, "{name}: {area:?}");
        assert_ne!(panned.x, view.x);
        assert_eq!(panned.y, view.y);
    }
}

#[test]
fn hidden_series_are_not_drawn_and_the_summary_says_so() {
    for (name, draw) in published() {
        let layout = layout(SIZES[0]);
        let mut view = View::default();
        view.hidden.toggle("mamba");
        let scene = draw(&view, &layout);
        examine(&scene, Theme::Light, &format!("hidden-{name}"));
        let mamba = scene.series.iter().find(|series| series.key == "mamba").expect("a series");
        assert!(!mamba.shown && mamba.name == "Mamba");
        assert!(scene.plots[0].traces.iter().all(|trace| !trace.name.contains("Mamba")), "{name}");
        assert!(!words(&scene).contains(&"Mamba"), "{name}: {:?}", words(&scene));
        assert!(scene.summary.contains("Not shown: Mamba."), "{name}: {}", scene.summary);
        view.hidden.toggle("resnetbk");
        let scene = draw(&view, &layout);
        assert!(words(&scene).contains(&"Every series is hidden"), "{name}: {:?}", words(&scene));
        assert_eq!(scene.series.iter().filter(|series| series.shown && series.color.is_some()).count(), 0);
    }
}

#[test]
fn sequence_lengths_can_be_hidden() {
    let [_, _, (_, draw)] = published();
    let mut view = View::default();
    view.hidden.toggle("N8192");
    let scene = draw(&view, &layout(SIZES[0]));
    assert!(scene.plots[0].traces.iter().all(|trace| !trace.name.ends_with(" 8k")));
    assert_eq!(scene.plots[0].traces.len(), 8);
    assert!(scene.summary.contains("Not shown: 8k tokens."), "{}", scene.summary);
}

#[test]
fn scales_change_where_the_data_allows() {
    for (name, draw) in published() {
        for size in SIZES {
            for scaling in [Scaling::Linear, Scaling::Logarithmic] {
                let view = View { x_scale: scaling, y_scale: scaling, ..View::default() };
                let scene = draw(&view, &layout(size));
                examine(&scene, Theme::Light, &format!("{scaling:?}-{name}-{}", size.0).to_lowercase());
                let plot = &scene.plots[0];
                assert_eq!(plot.y.is_logarithmic(), scaling == Scaling::Logarithmic, "{name}");
                let can = !plot.x.is_categorical() && scaling == Scaling::Logarithmic;
                assert_eq!(plot.x.is_logarithmic(), can, "{name}");
            }
        }
    }
    // A loss below zero has no logarithm.
    let below: Stability = data::comparison("imported", &[("mamba", ())], |()| {
        let curve = json!({ "curve": { "losses": [1.0, -0.5, 0.2] } });
        vec![json!({ "sequence_length": 8192, "runs": [{ "diverged": false, "losses": curve }] })]
    });
    let view = View { y_scale: Scaling::Logarithmic, ..View::default() };
    let scene = stability(&[&below], &view, &layout(SIZES[0]));
    assert!(!scene.plots[0].y.is_logarithmic() && !scene.plots[0].y.has_choice());
}

/// Five runs a point, as published mock data has them.
fn several() -> Robustness {
    let runs = |mean: f64| vec![mean - 2.0, mean - 1.0, mean, mean + 1.5, mean + 2.0];
    let series: [Runs; 2] = [
        ("resnetbk", vec![(32, runs(25.0)), (16, runs(26.0)), (8, runs(30.0)), (4, runs(45.0))]),
        ("mamba", vec![(32, runs(30.0)), (16, runs(35.0)), (8, runs(80.0)), (4, runs(180.0))]),
    ];
    data::record("mock", &series)
}

#[test]
fn several_runs_have_an_interval_as_bar_as_band_and_in_words() {
    let record = several();
    for size in SIZES {
        let scene = robustness(&[&record], &View::default(), &layout(size));
        examine(&scene, Theme::Light, &format!("intervals-{}", size.0));
        // −2, −1, 0, 1.5, 2: s = 1.67332, t₀.₉₇₅(4) = 2.77645, so ± 2.07771 around a mean of 0.1 more.
        let reading = &scene.plots[0].traces[0].readings[0];
        assert!((reading.y - 25.1).abs() < 1e-12);
        assert_eq!(reading.note, "± 2.08, 95 % interval, n = 5");
        assert!(scene.summary.contains("FP32 25.1 ± 2.1"), "{}", scene.summary);
        let plot = &scene.plots[0];
        let y = |value: f64| plot.at(&plot::Reading::new(0.0, value)).y;
        let bar = scene.commands.iter().any(|command| match command {
            Command::Line { points, .. } => {
                let ends = [y(25.1 + 2.07771), y(25.1 - 2.07771)];
                points.len() == 2
                    && points[0].x == points[1].x
                    && points.iter().zip(ends).all(|(point, end)| (point.y - end).abs() < 0.01)
            }
            _ => false,
        });
        assert!(bar, "no error bar at {size:?}");
        let bands = scene.commands.iter().filter(|command| {
            matches!(command, Command::Area { fill: Some(fill), points, .. } if points.len() == 8 && fill.alpha < 0.2)
        });
        assert_eq!(bands.count(), 2, "a band for each model");
    }
}

#[test]
fn several_runs_of_a_curve_are_their_mean_with_a_band() {
    let losses =
        |shift: f64| -> Vec<f64> { (0..40).map(|step| 4.0 - 0.05 * f64::from(step) + shift).collect() };
    let run = |shift: f64| json!({ "diverged": false, "losses": { "curve": { "losses": losses(shift) } } });
    let record: Stability = data::comparison("imported", &[("resnetbk", ())], |()| {
        vec![json!({ "sequence_length": 8192, "runs": [run(-0.1), run(0.0), run(0.1)] })]
    });
    let scene = stability(&[&record], &View::default(), &layout(SIZES[0]));
    examine(&scene, Theme::Light, "stability-band");
    let traces = &scene.plots[0].traces;
    assert_eq!(traces.len(), 1);
    // s = 0.1, t₀.₉₇₅(2) = 4.30265, √3: ± 0.248.
    assert!((traces[0].readings[3].y - 3.85).abs() < 1e-12);
    assert_eq!(traces[0].readings[3].note, "± 0.248, 95 % interval, n = 3");
    assert!(words(&scene).contains(&"ResNet-BK (n = 3)"), "{:?}", words(&scene));
}

#[test]
fn any_number_of_models_are_told_apart() {
    let names = ["a_first", "b_second", "c_third", "d_fourth", "e_fifth", "f_sixth", "g_seventh"];
    let values = |shift: f64| {
        vec![(32, vec![20.0 + shift]), (8, vec![25.0 + 2.0 * shift]), (4, vec![40.0 + 9.0 * shift])]
    };
    let models: Vec<Runs> =
        names.iter().enumerate().map(|(index, name)| (*name, values(4.0 * index as f64))).collect();
    let all = [vec![("resnetbk", values(2.0)), ("mamba", values(30.0))], models].concat();
    let record = data::record("imported", &all);
    for size in SIZES {
        for theme in [Theme::Light, Theme::Dark, Theme::Paper] {
            let layout = Layout::new(size.0, size.1, theme);
            let scene = robustness(&[&record], &View::default(), &layout);
            examine(&scene, theme, &format!("models-{}-{theme:?}", size.0).to_lowercase());
            for name in names {
                assert!(
                    words(&scene).contains(&name),
                    "{name} has no entry in the legend: {:?}",
                    words(&scene)
                );
            }
        }
    }
    let scene = robustness(&[&record], &View::default(), &layout(SIZES[0]));
    // What a line looks like without its colour, and a mark by its corners.
    let lines: Vec<String> = scene
        .commands
        .iter()
        .filter_map(|command| match command {
            Command::Line { points, stroke } if points.len() == 3 => {
                Some(format!("{:?} {:?}", stroke.color, stroke.dash))
            }
            _ => None,
        })
        .collect();
    assert_eq!(lines.len(), 9);
    for (index, line) in lines.iter().enumerate() {
        assert!(!lines[index + 1..].contains(line), "two models look alike: {line}");
    }
    // Hiding one leaves the others their looks.
    let mut view = View::default();
    view.hidden.toggle("a_first");
    let fewer = robustness(&[&record], &view, &layout(SIZES[0]));
    let color = |scene: &Scene, key: &str| {
        scene.series.iter().find(|series| series.key == key).and_then(|of| of.color)
    };
    for name in &names[1..] {
        assert_eq!(color(&scene, name), color(&fewer, name), "{name}");
    }
}

#[test]
fn runs_are_compared_as_a_and_b() {
    let view = View { pinned: true, ..View::default() };
    let scene = robustness(&[&data::simulated(7), &data::published()], &view, &layout(SIZES[0]));
    examine(&scene, Theme::Light, "pinned");
    let words = words(&scene);
    for label in ["Mamba · B, published simulation, seed 7", "Mamba · A, published simulation, seed 42"] {
        assert!(words.contains(&label), "{label:?} is missing: {words:?}");
    }
}

#[test]
fn values_are_read_off_one_after_the_other() {
    let scene = robustness(&[&data::published()], &View::default(), &layout(SIZES[0]));
    let plots = &scene.plots;
    let first = plot::step(plots, None, true).expect("a value");
    assert_eq!(first, Place { plot: 0, trace: 0, reading: 0 });
    let (at, words) = plot::read(plots, first).expect("a value in sight");
    assert_eq!(words, "ResNet-BK: FP32, Perplexity 30.248");
    // What is next to a value is that value.
    assert_eq!(plot::nearest(plots, Point { x: at.x + 2.0, y: at.y - 2.0 }, 10.0), Some(first));
    assert_eq!(plot::nearest(plots, Point { x: at.x + 2.0, y: at.y - 60.0 }, 10.0), None);
    let mut place = first;
    let mut seen = 1;
    while let Some(next) = plot::step(plots, Some(place), true) {
        place = next;
        seen += 1;
    }
    assert_eq!(seen, 5);
    let other = plot::step_trace(plots, Some(place), true).expect("another model");
    assert_eq!(plot::read(plots, other).expect("in sight").1, "Mamba: INT2, Perplexity 479.53");
    assert_eq!(plot::step_trace(plots, Some(other), true), Some(place));
    assert_eq!(plot::step(plots, Some(first), false), None);
}

#[test]
fn a_window_of_nothing_is_the_whole() {
    for (name, draw) in published() {
        let elsewhere =
            View { x: Window::between(1e9, 2e9), y: Window::between(-5.0, -4.0), ..View::default() };
        let scene = draw(&elsewhere, &layout(SIZES[0]));
        assert_texts_are_apart(&scene, name);
        let whole = draw(&View::default(), &layout(SIZES[0]));
        assert_eq!(
            (scene.plots[0].x.low(), scene.plots[0].x.high()),
            (whole.plots[0].x.low(), whole.plots[0].x.high())
        );
    }
}
