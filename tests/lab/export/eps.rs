//! EPS, as Ghostscript reads it.

use super::programs::{ghostscript, run, save};
use super::raster::{DPI, assert_shows};
use super::scenes;
use bk_plot::Scene;
use bk_plot::export::{Format, Metadata, export};
use std::path::PathBuf;

fn written(scene: &Scene) -> String {
    let metadata = Metadata::new(scene, Some("{\"text\": \"20 % – ½\"}"));
    String::from_utf8(export(scene, &metadata, Format::Eps, 0.0).expect("an EPS file")).expect("text")
}

fn file(name: &str, scene: &Scene) -> PathBuf {
    save("eps", &format!("{name}.eps"), written(scene).as_bytes())
}

#[test]
fn ghostscript_paints_the_scene() {
    for (name, scene) in scenes::all() {
        assert_shows(&ghostscript(&file(name, &scene), DPI), &scene);
    }
}

#[test]
fn the_bounding_box_is_that_of_the_ink() {
    // What a conversion from millimetres adds to whole points is no ink.
    assert!(written(&scenes::sheet(252.000_000_1, 90.0)).contains("%%BoundingBox: 0 0 252 90\n"));
    let scene = scenes::sheet(299.25, 120.5);
    let eps = written(&scene);
    let declared =
        "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 300 121\n%%HiResBoundingBox: 0 0 299.25 120.5\n";
    assert!(eps.starts_with(declared), "{}", &eps[..200]);
    let path = save("eps", "box.eps", eps.as_bytes());
    // What is drawn, for nothing is clipped to what is declared.
    let inked = run("gs", &["-q", "-dBATCH", "-dNOPAUSE", "-sDEVICE=bbox", &path.display().to_string()]);
    let high_resolution = inked.lines().find_map(|line| line.strip_prefix("%%HiResBoundingBox: "));
    let edges: Vec<f64> =
        high_resolution.expect("a box").split(' ').map(|edge| edge.parse().expect("a number")).collect();
    // The device measures to a pixel of 4000 dots per inch.
    let apart = edges.iter().zip([0.0, 0.0, 299.25, 120.5]).map(|(edge, expected)| (edge - expected).abs());
    assert!(apart.fold(0.0, f64::max) <= 0.02, "{inked}");
}

#[test]
fn the_file_is_plain_and_complete() {
    for (name, scene) in scenes::all() {
        let eps = written(&scene);
        assert!(eps.is_ascii() && eps.lines().all(|line| line.len() <= 255), "{name}");
        for comment in
            ["%%Title: ", "%%Creator: BK Lab ", "%%LanguageLevel: 3", "%%EndComments", "%%EndProlog", "%%EOF"]
        {
            assert_eq!(eps.matches(&format!("\n{comment}")).count(), 1, "{comment} in {name}");
        }
    }
}

#[test]
fn nothing_that_an_including_page_forbids() {
    let eps = written(&scenes::everything());
    for operator in
        ["setpagedevice", "initgraphics", "initclip", "erasepage", "copypage", "grestoreall", "quit"]
    {
        assert!(!eps.contains(operator), "{operator}");
    }
    // An including page finds its stacks as they were.
    let path = save("eps", "stacks.eps", eps.as_bytes()).display().to_string();
    let program =
        format!("/before countdictstack def ({path}) run count 0 eq countdictstack before eq and = quit");
    let arguments = ["-q", "-dNOSAFER", "-dBATCH", "-dNOPAUSE", "-sDEVICE=nullpage", "-c", &program];
    assert_eq!(run("gs", &arguments).trim(), "true");
}
