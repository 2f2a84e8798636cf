//! Figures as a reader gets them: laid out, written, painted.

mod data;
mod robustness;

use bk_lab::figure::scene::{Command, Text};
use bk_lab::figure::{Scene, png};
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
    let picture = png::write(scene, 144.0).expect("a picture");
    std::fs::write(folder.join(name).with_extension("png"), picture).expect("a written picture");
}
