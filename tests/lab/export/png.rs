//! PNG, as a PNG reader reads it.

use super::scenes;
use bk_plot::Scene;
use bk_plot::export::png::{encode, stamp};
use bk_plot::export::{ExportError, Format, Metadata, export, manifest_of};
use bk_plot::scene::{Command, Picture, Point};
use std::io::Cursor;

fn decode(file: &[u8]) -> (::png::Info<'static>, Vec<u8>) {
    let mut reader = ::png::Decoder::new(Cursor::new(file)).read_info().expect("a PNG file");
    let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
    reader.next_frame(&mut pixels).expect("pixels");
    (reader.info().clone(), pixels)
}

fn texts(info: &::png::Info) -> Vec<(String, String)> {
    let texts = info.utf8_text.iter();
    texts.map(|text| (text.keyword.clone(), text.get_text().expect("text"))).collect()
}

#[test]
fn a_higher_resolution_gives_more_pixels_and_the_same_size() {
    let scene = scenes::published();
    for (dpi, columns, rows, per_metre) in [(300.0, 3600, 2400, 11811), (600.0, 7200, 4800, 23622)] {
        let file = export(&scene, &Metadata::new(&scene, Some("[1]")), Format::Png, dpi).expect("a picture");
        let (info, pixels) = decode(&file);
        assert_eq!((info.width, info.height), (columns, rows));
        assert_eq!(manifest_of(&file).as_deref(), Some("[1]"));
        let density = info.pixel_dims.expect("a resolution");
        assert_eq!((density.xppu, density.yppu, density.unit), (per_metre, per_metre, ::png::Unit::Meter));
        assert_eq!((info.color_type, &pixels[..3]), (::png::ColorType::Rgb, &[255, 255, 255][..]));
        assert!(pixels.chunks(3).any(|pixel| pixel == [0x2E, 0x86, 0xAB]), "no ink of the first series");
    }
}

#[test]
fn impossible_resolutions_are_refused() {
    let scene = scenes::everything();
    let metadata = Metadata::new(&scene, None);
    let canvas = encode(1, 1, &[1, 2, 3, 4]).expect("a picture");
    for dpi in [0.0, -300.0, f64::NAN, f64::INFINITY] {
        for refused in [export(&scene, &metadata, Format::Png, dpi), stamp(&canvas, dpi, &metadata)] {
            assert!(matches!(refused, Err(ExportError::Resolution(_))), "{dpi}: {refused:?}");
        }
    }
    for dpi in [1e-3, 1e9] {
        let refused = export(&scene, &metadata, Format::Png, dpi);
        assert!(matches!(refused, Err(ExportError::Pixels { .. })), "{dpi}: {refused:?}");
    }
}

#[test]
fn a_stamp_leaves_the_pixels_and_adds_the_rest() {
    let pixels = [255, 0, 0, 255, 0, 0, 255, 128];
    let made_by_a_canvas = encode(2, 1, &pixels).expect("a picture");
    let metadata =
        Metadata { title: "A title", description: "What it shows: µ ≤ 2.", manifest: Some("[1]") };
    let (info, unchanged) = decode(&stamp(&made_by_a_canvas, 600.0, &metadata).expect("a stamped file"));
    assert_eq!(unchanged, pixels);
    assert_eq!(info.pixel_dims.map(|density| density.xppu), Some(23622));
    let software = concat!("BK Lab ", env!("CARGO_PKG_VERSION"));
    let expected = [
        ("Title", "A title"),
        ("Description", "What it shows: µ ≤ 2."),
        ("Software", software),
        ("bk-lab-manifest", "[1]"),
    ];
    assert_eq!(texts(&info), expected.map(|(keyword, text)| (keyword.into(), text.into())));
}

#[test]
fn what_is_no_png_is_not_stamped() {
    let scene = scenes::everything();
    for file in [&b""[..], b"\x89PNG\r\n\x1a\n", b"<svg/>"] {
        let error = stamp(file, 300.0, &Metadata::new(&scene, None)).expect_err("no PNG file");
        assert!(matches!(error, ExportError::NotPng), "{error}");
    }
}

#[test]
fn pictures_are_painted_in_place() {
    let red_over_blue = [255, 0, 0, 255, 0, 0, 255, 255];
    let picture = Picture {
        at: Point { x: 2.0, y: 1.0 },
        width: 4.0,
        height: 6.0,
        columns: 1,
        rows: 2,
        pixels: red_over_blue.as_slice().into(),
    };
    let commands = vec![Command::Picture(picture)];
    let scene = Scene { width: 8.0, height: 8.0, summary: String::new(), commands, ..Scene::default() };
    let file = export(&scene, &Metadata::new(&scene, None), Format::Png, 72.0).expect("a picture");
    let (info, pixels) = decode(&file);
    assert_eq!((info.width, info.height, info.color_type), (8, 8, ::png::ColorType::Rgba));
    let pixel = |x: usize, y: usize| &pixels[4 * (8 * y + x)..][..4];
    for (x, y, expected) in [(3, 1, [255, 0, 0, 255]), (5, 3, [255, 0, 0, 255]), (2, 4, [0, 0, 255, 255])] {
        assert_eq!(pixel(x, y), expected, "{x}, {y}");
    }
    for (x, y) in [(1, 4), (3, 0), (3, 7), (6, 4)] {
        assert_eq!(pixel(x, y)[3], 0, "{x}, {y}");
    }
}

#[test]
fn pictures_in_a_figure_need_their_pixels() {
    for (columns, rows, bytes) in [(2, 2, 15), (0, 2, 0), (usize::MAX, 2, 8)] {
        let scene = scenes::picture(columns, rows, bytes);
        for format in Format::ALL {
            let error =
                export(&scene, &Metadata::new(&scene, None), format, 72.0).expect_err("no such picture");
            assert!(matches!(error, ExportError::Picture { .. }), "{format:?}: {error}");
        }
    }
}
