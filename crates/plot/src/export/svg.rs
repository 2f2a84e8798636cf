//! Scenes as SVG: real text in an embedded font, lengths in points, the summary as the picture's description.

use super::xml::escape;
use super::{ExportError, MANIFEST, Metadata, face, number, png};
use crate::font;
use crate::scene::{Anchor, Color, Command, Picture, Point, Scene, Stroke, Text, Weight};
use base64::prelude::{BASE64_STANDARD, Engine};

/// Writes a scene as an SVG document. Fails only if the pixels of a picture do not match its size.
pub fn write(scene: &Scene, metadata: &Metadata) -> Result<String, ExportError> {
    let (width, height) = (number(scene.width), number(scene.height));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}pt\" height=\"{height}pt\" \
         viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"{}\" stroke-linejoin=\"round\">\n\
         <title>{}</title>\n<desc>{}</desc>\n",
        font::FAMILIES,
        escape(metadata.title),
        escape(metadata.description),
    );
    if let Some(manifest) = metadata.manifest {
        svg += &format!("<metadata id=\"{MANIFEST}\">{}</metadata>\n", escape(manifest));
    }
    svg += &faces(scene);
    for command in &scene.commands {
        svg += &element(command)?;
        svg.push('\n');
    }
    Ok(svg + "</svg>\n")
}

/// Returns the CSS rules that embed the font weights used by a scene.
fn faces(scene: &Scene) -> String {
    let mut rules = String::new();
    for weight in [Weight::Regular, Weight::Bold] {
        if face::texts(scene).any(|text| text.weight == weight) {
            rules += &format!(
                "@font-face{{font-family:{};font-weight:{};src:url(data:font/otf;base64,{})}}\n",
                font::FAMILY,
                css_weight(weight),
                BASE64_STANDARD.encode(face::opentype(weight)),
            );
        }
    }
    if rules.is_empty() { rules } else { format!("<style>\n{rules}</style>\n") }
}

fn css_weight(weight: Weight) -> u16 {
    match weight {
        Weight::Regular => 400,
        Weight::Bold => font::BOLD_WEIGHT,
    }
}

fn element(command: &Command) -> Result<String, ExportError> {
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
        Weight::Bold => format!(" font-weight=\"{}\"", css_weight(Weight::Bold)),
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
        escape(&text.content),
    )
}

fn picture_element(picture: &Picture) -> Result<String, ExportError> {
    Ok(format!(
        "<image x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" preserveAspectRatio=\"none\" \
         style=\"image-rendering:pixelated\" href=\"data:image/png;base64,{}\"/>",
        number(picture.at.x),
        number(picture.at.y),
        number(picture.width),
        number(picture.height),
        BASE64_STANDARD.encode(png::picture(picture)?),
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
