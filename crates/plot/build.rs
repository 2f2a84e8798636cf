//! Writes the metrics of the bundled typeface as a Rust table. The layout of a figure is therefore the same on every
//! machine, and the page needs no font parser.

use std::{env, error::Error, fmt::Write, fs, path::Path};
use ttf_parser::Face;

const REGULAR: &str = "../../www/fonts/Inter-Regular.otf";
const BOLD: &str = "../../www/fonts/Inter-SemiBold.otf";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={REGULAR}");
    println!("cargo::rerun-if-changed={BOLD}");
    let (regular, bold) = (fs::read(REGULAR)?, fs::read(BOLD)?);
    let (regular, bold) = (Face::parse(&regular, 0)?, Face::parse(&bold, 0)?);
    if regular.units_per_em() != bold.units_per_em() {
        return Err("the two weights have different units per em".into());
    }

    let mut table = String::new();
    writeln!(table, "const UNITS_PER_EM: f64 = {:?};", f64::from(regular.units_per_em()))?;
    writeln!(table, "const CAPITAL: f64 = {:?};", top_of(&regular, 'H')?)?;
    writeln!(table, "const ASCENDER: f64 = {:?};", top_of(&regular, 'd')?)?;
    writeln!(table, "const DESCENDER: f64 = {:?};", bottom_of(&regular, 'p')?)?;
    let characters = characters(&regular)?;
    writeln!(table, "static ADVANCES: [(u16, [u16; 2]); {}] = [", characters.len())?;
    for character in characters {
        let advances = [advance(&regular, character)?, advance(&bold, character)?];
        writeln!(table, "    ({}, {advances:?}),", u32::from(character))?;
    }
    writeln!(table, "];")?;
    fs::write(Path::new(&env::var("OUT_DIR")?).join("advances.rs"), table)?;
    Ok(())
}

/// Returns the characters below U+10000 that the face has, sorted.
fn characters(face: &Face) -> Result<Vec<char>, &'static str> {
    let map = face.tables().cmap.ok_or("the face has no character map")?;
    let mut characters = Vec::new();
    for subtable in map.subtables.into_iter().filter(|subtable| subtable.is_unicode()) {
        subtable.codepoints(|code| characters.extend(char::from_u32(code)));
    }
    characters.retain(|&character| u32::from(character) < 0x1_0000 && face.glyph_index(character).is_some());
    characters.sort_unstable();
    characters.dedup();
    Ok(characters)
}

fn advance(face: &Face, character: char) -> Result<u16, String> {
    let glyph = face.glyph_index(character);
    glyph.and_then(|glyph| face.glyph_hor_advance(glyph)).ok_or(format!("no advance width for {character:?}"))
}

/// Height of a letter's top above the baseline, in font units.
fn top_of(face: &Face, letter: char) -> Result<f64, String> {
    let glyph = face.glyph_index(letter).and_then(|glyph| face.glyph_bounding_box(glyph));
    glyph.map(|bounds| f64::from(bounds.y_max)).ok_or(format!("no outline for {letter:?}"))
}

/// Depth of a letter's bottom below the baseline, in font units.
fn bottom_of(face: &Face, letter: char) -> Result<f64, String> {
    let glyph = face.glyph_index(letter).and_then(|glyph| face.glyph_bounding_box(glyph));
    glyph.map(|bounds| -f64::from(bounds.y_min)).ok_or(format!("no outline for {letter:?}"))
}
