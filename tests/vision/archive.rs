//! Images of a person's own: what a zip may hold, and what it is told where it may not.

use bk_models::vision::VisionError;
use bk_models::vision::archive::{Archive, ArchiveError};
use bk_models::vision::generator::{CHANNELS, SIDE};
use png::{BitDepth, ColorType};
use proptest::prelude::*;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

fn png(width: u32, height: u32, color: ColorType, values: &[u8]) -> Vec<u8> {
    let mut file = vec![];
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(color);
    encoder.set_depth(BitDepth::Eight);
    encoder.write_header().unwrap().write_image_data(values).unwrap();
    file
}

fn grey(side: u32, value: u8) -> Vec<u8> {
    png(side, side, ColorType::Grayscale, &vec![value; (side * side) as usize])
}

fn packed(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(vec![]));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (path, bytes) in files {
        archive.start_file(*path, options).unwrap();
        archive.write_all(bytes).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// Three images in each of two folders, and whatever else.
pub(crate) fn two_classes(more: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let paths = ["cat/1.png", "cat/2.png", "cat/3.png", "dog/1.png", "dog/2.png", "dog/3.png"];
    let mut files: Vec<_> = paths.into_iter().zip(1..).map(|(path, value)| (path, grey(28, value))).collect();
    files.extend_from_slice(more);
    packed(&files)
}

fn refused(zip: &[u8]) -> ArchiveError {
    let error = Archive::read(zip).unwrap_err();
    let sentence = error.to_string();
    assert!(sentence.ends_with('.') && sentence.len() > 40, "{sentence}");
    error
}

#[test]
fn folders_are_labels_and_what_is_no_image_is_passed_over() {
    let more = [
        ("LICENCE.txt", b"Anybody may do anything.".to_vec()),
        ("__MACOSX/cat/._1.png", vec![1, 2, 3]),
        ("cat/.DS_Store", vec![0]),
        ("cat/notes.md", vec![0]),
    ];
    let zip = two_classes(&more);
    let archive = Archive::read(&zip).unwrap();
    assert_eq!(archive.checksum, crc32fast::hash(&zip));
    let images = &archive.images;
    assert_eq!((images.side(), images.channels(), images.len()), (SIDE, CHANNELS, 6));
    assert_eq!(images.classes(), ["cat", "dog"]);
    assert_eq!(images.labels(), [0, 0, 0, 1, 1, 1]);
    for image in 0..6 {
        // An even image stays what it is, however it is reduced.
        assert!(images.pixels(image).iter().all(|&value| usize::from(value) == image + 1));
    }
    // A folder around all folders is none of the labels, and the ending may be in capitals.
    let files: Vec<_> = (0..6)
        .map(|image| {
            (["set/a/", "set/b/"][image / 3].to_owned() + ["x", "y", "z"][image % 3] + ".PNG", image)
        })
        .collect();
    let files: Vec<_> = files.iter().map(|(path, image)| (path.as_str(), grey(3, *image as u8))).collect();
    assert_eq!(Archive::read(&packed(&files)).unwrap().images.classes(), ["a", "b"]);
}

#[test]
fn what_was_decoded_is_kept_and_read_again_and_damage_is_noticed() {
    let archive = Archive::read(&two_classes(&[])).unwrap();
    let bytes = archive.to_bytes().unwrap();
    assert_eq!(Archive::from_bytes(archive.checksum, &bytes), Some(archive));
    assert_eq!(Archive::from_bytes(1, &bytes[..bytes.len() - 1]), None);
    assert_eq!(Archive::from_bytes(1, &bytes[3..]), None);
    assert_eq!(Archive::from_bytes(1, b""), None);
}

#[test]
fn colours_and_opacity_are_read_and_the_middle_square_is_taken() {
    let red: Vec<u8> = [255, 0, 0].repeat(16 * 16);
    let half: Vec<u8> = [0, 0, 200, 128].repeat(16 * 16);
    // 16 columns of 7, 16 of 90, 16 of 7: the square in the middle is even.
    let wide: Vec<u8> =
        (0..16 * 48).map(|place| if (16..32).contains(&(place % 48)) { 90 } else { 7 }).collect();
    // Left half 10, right half 30, twice as large as what is seen: every new pixel covers four of one kind.
    let split: Vec<u8> = (0..32 * 32).map(|place| if place % 32 < 16 { 10 } else { 30 }).collect();
    let files = [
        ("a/1.png", png(16, 16, ColorType::Rgb, &red)),
        ("a/2.png", png(16, 16, ColorType::Rgba, &half)),
        ("a/3.png", png(48, 16, ColorType::Grayscale, &wide)),
        ("b/1.png", png(32, 32, ColorType::Grayscale, &split)),
        ("b/2.png", grey(1, 5)),
        ("b/3.png", grey(100, 250)),
    ];
    let images = Archive::read(&packed(&files)).unwrap().images;
    assert_eq!(images.pixels(0)[..3], [255, 0, 0]);
    assert_eq!(images.pixels(1)[..3], [0, 0, 100]);
    assert!(images.pixels(2).iter().all(|&value| value == 90));
    let row = &images.pixels(3)[..SIDE * CHANNELS];
    assert!(row[..SIDE / 2 * CHANNELS].iter().all(|&value| value == 10));
    assert!(row[SIDE / 2 * CHANNELS..].iter().all(|&value| value == 30));
    assert!(images.pixels(4).iter().all(|&value| value == 5));
    assert!(images.pixels(5).iter().all(|&value| value == 250));
}

/// A grey JPEG of 8×8 even pixels of 128: no coefficient but zeros.
const JPEG: &str = "ffd8ffdb004300010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101ffc0000b080008000801011100ffc40014000100000000000000000000000000000000ffc40014100100000000000000000000000000000000ffda0008010100003f003fffd9";

#[test]
fn jpeg_files_are_read() {
    let bytes: Vec<u8> =
        (0..JPEG.len()).step_by(2).map(|at| u8::from_str_radix(&JPEG[at..at + 2], 16).unwrap()).collect();
    let images = Archive::read(&two_classes(&[("cat/4.jpeg", bytes)])).unwrap().images;
    assert_eq!(images.len(), 7);
    assert!(images.pixels(3).iter().all(|&value| value == 128));
}

#[test]
fn what_no_one_can_learn_from_is_refused() {
    assert!(matches!(refused(b"no zip at all, but some text"), ArchiveError::Zip(_)));
    assert!(matches!(refused(&packed(&[])), ArchiveError::Images(VisionError::Empty)));
    let loose = refused(&two_classes(&[("loose.png", grey(4, 9))]));
    assert!(matches!(loose, ArchiveError::NoFolder { file } if file == "loose.png"));
    let one: Vec<_> = ["cat/1.png", "cat/2.png", "cat/3.png"].map(|path| (path, grey(4, 9))).into();
    assert!(matches!(refused(&packed(&one)), ArchiveError::Images(VisionError::OneClass { images: 3, .. })));
    let few = refused(&two_classes(&[("emu/1.png", grey(4, 9)), ("emu/2.png", grey(4, 9))]));
    let is_few =
        |error: &VisionError| matches!(error, VisionError::TooFew { images: 2, class, .. } if class == "emu");
    assert!(matches!(&few, ArchiveError::Images(error) if is_few(error)), "{few}");
    let text = refused(&two_classes(&[("cat/text.png", b"not a picture".to_vec())]));
    assert!(matches!(text, ArchiveError::Image { file, .. } if file == "cat/text.png"));
    let mut half = grey(28, 3);
    half.truncate(half.len() - 20);
    assert!(matches!(refused(&two_classes(&[("cat/half.png", half)])), ArchiveError::Image { .. }));
}

#[test]
fn an_image_of_30_000_pixels_a_side_is_refused_before_it_is_decoded() {
    // Its header alone: were it decoded, the missing pixels would be told of instead.
    let mut file = grey(4, 0);
    file[16..20].copy_from_slice(&30_000_u32.to_be_bytes());
    file[20..24].copy_from_slice(&30_000_u32.to_be_bytes());
    let checksum = crc32fast::hash(&file[12..29]);
    file[29..33].copy_from_slice(&checksum.to_be_bytes());
    let vast = refused(&two_classes(&[("cat/vast.png", file)]));
    assert!(matches!(vast, ArchiveError::Size { width: 30_000, height: 30_000, .. }), "{vast}");
}

#[test]
fn a_zip_that_unpacks_to_far_more_than_it_is_is_refused() {
    // A thousandth of its size when packed: its stated size is enough to refuse it.
    let bomb = two_classes(&[("cat/bomb.png", vec![0; 30_000_000])]);
    assert!(bomb.len() < 100_000);
    assert!(matches!(refused(&bomb), ArchiveError::Large { bytes: 30_000_000, .. }));
    // One that states to be small, in both places, is not unpacked beyond that.
    let mut liar = bomb;
    for (entry, at) in [(b"PK\x03\x04", 22), (b"PK\x01\x02", 24)] {
        let start = liar.windows(4).rposition(|bytes| bytes == entry).unwrap() + at;
        liar[start..start + 4].copy_from_slice(&1000_u32.to_le_bytes());
    }
    assert!(matches!(refused(&liar), ArchiveError::Packed { file, .. } if file == "cat/bomb.png"));
}

proptest! {
    #[test]
    fn a_damaged_zip_is_refused_or_read_and_nothing_breaks(
        place in 0_usize..4000, value: u8, cut in 0_usize..4000
    ) {
        let mut zip = two_classes(&[]);
        let place = place % zip.len();
        zip[place] = value;
        zip.truncate(zip.len().max(cut));
        for zip in [&zip[..], &zip[..cut.min(zip.len())]] {
            if let Ok(archive) = Archive::read(zip) {
                prop_assert!(archive.images.classes().len() >= 2);
            }
        }
    }

    #[test]
    fn means_of_what_is_covered_keep_the_mean_of_an_image(side in 1_u32..40, seed: u64) {
        let values: Vec<u8> =
            (0..u64::from(side * side)).map(|place| (seed.wrapping_mul(place + 1) >> 40) as u8).collect();
        let mean = values.iter().map(|&value| f64::from(value)).sum::<f64>() / values.len() as f64;
        let zip = two_classes(&[("cat/0.png", png(side, side, ColorType::Grayscale, &values))]);
        let images = Archive::read(&zip).unwrap().images;
        // Files lie in the order of the zip: the last of the first folder.
        let pixels = images.pixels(3);
        let reduced = pixels.iter().map(|&value| f64::from(value)).sum::<f64>() / pixels.len() as f64;
        // Every pixel is rounded by at most one half.
        prop_assert!((mean - reduced).abs() <= 0.5, "{mean} {reduced}");
    }
}
