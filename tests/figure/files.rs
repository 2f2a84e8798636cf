//! Scenes as files: read back by other programs' readers.

use crate::{data, texts, words};
use bk_lab::figure::scene::{Anchor, Color, Command, Picture, Point, Text, Weight};
use bk_lab::figure::{Layout, Scene, Theme, png, robustness, svg};
use resvg::usvg::{Node, Tree};

fn published() -> Scene {
    robustness(&[&data::published()], &Layout::new(500.0, 360.0, Theme::Paper))
}

/// All nodes of a kind under a node.
fn collect<T>(node: &Node, pick: &impl Fn(&Node) -> Option<T>, found: &mut Vec<T>) {
    found.extend(pick(node));
    if let Node::Group(group) = node {
        group.children().iter().for_each(|child| collect(child, pick, found));
    }
}

fn read<T>(svg: &str, pick: impl Fn(&Node) -> Option<T>) -> (Tree, Vec<T>) {
    let tree = Tree::from_str(svg, &png::options()).expect("a well-formed SVG document");
    let mut found = Vec::new();
    tree.root().children().iter().for_each(|child| collect(child, &pick, &mut found));
    (tree, found)
}

fn text_of(node: &Node) -> Option<(String, f64)> {
    let Node::Text(text) = node else { return None };
    let content = text.chunks().iter().map(|chunk| chunk.text()).collect();
    Some((content, f64::from(text.bounding_box().width())))
}

#[test]
fn an_svg_has_the_scenes_size_and_its_text_as_text() {
    let scene = published();
    let svg = svg::write(&scene, None).expect("an SVG");
    let (tree, found) = read(&svg, text_of);
    // A point is 4/3 of the pixels in which SVG is read.
    let (width, height) = (f64::from(tree.size().width()) * 0.75, f64::from(tree.size().height()) * 0.75);
    assert!((width - 500.0).abs() < 1e-3 && (height - 360.0).abs() < 1e-3, "{width} × {height}");
    let contents: Vec<&str> = found.iter().map(|(content, _)| content.as_str()).collect();
    assert_eq!(contents, words(&scene));
    assert!(svg.contains("<title>Quantization robustness"), "{}", &svg[..400]);
}

#[test]
fn markup_and_metadata_stay_text() {
    let nasty = "<script>alert('1 & 2')</script> \"quoted\" \u{1}]]>";
    let text = Text {
        at: Point { x: 10.0, y: 20.0 },
        content: nasty.into(),
        size: 10.0,
        weight: Weight::Bold,
        anchor: Anchor::Start,
        color: Color::rgb(0, 0, 0),
        quarter_turns: 0,
    };
    let scene =
        Scene { width: 300.0, height: 40.0, summary: nasty.into(), commands: vec![Command::Text(text)] };
    let svg = svg::write(&scene, Some(nasty)).expect("an SVG");
    let document = resvg::usvg::roxmltree::Document::parse(&svg).expect("well-formed XML");
    let expected = nasty.replace('\u{1}', "\u{fffd}");
    for element in ["title", "desc", "metadata", "text"] {
        let node = document.descendants().find(|node| node.has_tag_name(element));
        assert_eq!(node.and_then(|node| node.text()), Some(expected.as_str()), "{element}");
    }
    assert!(document.descendants().all(|node| !node.has_tag_name("script")));
}

#[test]
fn layout_and_painter_agree_on_widths() {
    let scene = published();
    let (_, found) = read(&svg::write(&scene, None).expect("an SVG"), text_of);
    let horizontal = texts(&scene).zip(&found).filter(|(text, _)| text.quarter_turns == 0);
    let mut compared = 0;
    for (text, (content, painted)) in horizontal {
        let laid_out = text.bounds().width();
        // Kerning, and the space beside the first and last letter, which is not painted.
        let allowed = 0.02 * laid_out + 0.2 * text.size;
        assert!((laid_out - painted).abs() <= allowed, "{content:?}: {laid_out} laid out, {painted} painted");
        compared += 1;
    }
    assert!(compared > 20, "only {compared} texts compared");
}

#[test]
fn pictures_are_embedded_and_painted_in_place() {
    let red_over_blue: [u8; 8] = [255, 0, 0, 255, 0, 0, 255, 255];
    let picture = Picture {
        at: Point { x: 2.0, y: 1.0 },
        width: 4.0,
        height: 6.0,
        columns: 1,
        rows: 2,
        pixels: red_over_blue.as_slice().into(),
    };
    let scene =
        Scene { width: 8.0, height: 8.0, summary: String::new(), commands: vec![Command::Picture(picture)] };
    let file = png::write(&scene, 72.0).expect("a picture");
    let (info, pixels) = decode(&file);
    assert_eq!((info.width, info.height), (8, 8));
    let pixel = |x: usize, y: usize| &pixels[4 * (8 * y + x)..][..4];
    assert_eq!(pixel(3, 1), [255, 0, 0, 255]);
    assert_eq!(pixel(5, 3), [255, 0, 0, 255]);
    assert_eq!(pixel(2, 4), [0, 0, 255, 255]);
    assert_eq!(pixel(1, 4)[3], 0);
    assert_eq!(pixel(3, 7)[3], 0);
}

#[test]
fn a_picture_without_its_pixels_is_an_error() {
    assert!(png::encode(2, 2, &[0; 15], None).is_err());
    assert!(png::encode(0, 2, &[], None).is_err());
}

#[test]
fn a_png_has_its_resolutions_pixels_and_says_so() {
    let scene = published();
    let (info, pixels) = decode(&png::write(&scene, 300.0).expect("a picture"));
    assert_eq!((info.width, info.height), (2083, 1500));
    let density = info.pixel_dims.expect("a resolution");
    assert_eq!((density.xppu, density.yppu, density.unit), (11811, 11811, ::png::Unit::Meter));
    // White paper, with something on it.
    assert_eq!(pixels[..4], [255, 255, 255, 255]);
    assert!(pixels.chunks(4).any(|pixel| pixel == [0x2E, 0x86, 0xAB, 255]), "no pixel in ResNet-BK's colour");
}

#[test]
fn absurd_resolutions_are_refused() {
    for dpi in [0.0, -300.0, 1e9, f64::NAN] {
        assert!(png::write(&published(), dpi).is_err(), "{dpi} dpi");
    }
}

fn decode(file: &[u8]) -> (::png::Info<'static>, Vec<u8>) {
    let decoder = ::png::Decoder::new(std::io::Cursor::new(file));
    let mut reader = decoder.read_info().expect("a PNG file");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    reader.next_frame(&mut pixels).expect("pixels");
    (reader.info().clone(), pixels)
}
