//! PDF, as Ghostscript and Poppler read it.

use super::programs::{ghostscript, run, save};
use super::raster::{DPI, assert_shows};
use super::scenes;
use bk_plot::Scene;
use bk_plot::export::{ExportError, Format, Metadata, export};
use std::path::PathBuf;

fn written(scene: &Scene) -> Vec<u8> {
    export(scene, &Metadata::new(scene, Some("{\"seed\": 42}")), Format::Pdf, 0.0).expect("a PDF")
}

fn file(name: &str, scene: &Scene) -> PathBuf {
    save("pdf", &format!("{name}.pdf"), &written(scene))
}

#[test]
fn ghostscript_paints_the_scene() {
    for (name, scene) in scenes::all() {
        assert_shows(&ghostscript(&file(name, &scene), DPI), &scene);
    }
}

#[test]
fn every_font_is_an_embedded_subset_of_outlines() {
    for (name, scene) in scenes::all() {
        let table = run("pdffonts", &[&file(&format!("fonts-{name}"), &scene).display().to_string()]);
        let fonts: Vec<&str> = table.lines().skip(2).collect();
        assert_eq!(fonts.len(), 2, "{table}");
        for (font, expected) in fonts.iter().zip(["+Inter-Regular", "+Inter-SemiBold"]) {
            assert!(fonts.iter().any(|font| font.contains(expected)), "{expected} is missing: {table}");
            // Type, encoding; embedded, subset, with a map to Unicode.
            let words: Vec<&str> = font.split_whitespace().skip(1).take(7).collect();
            assert_eq!(words, ["CID", "Type", "0C", "Identity-H", "yes", "yes", "yes"], "{table}");
        }
    }
}

#[test]
fn text_can_be_searched_and_copied() {
    let scene = scenes::published();
    let path = file("text", &scene).display().to_string();
    let text = run("pdftotext", &["-raw", &path, "-"]);
    let text: String = text.split_whitespace().collect();
    for expected in scenes::texts(&scene) {
        let expected: String = expected.content.split_whitespace().collect();
        assert!(text.contains(&expected), "{expected:?} is missing from {text:?}");
    }
}

#[test]
fn properties_say_what_it_is_and_no_date() {
    let scene = scenes::published();
    let path = file("properties", &scene).display().to_string();
    let said = run("pdfinfo", &[&path]);
    for expected in [
        "Title:           Quantization robustness",
        "Subject:         Quantization robustness",
        "Custom Metadata: no",
        "Creator:         BK Lab ",
        "Pages:           1",
        "Page size:       864 x 576 pts",
        "JavaScript:      no",
        "Encrypted:       no",
        "PDF version:     1.5",
    ] {
        assert!(said.contains(expected), "{expected:?} is missing from {said}");
    }
    assert!(!said.contains("Date"), "{said}");
    let properties = run("pdfinfo", &["-meta", &path]);
    assert!(properties.contains("<bklab:manifest>{&quot;seed&quot;: 42}</bklab:manifest>"), "{properties}");
}

#[test]
fn the_same_figure_is_the_same_bytes() {
    for (name, scene) in scenes::all() {
        assert!(written(&scene) == written(&scene.clone()), "{name}");
    }
}

#[test]
fn letters_without_a_face_are_named() {
    for format in [Format::Pdf, Format::Eps, Format::Png] {
        let scene = scenes::text("日本 and 本 again");
        let error = export(&scene, &Metadata::new(&scene, None), format, 72.0).expect_err("no such letters");
        assert!(matches!(&error, ExportError::Characters(lacking) if lacking == "日本"), "{error}");
    }
}

#[test]
fn a_figure_without_extent_is_refused() {
    for (format, nothing) in Format::ALL.into_iter().zip([0.0, -3.0, f64::NAN, f64::INFINITY]) {
        for scene in [
            Scene { width: nothing, ..scenes::everything() },
            Scene { height: nothing, ..scenes::everything() },
        ] {
            let error =
                export(&scene, &Metadata::new(&scene, None), format, 72.0).expect_err("no such figure");
            assert!(matches!(error, ExportError::Size { .. }), "{format:?}, {nothing}: {error}");
        }
    }
}
