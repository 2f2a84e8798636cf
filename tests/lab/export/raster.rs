//! Pictures compared with pictures.

use super::scenes;
use bk_plot::Scene;
use bk_plot::export::raster;
use std::path::Path;

/// The resolution at which files are painted, in dots per inch: four pixels to a point.
pub const DPI: u32 = 288;

/// Side of the squares in pixels over which colours are averaged before they are compared: one point. How a
/// program smooths the edge of a shape is its own affair; how much ink a square point holds is not.
const SQUARE: usize = 4;

/// The most by which two pictures of a figure may differ in any square point, in levels of 255. Ghostscript
/// moves the edges of lines to whole pixels, a quarter of a square (64 levels between black and white); a
/// dot that is missing makes 100 and more.
const GREATEST_DIFFERENCE: f64 = 80.0;

/// The most by which they may differ on average: that of the edges of letters, where a sheet is full of them.
const MEAN_DIFFERENCE: f64 = 1.5;

/// Decoded pixels, three channels each.
struct Raster {
    columns: usize,
    rows: usize,
    pixels: Vec<u8>,
}

impl Raster {
    fn decode(file: &[u8]) -> Self {
        let mut reader = ::png::Decoder::new(std::io::Cursor::new(file)).read_info().expect("a PNG file");
        let mut pixels = vec![0; reader.output_buffer_size().expect("a size")];
        reader.next_frame(&mut pixels).expect("pixels");
        assert_eq!(reader.output_color_type(), (::png::ColorType::Rgb, ::png::BitDepth::Eight));
        Raster { columns: reader.info().width as usize, rows: reader.info().height as usize, pixels }
    }

    /// The average of a square's pixels in one channel.
    fn average(&self, column: usize, row: usize, channel: usize) -> f64 {
        let mut sum = 0.0;
        for y in row * SQUARE..(row + 1) * SQUARE {
            for x in column * SQUARE..(column + 1) * SQUARE {
                sum += f64::from(self.pixels[3 * (y * self.columns + x) + channel]);
            }
        }
        sum / (SQUARE * SQUARE) as f64
    }
}

/// How far two pictures are apart, in levels of 255: on average, and in the square point where it is most.
#[derive(Debug)]
struct Difference {
    mean: f64,
    greatest: f64,
    at: (usize, usize),
}

impl Difference {
    fn between(one: &Raster, other: &Raster) -> Self {
        // A file's size is whole points or whole pixels, whichever its format counts in.
        assert!(one.columns.abs_diff(other.columns) <= SQUARE && one.rows.abs_diff(other.rows) <= SQUARE);
        let (columns, rows) = (one.columns.min(other.columns) / SQUARE, one.rows.min(other.rows) / SQUARE);
        let mut difference = Difference { mean: 0.0, greatest: 0.0, at: (0, 0) };
        for (column, row, channel) in (0..rows)
            .flat_map(|row| (0..columns).flat_map(move |column| (0..3).map(move |c| (column, row, c))))
        {
            let apart = (one.average(column, row, channel) - other.average(column, row, channel)).abs();
            difference.mean += apart / (3 * columns * rows) as f64;
            if apart > difference.greatest {
                (difference.greatest, difference.at) = (apart, (column, row));
            }
        }
        difference
    }

    fn is_tolerable(&self) -> bool {
        self.greatest <= GREATEST_DIFFERENCE && self.mean <= MEAN_DIFFERENCE
    }
}

fn paint(scene: &Scene) -> Raster {
    Raster::decode(&raster::paint(scene, f64::from(DPI)).expect("a picture"))
}

/// Fails where a painting, a PNG file of [`DPI`], does not show the scene.
pub fn assert_shows(painting: &Path, scene: &Scene) {
    let painted = Raster::decode(&std::fs::read(painting).expect("a painting"));
    let expected = raster::paint(scene, f64::from(DPI)).expect("a picture");
    std::fs::write(painting.with_extension("expected.png"), &expected).expect("a picture to look at");
    let difference = Difference::between(&painted, &Raster::decode(&expected));
    println!("{}: {difference:?}", painting.display());
    assert!(difference.is_tolerable(), "{}: {difference:?}", painting.display());
}

#[test]
fn the_comparison_notices_every_command_that_is_missing() {
    let scene = scenes::everything();
    let whole = paint(&scene);
    assert!(Difference::between(&whole, &whole).is_tolerable());
    for index in 1..scene.commands.len() {
        let mut less = scene.clone();
        let command = less.commands.remove(index);
        let difference = Difference::between(&whole, &paint(&less));
        assert!(!difference.is_tolerable(), "without {command:?}: {difference:?}");
    }
}

#[test]
fn the_comparison_notices_a_shift_by_half_a_point() {
    let scene = scenes::column();
    let whole = paint(&scene);
    let by_two_pixels = whole.pixels[3 * 2..].iter().chain(&[255; 3 * 2]).copied().collect();
    let shifted = Raster { pixels: by_two_pixels, ..whole };
    let difference = Difference::between(&paint(&scene), &shifted);
    assert!(!difference.is_tolerable(), "{difference:?}");
}
