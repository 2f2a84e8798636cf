//! A color map for densities: dark to bright in even steps of lightness, from indigo through magenta and orange to pale
//! yellow. It is computed in OKLab, where equal distances look equal, so its grayscale version also brightens evenly.

/// Lightness at both ends, 0 (black) to 1 (white).
const LIGHTNESS: (f64, f64) = (0.14, 0.96);

/// Hue at both ends in degrees, increasing through 360°.
const HUE: (f64, f64) = (275.0, 460.0);

/// Chroma at the ends, and the additional chroma in the middle; all colors lie within sRGB.
const CHROMA: (f64, f64) = (0.03, 0.16);

/// Number of colors.
pub const COLORS: usize = 256;

/// Returns the colors from dark to bright, as red, green, blue.
pub fn colors() -> [[u8; 3]; COLORS] {
    std::array::from_fn(|index| {
        let t = index as f64 / (COLORS - 1) as f64;
        let mix = |(start, end): (f64, f64)| start + t * (end - start);
        let hue = mix(HUE).to_radians();
        let chroma = CHROMA.0 + CHROMA.1 * libm::sin(t * std::f64::consts::PI);
        srgb(mix(LIGHTNESS), chroma * libm::cos(hue), chroma * libm::sin(hue))
    })
}

/// Converts OKLab (lightness, green–red, blue–yellow) into sRGB.
fn srgb(lightness: f64, a: f64, b: f64) -> [u8; 3] {
    let cube = |x: f64| x * x * x;
    let long = cube(lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b);
    let middle = cube(lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b);
    let short = cube(lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b);
    [
        4.076_741_662_1 * long - 3.307_711_591_3 * middle + 0.230_969_929_2 * short,
        -1.268_438_004_6 * long + 2.609_757_401_1 * middle - 0.341_319_396_5 * short,
        -0.004_196_086_3 * long - 0.703_418_614_7 * middle + 1.707_614_701_0 * short,
    ]
    .map(|linear| {
        let encoded =
            if linear <= 0.003_130_8 { 12.92 * linear } else { 1.055 * libm::pow(linear, 1.0 / 2.4) - 0.055 };
        (255.0 * encoded.clamp(0.0, 1.0)).round() as u8
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_colors_come_back() {
        // White, and sRGB red at its published OKLab coordinates.
        assert_eq!(srgb(1.0, 0.0, 0.0), [255, 255, 255]);
        assert_eq!(srgb(0.627_955, 0.224_863, 0.125_846), [255, 0, 0]);
    }

    #[test]
    fn brightness_rises_all_the_way() {
        let luminance = |[red, green, blue]: [u8; 3]| {
            2126 * u32::from(red).pow(2) + 7152 * u32::from(green).pow(2) + 722 * u32::from(blue).pow(2)
        };
        assert!(colors().map(luminance).is_sorted());
    }
}
