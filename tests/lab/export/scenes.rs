//! Scenes to write.

use bk_lab::kit::record::pareto::Dominance;
use bk_lab::studies::resolvent::panels::density::figure::density_map;
use bk_lab::studies::resolvent::record::Density;
use bk_lab::studies::robustness::figure::draw as robustness;
use bk_lab::studies::robustness::record::{Config, Robustness};
use bk_plot::export::Page;
use bk_plot::scene::{Anchor, Color, Command, Picture, Point, Rectangle, Stroke, Text, Weight};
use bk_plot::{Layout, Scene, Theme, View};
use bk_resolvent::Deviation;

/// The record of the published simulation.
pub fn record() -> Robustness {
    bk_lab::studies::robustness::study::run(&Config::default()).expect("the published simulation")
}

/// The published figure at its published size, 12 × 8 inches.
pub fn published() -> Scene {
    robustness(&[&record()], &View::default(), &Layout::new(864.0, 576.0, Theme::Paper))
}

/// Levels of a chain as bright lines.
pub fn map() -> Density {
    let (sites, count) = (120, 160);
    let energies: Vec<f64> = (0..count).map(|index| -4.0 + 8.0 * index as f64 / (count - 1) as f64).collect();
    let density = |site: usize, energy: f64| {
        let level = 3.0 * (0.11 * site as f64).sin();
        (0.1 / ((energy - level).powi(2) + 0.01) / std::f64::consts::PI) as f32
    };
    let values =
        (0..sites).flat_map(|site| energies.iter().map(move |&energy| density(site, energy))).collect();
    Density { energies, deviation: Deviation::default(), values }
}

/// A density map in a column.
pub fn density() -> Scene {
    density_map(&map(), &View::default(), &Layout::new(400.0, 320.0, Theme::Paper))
}

/// Every figure of the lab, and scenes that between them have all there is.
pub fn all() -> [(&'static str, Scene); 6] {
    [
        ("published", published()),
        ("efficiency", efficiency()),
        ("stability", stability()),
        ("column", column()),
        ("density", density()),
        ("everything", everything()),
    ]
}

/// The efficiency figure at its published size.
pub fn efficiency() -> Scene {
    let record =
        bk_lab::studies::efficiency::study::run(&Default::default()).expect("the published simulation");
    bk_lab::studies::efficiency::figure::draw(
        &[&record],
        Dominance::Exact,
        &View::default(),
        &Layout::new(864.0, 576.0, Theme::Paper),
    )
}

/// The stability figure at its published size.
pub fn stability() -> Scene {
    let record =
        bk_lab::studies::stability::study::run(&Default::default()).expect("the published simulation");
    bk_lab::studies::stability::figure::draw(
        &[&record],
        &View::default(),
        &Layout::new(864.0, 576.0, Theme::Paper),
    )
}

/// The published figure for a column of IEEE's journals; 3.5 inches are whole pixels at any resolution.
pub fn column() -> Scene {
    let page = Page { width_mm: 88.9, height_mm: Some(88.9), font_size: 8.0 };
    page.draw(Theme::Paper, |layout| robustness(&[&record()], &View::default(), layout))
        .expect("room for the figure")
}

/// A sheet that is dark to its edges.
pub fn sheet(width: f64, height: f64) -> Scene {
    let points = Rectangle { left: 0.0, top: 0.0, right: width, bottom: height }.corners();
    let fill = Some(Color::rgb(0, 0, 90));
    let commands = vec![Command::Area { points, fill, outline: None }];
    Scene { width, height, summary: String::new(), commands, ..Scene::default() }
}

/// The texts of a scene.
pub fn texts(scene: &Scene) -> impl Iterator<Item = &Text> {
    scene.commands.iter().filter_map(|command| match command {
        Command::Text(text) => Some(text),
        _ => None,
    })
}

/// A scene of one text.
pub fn text(content: &str) -> Scene {
    let text = Text {
        at: Point { x: 10.0, y: 20.0 },
        content: content.into(),
        size: 10.0,
        weight: Weight::Regular,
        anchor: Anchor::Start,
        color: Color::rgb(0, 0, 0),
        quarter_turns: 0,
    };
    Scene {
        width: 300.0,
        height: 40.0,
        summary: String::new(),
        commands: vec![Command::Text(text)],
        ..Scene::default()
    }
}

/// A scene of one picture with so many bytes of pixels.
pub fn picture(columns: usize, rows: usize, bytes: usize) -> Scene {
    let at = Point { x: 1.0, y: 1.0 };
    let picture = Picture { at, width: 5.0, height: 5.0, columns, rows, pixels: vec![9; bytes].into() };
    Scene {
        width: 8.0,
        height: 8.0,
        summary: String::new(),
        commands: vec![Command::Picture(picture)],
        ..Scene::default()
    }
}

/// Every command, every anchor, every turn, and translucent colours over one another.
pub fn everything() -> Scene {
    let at = |x, y| Point { x, y };
    let red = Color::rgb(0xC6, 0x28, 0x28);
    let blue = Color::rgb(0x2E, 0x86, 0xAB);
    let stroke = |color, width, dash: &[f64]| Stroke { color, width, dash: dash.to_vec() };
    let square =
        |x: f64, y: f64, side: f64| vec![at(x, y), at(x + side, y), at(x + side, y + side), at(x, y + side)];
    let text = |x, y, content: &str, anchor, quarter_turns, weight, color| {
        let (at, content) = (at(x, y), content.into());
        Command::Text(Text { at, content, size: 11.0, weight, anchor, color, quarter_turns })
    };
    let picture = Picture {
        at: at(20.0, 150.0),
        width: 80.0,
        height: 40.0,
        columns: 4,
        rows: 2,
        pixels: (0u8..8)
            .flat_map(|pixel| [30 * pixel, 255 - 30 * pixel, 128, 255])
            .collect::<Vec<u8>>()
            .into(),
    };
    let white = Color::rgb(255, 255, 255);
    let commands = vec![
        Command::Area { points: square(0.0, 0.0, 300.0), fill: Some(white), outline: None },
        Command::Picture(picture),
        Command::Line {
            points: vec![at(10.0, 20.0), at(150.0, 90.0), at(290.0, 15.0)],
            stroke: stroke(blue, 3.0, &[]),
        },
        Command::Line {
            points: vec![at(10.0, 40.0), at(290.0, 60.0)],
            stroke: stroke(red, 2.0, &[8.0, 4.0, 2.0, 4.0]),
        },
        Command::Area { points: square(60.0, 10.0, 90.0), fill: Some(blue.with_alpha(0.3)), outline: None },
        Command::Area {
            points: square(110.0, 40.0, 90.0),
            fill: Some(red.with_alpha(0.3)),
            outline: Some(stroke(red.with_alpha(0.6), 4.0, &[])),
        },
        Command::Circle {
            center: at(210.0, 60.0),
            radius: 35.0,
            fill: Some(Color::rgb(0x06, 0xA7, 0x7D).with_alpha(0.5)),
            outline: Some(stroke(blue, 2.0, &[6.0, 3.0])),
        },
        Command::Line {
            points: vec![at(5.0, 170.0), at(295.0, 170.0)],
            stroke: stroke(red.with_alpha(0.4), 9.0, &[]),
        },
        text(60.0, 215.0, "Start (3 × 4)", Anchor::Start, 0, Weight::Regular, red),
        text(150.0, 235.0, "Im Gₙₙ ≤ ½ Åö", Anchor::Middle, 0, Weight::Bold, blue),
        text(290.0, 255.0, "AV To, We: end", Anchor::End, 0, Weight::Regular, blue.with_alpha(0.5)),
        text(20.0, 285.0, "upward", Anchor::Start, 1, Weight::Regular, red),
        text(100.0, 285.0, "turned", Anchor::Middle, 2, Weight::Bold, red),
        text(180.0, 230.0, "downward", Anchor::Start, 3, Weight::Regular, red),
        text(40.0, 175.0, "seen through", Anchor::Start, 0, Weight::Bold, white.with_alpha(0.7)),
        Command::Area {
            points: square(225.0, 225.0, 60.0),
            fill: Some(white.with_alpha(0.8)),
            outline: None,
        },
    ];
    Scene {
        width: 300.0,
        height: 300.0,
        summary: "Every command. All at once.".into(),
        commands,
        ..Scene::default()
    }
}
