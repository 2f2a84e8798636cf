//! Small labeled images drawn from a seed, so that a study needs no file: shapes for the first training, strokes and
//! textures for the adaptation.
//!
//! Each image has its own colors, with the figure brighter than the ground, light that fades toward one side, its own
//! position, size, and angle, and noise on every channel, so that no single pixel reveals the class. Images have 16×16
//! pixels in three channels. The same seed gives the same bytes on every machine.

use super::error::VisionError;
use super::images::Images;
use crate::ModelError;
use bk_python::random::LegacyRandom;
use serde::{Deserialize, Serialize};
use std::f64::consts::{FRAC_PI_4, PI, TAU};

/// Pixels along a side.
pub const SIDE: usize = 16;

/// Color channels: red, green, and blue.
pub const CHANNELS: usize = 3;

/// Standard deviation of the noise of a pixel, where black is 0 and white is 1.
const NOISE: f64 = 0.1;

/// Smallest difference in brightness between the figure and the ground.
const CONTRAST: f64 = 0.25;

/// Largest number of images per class.
const MOST: usize = 100_000;

/// A classification task.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Task {
    /// Eight filled or hollow shapes, tilted by up to 23°.
    Shapes,
    /// The ten digits, drawn as strokes between randomly displaced corners.
    Strokes,
    /// Eight textures with random phase and periods from three to six pixels.
    Textures,
}

impl Task {
    /// Returns the name of the task.
    pub fn label(self) -> &'static str {
        match self {
            Task::Shapes => "shapes",
            Task::Strokes => "strokes",
            Task::Textures => "textures",
        }
    }

    /// Returns the classes, in the order of their labels.
    pub fn classes(self) -> &'static [&'static str] {
        match self {
            Task::Shapes => &["disc", "ring", "square", "frame", "triangle", "cross", "bar", "two discs"],
            Task::Strokes => &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
            Task::Textures => &[
                "rows",
                "rising stripes",
                "columns",
                "falling stripes",
                "checks",
                "diamonds",
                "rings",
                "spokes",
            ],
        }
    }

    /// Generates `of_each` images of each class, with the classes in turn. Different tasks draw different numbers from
    /// the same seed.
    ///
    /// # Errors
    /// Returns [`VisionError::Empty`] for no images, and [`ModelError::Size`] for more than 100,000 images per class.
    pub fn images(self, of_each: usize, seed: u32) -> Result<Images, VisionError> {
        if of_each > MOST {
            let what = "number of images of a class";
            return Err(ModelError::Size { what, value: of_each, least: 1, most: MOST }.into());
        }
        let salt = match self {
            Task::Shapes => 0x5348_4150,
            Task::Strokes => 0x5354_524f,
            Task::Textures => 0x5445_5854,
        };
        let mut random = LegacyRandom::new(seed.wrapping_mul(0x9e37_79b1) ^ salt);
        let classes = self.classes();
        let labels: Vec<u32> = (0..of_each).flat_map(|_| 0..classes.len() as u32).collect();
        let mut pixels = Vec::with_capacity(labels.len() * SIDE * SIDE * CHANNELS);
        for &label in &labels {
            let figure = match self {
                Task::Shapes => shape(label, &mut random),
                Task::Strokes => strokes(label, &mut random),
                Task::Textures => texture(label, &mut random),
            };
            paint(&figure, &mut random, &mut pixels);
        }
        let classes = classes.iter().map(|&class| class.to_owned()).collect();
        Images::new([SIDE, CHANNELS], classes, pixels, labels)
    }
}

/// The fraction of each pixel that the figure covers, 0 to 1.
type Coverage = Vec<f64>;

fn between(random: &mut LegacyRandom, from: f64, to: f64) -> f64 {
    from + (to - from) * random.uniform()
}

/// Computes a value for each pixel from the coordinates of its center relative to the center of the image.
fn each_pixel(value: impl Fn(f64, f64) -> f64) -> Coverage {
    let middle = SIDE as f64 / 2.0;
    let centre = |place: usize| place as f64 + 0.5 - middle;
    (0..SIDE * SIDE).map(|pixel| value(centre(pixel % SIDE), centre(pixel / SIDE))).collect()
}

/// Returns the coverage of a figure. `distance` is the signed distance from its edge, negative inside, in units of
/// `unit` pixels. The figure is turned by `angle`, and its center lies near the center of the image.
fn placed(random: &mut LegacyRandom, angle: f64, unit: f64, distance: impl Fn(f64, f64) -> f64) -> Coverage {
    let (x, y) = (between(random, -1.0, 1.0), between(random, -1.0, 1.0));
    let (sine, cosine) = (pxfm::f_sin(angle), pxfm::f_cos(angle));
    each_pixel(|column, row| {
        let (right, down) = ((column - x) / unit, (row - y) / unit);
        let distance = distance(cosine * right + sine * down, cosine * down - sine * right);
        (0.5 - distance * unit).clamp(0.0, 1.0)
    })
}

fn shape(label: u32, random: &mut LegacyRandom) -> Coverage {
    let unit = between(random, 3.5, 6.0);
    let angle = between(random, -0.4, 0.4);
    let length = |x: f64, y: f64| (x * x + y * y).sqrt();
    let block = |x: f64, y: f64, half: [f64; 2]| (x.abs() - half[0]).max(y.abs() - half[1]);
    placed(random, angle, unit, |x, y| match label {
        0 => length(x, y) - 0.9,
        1 => (length(x, y) - 0.75).abs() - 0.22,
        2 => block(x, y, [0.8, 0.8]),
        3 => block(x, y, [0.68, 0.68]).abs() - 0.2,
        4 => (-y - 0.5).max(0.75_f64.sqrt() * x.abs() + 0.5 * y - 0.5),
        5 => block(x, y, [1.0, 0.28]).min(block(x, y, [0.28, 1.0])),
        6 => block(x, y, [1.0, 0.25]),
        _ => length(x.abs() - 0.6, y) - 0.42,
    })
}

/// The digits in seven strokes: top, upper left, upper right, middle, lower left, lower right, and bottom.
const DIGITS: [[bool; 7]; 10] = {
    const N: bool = false;
    const Y: bool = true;
    [
        [Y, Y, Y, N, Y, Y, Y],
        [N, N, Y, N, N, Y, N],
        [Y, N, Y, Y, Y, N, Y],
        [Y, N, Y, Y, N, Y, Y],
        [N, Y, Y, Y, N, Y, N],
        [Y, Y, N, Y, N, Y, Y],
        [Y, Y, N, Y, Y, Y, Y],
        [Y, N, Y, N, N, Y, N],
        [Y, Y, Y, Y, Y, Y, Y],
        [Y, Y, Y, Y, N, Y, Y],
    ]
};

/// The two corners that each stroke connects. Corners are counted in rows of left and right, from the top.
const STROKES: [[usize; 2]; 7] = [[0, 1], [0, 2], [1, 3], [2, 3], [2, 4], [3, 5], [4, 5]];

fn strokes(label: u32, random: &mut LegacyRandom) -> Coverage {
    let unit = between(random, 4.5, 6.0);
    let angle = between(random, -0.3, 0.3);
    let thickness = between(random, 0.12, 0.22);
    let corners: [[f64; 2]; 6] = std::array::from_fn(|corner| {
        let (column, row) = (corner % 2, corner / 2);
        [column as f64 - 0.5 + 0.07 * random.normal(), row as f64 - 1.0 + 0.07 * random.normal()]
    });
    let drawn = DIGITS[label as usize % DIGITS.len()];
    placed(random, angle, unit, |x, y| {
        let strokes = STROKES.iter().zip(drawn).filter(|(_, drawn)| *drawn);
        let distances = strokes.map(|(&[from, to], _)| from_stroke([x, y], corners[from], corners[to]));
        distances.fold(f64::INFINITY, f64::min) - thickness
    })
}

/// Returns the distance of a point from the stroke between two other points.
fn from_stroke(point: [f64; 2], from: [f64; 2], to: [f64; 2]) -> f64 {
    let [along, across] = [to[0] - from[0], to[1] - from[1]];
    let [x, y] = [point[0] - from[0], point[1] - from[1]];
    let part = ((x * along + y * across) / (along * along + across * across).max(1e-12)).clamp(0.0, 1.0);
    let [x, y] = [x - part * along, y - part * across];
    (x * x + y * y).sqrt()
}

fn texture(label: u32, random: &mut LegacyRandom) -> Coverage {
    let frequency = TAU / between(random, 3.0, 6.0);
    let phases = [between(random, 0.0, TAU), between(random, 0.0, TAU)];
    let middle = [between(random, -3.0, 3.0), between(random, -3.0, 3.0)];
    let tilt = between(random, -0.15, 0.15);
    let arms = (4.0 + 4.0 * random.uniform()).floor();
    let diagonal = if label == 5 { FRAC_PI_4 } else { 0.0 };
    // Rows vary from top to bottom.
    let angle = tilt + diagonal + if label < 4 { PI / 2.0 + f64::from(label) * FRAC_PI_4 } else { 0.0 };
    let (sine, cosine) = (pxfm::f_sin(angle), pxfm::f_cos(angle));
    each_pixel(|x, y| {
        let [along, across] = [cosine * x + sine * y, cosine * y - sine * x];
        let [right, down] = [x - middle[0], y - middle[1]];
        let wave = match label {
            0..4 => pxfm::f_sin(frequency * along + phases[0]),
            4 | 5 => {
                let waves = [frequency * along + phases[0], frequency * across + phases[1]];
                2.0 * pxfm::f_sin(waves[0]) * pxfm::f_sin(waves[1])
            }
            6 => pxfm::f_sin(frequency * (right * right + down * down).sqrt() + phases[0]),
            _ => pxfm::f_sin(arms * pxfm::f_atan2(down, right) + phases[0]),
        };
        (0.5 + wave).clamp(0.0, 1.0)
    })
}

/// Returns the perceived brightness of a color.
fn brightness([red, green, blue]: [f64; CHANNELS]) -> f64 {
    0.299 * red + 0.587 * green + 0.114 * blue
}

/// Draws a color for the ground and a brighter one for the figure.
fn colours(random: &mut LegacyRandom) -> [[f64; CHANNELS]; 2] {
    loop {
        let mut colour = || std::array::from_fn(|_| between(random, 0.05, 0.95));
        let pair = [colour(), colour()];
        if brightness(pair[1]) - brightness(pair[0]) >= CONTRAST {
            return pair;
        }
    }
}

fn paint(figure: &[f64], random: &mut LegacyRandom, pixels: &mut Vec<u8>) {
    let [ground, ink] = colours(random);
    let [right, down] = [between(random, -0.15, 0.15), between(random, -0.15, 0.15)];
    let light = each_pixel(|x, y| 2.0 * (right * x + down * y) / SIDE as f64);
    for (&covered, light) in figure.iter().zip(light) {
        for (ground, ink) in ground.into_iter().zip(ink) {
            let value = ground + (ink - ground) * covered + light + NOISE * random.normal();
            pixels.push((value.clamp(0.0, 1.0) * 255.0).round() as u8);
        }
    }
}
