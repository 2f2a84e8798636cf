//! Metrics of the bundled typeface (Inter). With them, a figure is laid out the same on every machine, in every
//! browser, and in tests, independent of installed fonts.
//!
//! `build.rs` writes the tables from `www/fonts`. Kerning is ignored: it changes the width of a line by less than a
//! hundredth.

use crate::scene::Weight;

include!(concat!(env!("OUT_DIR"), "/advances.rs"));

/// The family name of the typeface on the page and in files.
pub const FAMILY: &str = "Inter";

/// Font families in order of preference, as a CSS list. The layout assumes the first.
pub const FAMILIES: &str = "Inter, Helvetica, Arial, sans-serif";

/// CSS weight of [`Weight::Bold`]: the bundled bold is a semibold.
pub const BOLD_WEIGHT: u16 = 600;

/// Height of a capital or a digit above the baseline, in ems.
pub const CAPITAL_HEIGHT: f64 = CAPITAL / UNITS_PER_EM;

/// Height of the tallest letters above the baseline, in ems.
pub const ASCENT: f64 = ASCENDER / UNITS_PER_EM;

/// Depth of letters such as "p" below the baseline, in ems.
pub const DESCENT: f64 = DESCENDER / UNITS_PER_EM;

/// Distance between the baselines of successive lines, in ems.
pub const LINE_HEIGHT: f64 = 1.3;

/// Width in ems assumed for characters that the font lacks and another font will draw: at least their likely width.
const FOREIGN_ADVANCE: f64 = 1.0;

/// Returns the width of one line of text in points, at a font size in points.
pub fn text_width(content: &str, size: f64, weight: Weight) -> f64 {
    content.chars().map(|character| advance(character, weight)).sum::<f64>() * size
}

/// Breaks text at spaces into lines no wider than `width` points. A single wider word gets its own line.
pub fn wrap(content: &str, size: f64, weight: Weight, width: f64) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in content.split_whitespace() {
        if let Some(line) = lines.last_mut() {
            let longer = format!("{line} {word}");
            if text_width(&longer, size, weight) <= width {
                *line = longer;
                continue;
            }
        }
        lines.push(word.to_owned());
    }
    lines
}

/// Shortens text to `width` points; shortened text ends with an ellipsis.
pub fn shorten(content: &str, size: f64, weight: Weight, width: f64) -> String {
    let mut shortened = content.to_owned();
    let mut kept: Vec<char> = content.chars().collect();
    while text_width(&shortened, size, weight) > width && kept.pop().is_some() {
        shortened = kept.iter().collect::<String>().trim_end().to_owned() + "…";
    }
    shortened
}

/// Returns the advance width of a character in ems.
pub fn advance(character: char, weight: Weight) -> f64 {
    let column = match weight {
        Weight::Regular => 0,
        Weight::Bold => 1,
    };
    row(character).map_or(FOREIGN_ADVANCE, |row| f64::from(ADVANCES[row].1[column]) / UNITS_PER_EM)
}

/// Returns whether the font has a character.
pub fn covers(character: char) -> bool {
    row(character).is_some()
}

/// Returns the index of a character in the table.
fn row(character: char) -> Option<usize> {
    ADVANCES.binary_search_by_key(&u32::from(character), |&(code, _)| u32::from(code)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widths_are_those_of_the_face() {
        // Advance widths of "I", "N", "T", "8" in the file's hmtx table: 744, 2120, 1808, 1736 of 2816 units.
        let regular = text_width("INT8", 10.0, Weight::Regular);
        assert!((regular - 10.0 * (744.0 + 2120.0 + 1808.0 + 1736.0) / 2816.0).abs() < 1e-12, "{regular}");
        let bold = text_width("INT8", 10.0, Weight::Bold);
        assert!((bold - 10.0 * (774.0 + 2086.0 + 1858.0 + 1819.0) / 2816.0).abs() < 1e-12, "{bold}");
    }

    #[test]
    fn wrapped_lines_keep_every_word_and_the_width() {
        let text = "Data: published simulation, a formula plus noise";
        let lines = wrap(text, 9.0, Weight::Regular, 100.0);
        assert!(lines.len() > 1);
        assert_eq!(lines.join(" "), text);
        assert!(lines.iter().all(|line| text_width(line, 9.0, Weight::Regular) <= 100.0), "{lines:?}");
    }

    #[test]
    fn shortened_text_ends_with_an_ellipsis_and_fits() {
        let short = shorten("a_very_long_file_name.json", 9.0, Weight::Regular, 60.0);
        assert!(short.ends_with('…') && text_width(&short, 9.0, Weight::Regular) <= 60.0, "{short}");
        assert_eq!(shorten("short", 9.0, Weight::Regular, 60.0), "short");
    }
}
