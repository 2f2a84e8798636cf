//! SVG, as a reader of XML and a painter of SVG read it.

use super::scenes;
use base64::prelude::{BASE64_STANDARD, Engine};
use bk_plot::Scene;
use bk_plot::export::{Format, Metadata, export, raster};
use resvg::usvg::roxmltree::Document;
use resvg::usvg::{Node, Tree};

fn written(scene: &Scene, metadata: &Metadata) -> String {
    String::from_utf8(export(scene, metadata, Format::Svg, 0.0).expect("an SVG document")).expect("text")
}

fn plain(scene: &Scene) -> String {
    written(scene, &Metadata::new(scene, None))
}

/// The texts under a node, and how wide they are painted, in pixels of SVG.
fn painted_texts(node: &Node, found: &mut Vec<(String, f64)>) {
    match node {
        Node::Text(text) => {
            let content = text.chunks().iter().map(|chunk| chunk.text()).collect();
            found.push((content, f64::from(text.bounding_box().width())));
        }
        Node::Group(group) => group.children().iter().for_each(|child| painted_texts(child, found)),
        _ => {}
    }
}

#[test]
fn text_stays_text_of_the_width_it_was_laid_out_for() {
    let scene = scenes::published();
    let tree = Tree::from_str(&plain(&scene), &raster::options()).expect("an SVG document");
    // A point is 4/3 of the pixels in which SVG is read.
    let size = [tree.size().width(), tree.size().height()].map(|pixels| f64::from(pixels) * 0.75);
    assert!((size[0] - 864.0).abs() < 1e-3 && (size[1] - 576.0).abs() < 1e-3, "{size:?}");
    let mut found = Vec::new();
    tree.root().children().iter().for_each(|child| painted_texts(child, &mut found));
    let texts: Vec<_> = scenes::texts(&scene).collect();
    assert_eq!(found.len(), texts.len());
    for (text, (content, width)) in texts.into_iter().zip(found) {
        assert_eq!(content, text.content);
        if text.quarter_turns == 0 {
            // What is painted lacks the space beside the first and the last letter.
            let (laid_out, painted) = (text.bounds().width(), width);
            assert!((laid_out - painted).abs() <= 0.2 * text.size, "{content:?}: {laid_out}, {painted}");
        }
    }
}

#[test]
fn the_faces_it_needs_are_in_it() {
    let faces = |svg: &str| -> Vec<Vec<u8>> {
        let document = Document::parse(svg).expect("well-formed XML");
        let style = document.descendants().find(|node| node.has_tag_name("style"));
        let style = style.and_then(|node| node.text()).unwrap_or_default();
        let coded = style.split("base64,").skip(1).filter_map(|rest| rest.split(')').next());
        coded.map(|coded| BASE64_STANDARD.decode(coded).expect("base64")).collect()
    };
    let both = faces(&plain(&scenes::published()));
    assert_eq!(both.len(), 2);
    for file in &both {
        let face = ttf_parser::Face::parse(file, 0).expect("a font");
        assert!(face.glyph_index('Ω').is_some() && face.is_subsetting_allowed());
    }
    assert_eq!(faces(&plain(&scenes::text("regular"))), both[..1]);
    assert!(faces(&plain(&Scene { commands: vec![], ..scenes::everything() })).is_empty());
}

#[test]
fn words_are_never_markup() {
    let nasty = "<script>alert('1 & 2')</script> \"quoted\" \u{1}]]></metadata>";
    let scene = scenes::text(nasty);
    let metadata = Metadata { title: nasty, description: nasty, manifest: Some(nasty) };
    let svg = written(&scene, &metadata);
    let document = Document::parse(&svg).expect("well-formed XML");
    for element in ["title", "desc", "metadata", "text"] {
        let node = document.descendants().find(|node| node.has_tag_name(element));
        let expected = nasty.replace('\u{1}', "\u{fffd}");
        assert_eq!(node.and_then(|node| node.text()), Some(expected.as_str()), "{element}");
    }
    assert!(document.descendants().all(|node| !node.has_tag_name("script")));
}
