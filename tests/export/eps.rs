//! EPS, as Ghostscript reads it.

use crate::programs::{ghostscript, run, save};
use crate::raster::{DPI, assert_shows};
use crate::scenes;
use bk_lab::export::{Format, Metadata, export};
use bk_lab::figure::Scene;
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
    // A width that is not whole points, so that the two boxes differ.
    let scene = Scene { width: 299.25, ..scenes::everything() };
    let eps = written(&scene);
    assert!(eps.starts_with(
        "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 300 300\n%%HiResBoundingBox: 0 0 299.25 300\n"
    ));
    let path = save("eps", "box.eps", eps.as_bytes());
    // Without clipping: what is drawn, not what is declared.
    let inked = run("gs", &["-q", "-dBATCH", "-dNOPAUSE", "-sDEVICE=bbox", &path.display().to_string()]);
    assert!(inked.contains("%%BoundingBox: 0 0 300 300"), "{inked}");
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
    let before_and_after =
        format!("count countdictstack ({path}) run countdictstack exch pop count 2 index sub == quit");
    let said =
        run("gs", &["-q", "-dNOSAFER", "-dBATCH", "-dNOPAUSE", "-sDEVICE=nullpage", "-c", &before_and_after]);
    println!("{said}");
}
