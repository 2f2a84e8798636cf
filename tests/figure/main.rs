//! Figures as a reader gets them: laid out, written, painted.

mod data;
mod resolvent;
mod robustness;

use bk_lab::export::raster;
use bk_lab::figure::Scene;
use bk_lab::figure::scene::{Command, Rectangle, Text};
use std::path::PathBuf;

/// The texts of a scene.
fn texts(scene: &Scene) -> impl Iterator<Item = &Text> {
    scene.commands.iter().filter_map(|command| match command {
        Command::Text(text) => Some(text),
        _ => None,
    })
}

/// Paints a scene into `target/tmp`, to be looked at.
fn keep(scene: &Scene, name: &str) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("figure");
    std::fs::create_dir_all(&folder).expect("a folder for pictures");
    let picture = raster::paint(scene, 144.0).expect("a picture");
    std::fs::write(folder.join(name).with_extension("png"), picture).expect("a written picture");
}

/// Fails where two texts of a scene overlap or one leaves the sheet.
fn assert_texts_are_apart(scene: &Scene, case: &str) {
    let sheet = Rectangle { left: 0.0, top: 0.0, right: scene.width, bottom: scene.height };
    let texts: Vec<&Text> = texts(scene).collect();
    for (index, text) in texts.iter().enumerate() {
        assert!(sheet.contains(&text.bounds()), "{case}: \u{201c}{}\u{201d} leaves the sheet", text.content);
        for other in &texts[index + 1..] {
            let overlap = text.bounds().overlap(&other.bounds());
            assert!(overlap == 0.0, "{case}: {} and {} overlap by {overlap}", text.content, other.content);
        }
    }
}
