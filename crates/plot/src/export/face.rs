//! The bundled typeface for files: the font data, its glyphs, and their outlines.

use super::ExportError;
use crate::Scene;
use crate::font;
use crate::scene::{Anchor, Command, Text, Weight};
use std::collections::BTreeSet;
use ttf_parser::{GlyphId, OutlineBuilder};

/// One weight of the typeface.
pub(super) struct Face {
    parsed: ttf_parser::Face<'static>,
}

/// One glyph of a text.
pub(super) struct Letter {
    /// The glyph to draw.
    pub(super) glyph: GlyphId,
    /// Distance from this glyph's origin to the next one's, in ems.
    pub(super) advance: f64,
}

/// Measures of the whole font, in font units.
pub(super) struct Metrics {
    /// Left, bottom, right, and top of the box that encloses every glyph.
    pub(super) bounds: [i16; 4],
    /// Height above the baseline.
    pub(super) ascender: i16,
    /// Depth below the baseline, negative.
    pub(super) descender: i16,
    /// Height of capitals.
    pub(super) capital: i16,
}

impl Face {
    /// Parses a weight of the typeface. Fails if the font cannot be read.
    pub(crate) fn new(weight: Weight) -> Result<Self, ExportError> {
        Ok(Face { parsed: ttf_parser::Face::parse(opentype(weight), 0)? })
    }

    /// Returns the number of font units per em.
    pub(super) fn units_per_em(&self) -> f64 {
        f64::from(self.parsed.units_per_em())
    }

    /// Returns the measures that a document states about an embedded font.
    pub(super) fn metrics(&self) -> Metrics {
        let (face, bounds) = (&self.parsed, self.parsed.global_bounding_box());
        Metrics {
            bounds: [bounds.x_min, bounds.y_min, bounds.x_max, bounds.y_max],
            ascender: face.ascender(),
            descender: face.descender(),
            capital: face.capital_height().unwrap_or(face.ascender()),
        }
    }

    /// Returns the glyphs of a text; a character that the font lacks becomes its empty box.
    pub(super) fn letters(&self, text: &Text) -> Vec<Letter> {
        let letter = |character: char| Letter {
            glyph: self.parsed.glyph_index(character).unwrap_or_default(),
            advance: font::advance(character, text.weight),
        };
        text.content.chars().map(letter).collect()
    }

    /// Draws a glyph, y upward, in font units.
    pub(super) fn outline(&self, glyph: GlyphId, builder: &mut dyn OutlineBuilder) {
        // A glyph without an outline, such as the space, draws nothing.
        let _ = self.parsed.outline_glyph(glyph, builder);
    }
}

/// Returns the font file of a weight.
pub(super) fn opentype(weight: Weight) -> &'static [u8] {
    match weight {
        Weight::Regular => include_bytes!("../../../../www/fonts/Inter-Regular.otf"),
        Weight::Bold => include_bytes!("../../../../www/fonts/Inter-SemiBold.otf"),
    }
}

/// Returns the offset from a text's reference point to its first letter, along the line, in points.
pub(super) fn start(text: &Text) -> f64 {
    let width = font::text_width(&text.content, text.size, text.weight);
    match text.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => -width / 2.0,
        Anchor::End => -width,
    }
}

/// Returns the texts of a scene.
pub(super) fn texts(scene: &Scene) -> impl Iterator<Item = &Text> {
    scene.commands.iter().filter_map(|command| match command {
        Command::Text(text) => Some(text),
        _ => None,
    })
}

/// Fails with the characters that the bundled font lacks, if a scene has any.
pub(super) fn check(scene: &Scene) -> Result<(), ExportError> {
    let characters: BTreeSet<char> = texts(scene).flat_map(|text| text.content.chars()).collect();
    let lacking: String = characters.into_iter().filter(|&character| !font::covers(character)).collect();
    if lacking.is_empty() { Ok(()) } else { Err(ExportError::Characters(lacking)) }
}
