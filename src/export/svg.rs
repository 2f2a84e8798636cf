//! Scenes as SVG: real text in the bundled face or its nearest kin, lengths in points, the summary as the
//! picture's description.

use super::png::{self, PngError};
use crate::figure::font;
use crate::figure::scene::{Anchor, Color, Command, Picture, Point, Scene, Stroke, Text, Weight};

/// Writes a scene as an SVG document, with `metadata` (any text) embedded if given. Only a picture whose pixels do
/// not match its size can fail.
pub fn write(scene: &Scene, metadata: Option<&str>) -> Result<String, PngError> {
    let (width, height) = (number(scene.width), number(scene.height));
    let title = scene.summary.split_once(". ").map_or(scene.summary.as_str(), |(sentence, _)| sentence);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}pt\" height=\"{height}pt\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"{}\" stroke-linejoin=\"round\">\n\
         <title>{}</title>\n<desc>{}</desc>\n",
        font::FAMILIES,
        escaped(title),
        escaped(&scene.summary),
    );
    if let Some(metadata) = metadata {
        svg += &format!("<metadata>{}</metadata>\n", escaped(metadata));
    }
    for command in &scene.commands {
        svg += &element(command)?;
        svg.push('\n');
    }
    Ok(svg + "</svg>\n")
}

fn element(command: &Command) -> Result<String, PngError> {
    Ok(match command {
        Command::Line { points, stroke } => {
            format!("<polyline points=\"{}\" fill=\"none\"{}/>", list(points), outline(Some(stroke)))
        }
        Command::Area { points, fill, outline: edge } => {
            format!("<polygon points=\"{}\"{}{}/>", list(points), filled(*fill), outline(edge.as_ref()))
        }
        Command::Circle { center, radius, fill, outline: edge } => format!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\"{}{}/>",
            number(center.x),
            number(center.y),
            number(*radius),
            filled(*fill),
            outline(edge.as_ref()),
        ),
        Command::Text(text) => text_element(text),
        Command::Picture(picture) => picture_element(picture)?,
    })
}

fn text_element(text: &Text) -> String {
    let (x, y) = (number(text.at.x), number(text.at.y));
    let weight = match text.weight {
        Weight::Regular => String::new(),
        Weight::Bold => format!(" font-weight=\"{}\"", font::BOLD_WEIGHT),
    };
    let anchor = match text.anchor {
        Anchor::Start => "",
        Anchor::Middle => " text-anchor=\"middle\"",
        Anchor::End => " text-anchor=\"end\"",
    };
    let turn = match text.quarter_turns % 4 {
        0 => String::new(),
        turns => format!(" transform=\"rotate({} {x} {y})\"", -90 * i32::from(turns)),
    };
    format!(
        "<text x=\"{x}\" y=\"{y}\" font-size=\"{}\"{weight}{anchor}{turn}{}>{}</text>",
        number(text.size),
        filled(Some(text.color)),
        escaped(&text.content),
    )
}

fn picture_element(picture: &Picture) -> Result<String, PngError> {
    let bytes = png::encode(picture.columns, picture.rows, &picture.pixels, None)?;
    Ok(format!(
        "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" \
         style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{}\"/>",
        number(picture.at.x),
        number(picture.at.y),
        number(picture.width),
        number(picture.height),
        base64(&bytes),
    ))
}

fn list(points: &[Point]) -> String {
    let pairs: Vec<String> =
        points.iter().map(|point| format!("{},{}", number(point.x), number(point.y))).collect();
    pairs.join(" ")
}

fn filled(fill: Option<Color>) -> String {
    fill.map_or_else(|| " fill=\"none\"".into(), |color| painted("fill", color))
}

fn outline(stroke: Option<&Stroke>) -> String {
    let Some(stroke) = stroke else { return String::new() };
    let mut attributes = painted("stroke", stroke.color);
    attributes += &format!(" stroke-width=\"{}\"", number(stroke.width));
    if !stroke.dash.is_empty() {
        let lengths: Vec<String> = stroke.dash.iter().map(|&length| number(length)).collect();
        attributes += &format!(" stroke-dasharray=\"{}\"", lengths.join(" "));
    }
    attributes
}

fn painted(attribute: &str, color: Color) -> String {
    let mut painted = format!(" {attribute}=\"#{:02x}{:02x}{:02x}\"", color.red, color.green, color.blue);
    if color.alpha < 1.0 {
        painted += &format!(" {attribute}-opacity=\"{}\"", number(color.alpha));
    }
    painted
}

/// A coordinate to a thousandth of a point, which no eye and no printer tells from the next.
fn number(value: f64) -> String {
    let written = format!("{value:.3}");
    let short = written.trim_end_matches('0').trim_end_matches('.');
    if short == "-0" { "0".into() } else { short.into() }
}

/// Text as XML content; characters that XML cannot hold become U+FFFD.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\t' | '\n' => escaped.push(character),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            other => escaped.push(other),
        }
    }
    escaped
}

fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |index: usize| u32::from(group.get(index).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            if digit <= group.len() {
                text.push(char::from(ALPHABET[(bits >> (18 - 6 * digit)) as usize & 63]));
            } else {
                text.push('=');
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (plain, coded) in
            [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")]
        {
            assert_eq!(base64(plain.as_bytes()), coded);
        }
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([1.0, 0.5, -0.0001, 12.34567].map(number), ["1", "0.5", "0", "12.346"]);
    }
}
