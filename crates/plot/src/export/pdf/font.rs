//! One weight of the typeface in a PDF: the used glyphs as a CID-keyed CFF font, with a map back to characters (ISO
//! 32000-1, 9.7 and 9.10.3).

use crate::export::ExportError;
use crate::export::face;
use crate::export::face::Face;
use crate::scene::{Text, Weight};
use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::types::{CidFontType, FontFlags, SystemInfo, UnicodeCmap};
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, Str};
use subsetter::GlyphRemapper;
use ttf_parser::{RawFace, Tag};

/// Glyphs are addressed by their numbers in the subset.
const SYSTEM: SystemInfo = SystemInfo { registry: Str(b"Adobe"), ordering: Str(b"Identity"), supplement: 0 };

/// Units per em in PDF, independent of the font.
const UNITS_PER_EM: f64 = 1000.0;

/// A font under construction.
pub(super) struct Font {
    weight: Weight,
    face: Face,
    subset: GlyphRemapper,
    /// The character and the advance width in ems of each glyph of the subset, except the first, the empty box.
    letters: Vec<(char, f64)>,
}

impl Font {
    /// Creates a font that no text uses yet.
    pub(crate) fn new(weight: Weight) -> Result<Self, ExportError> {
        let (face, subset) = (Face::new(weight)?, GlyphRemapper::new());
        Ok(Font { weight, face, subset, letters: Vec::new() })
    }

    /// Returns whether any text uses the font.
    pub(super) fn is_used(&self) -> bool {
        !self.letters.is_empty()
    }

    /// Encodes a text as the numbers of its glyphs, two bytes each.
    pub(super) fn encode(&mut self, text: &Text) -> Vec<u8> {
        let mut encoded = Vec::new();
        for (letter, character) in self.face.letters(text).into_iter().zip(text.content.chars()) {
            let glyph = self.subset.remap(letter.glyph.0);
            if usize::from(glyph) > self.letters.len() {
                self.letters.push((character, letter.advance));
            }
            encoded.extend(glyph.to_be_bytes());
        }
        encoded
    }

    /// Writes the font as the object `id`; `next` returns the ids of further objects.
    pub(super) fn write(
        &self,
        pdf: &mut Pdf,
        id: Ref,
        mut next: impl FnMut() -> Ref,
    ) -> Result<(), ExportError> {
        let [cid, descriptor, map, program] = [next(), next(), next(), next()];
        let subset = subsetter::subset(face::opentype(self.weight), 0, &self.subset);
        let subset = subset.map_err(|error| ExportError::Pdf(error.to_string()))?;
        let outlines = RawFace::parse(&subset, 0)?.table(Tag::from_bytes(b"CFF "));
        let outlines = outlines.ok_or(ttf_parser::FaceParsingError::MalformedFont)?;
        let name = self.name(outlines);

        pdf.type0_font(id)
            .base_font(Name(format!("{name}-Identity-H").as_bytes()))
            .encoding_predefined(Name(b"Identity-H"))
            .descendant_font(cid)
            .to_unicode(map);
        let mut font = pdf.cid_font(cid);
        font.subtype(CidFontType::Type0).base_font(Name(name.as_bytes())).system_info(SYSTEM);
        font.font_descriptor(descriptor).default_width(0.0);
        let widths = self.letters.iter().map(|(_, advance)| (advance * UNITS_PER_EM) as f32);
        font.widths().consecutive(1, widths);
        font.finish();

        let metrics = self.face.metrics();
        let scaled = |value: i16| f32::from(value) * (UNITS_PER_EM / self.face.units_per_em()) as f32;
        let [left, bottom, right, top] = metrics.bounds.map(scaled);
        pdf.font_descriptor(descriptor)
            .name(Name(name.as_bytes()))
            .flags(FontFlags::SYMBOLIC)
            .bbox(Rect::new(left, bottom, right, top))
            .italic_angle(0.0)
            .ascent(scaled(metrics.ascender))
            .descent(scaled(metrics.descender))
            .cap_height(scaled(metrics.capital))
            .stem_v(self.stem())
            .font_file3(program);

        let mut unicode = UnicodeCmap::new(Name(b"Custom"), SYSTEM);
        for (glyph, (character, _)) in (1u16..).zip(&self.letters) {
            unicode.pair(glyph, *character);
        }
        let unicode = compress_to_vec_zlib(&unicode.finish(), super::COMPRESSION);
        pdf.cmap(map, &unicode).filter(Filter::FlateDecode);
        let outlines = compress_to_vec_zlib(outlines, super::COMPRESSION);
        let mut stream = pdf.stream(program, &outlines);
        stream.filter(Filter::FlateDecode).pair(Name(b"Subtype"), Name(b"CIDFontType0C"));
        Ok(())
    }

    /// Returns the font's name after a prefix of six letters that identifies this subset.
    fn name(&self, outlines: &[u8]) -> String {
        let mut number = crc32fast::hash(outlines);
        let mut letters = String::new();
        for _ in 0..6 {
            letters.push(char::from(b'A' + (number % 26) as u8));
            number /= 26;
        }
        match self.weight {
            Weight::Regular => letters + "+Inter-Regular",
            Weight::Bold => letters + "+Inter-SemiBold",
        }
    }

    /// Returns the thickness of vertical stems; programs use it only to choose a replacement font.
    fn stem(&self) -> f32 {
        match self.weight {
            Weight::Regular => 95.0,
            Weight::Bold => 144.0,
        }
    }
}
