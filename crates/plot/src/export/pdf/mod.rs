//! Scenes as PDF: real text in an embedded subset of the font, true transparency.
//!
//! This module assembles the document object by object. A library for whole documents would add half a megabyte of font
//! code to the page, none of which a single unhinted typeface needs.

mod content;
mod font;

use super::{APPLICATION, ExportError, Metadata, png};
use crate::Scene;
use crate::scene::Picture;
use content::Page;
use miniz_oxide::deflate::compress_to_vec_zlib;
use pdf_writer::writers::ExtGraphicsState;
use pdf_writer::{Filter, Finish, Name, Pdf, Rect, Ref, TextStr};
use xmp_writer::{CustomNamespace, Namespace, XmpWriter};

/// The newest version that pdfLaTeX includes without a warning; transparency came with 1.4.
const VERSION: (u8, u8) = (1, 5);

/// The compression level, 0 to 10: the default.
const COMPRESSION: u8 = 6;

/// Names of the two font weights on the page.
const REGULAR: Name = Name(b"Regular");
const BOLD: Name = Name(b"Bold");

/// The start and end tags of the metadata element that holds the manifest. Metadata is not compressed, so the manifest
/// can be found without parsing the rest.
pub(super) const MANIFEST: [&str; 2] = ["<bklab:manifest>", "</bklab:manifest>"];

/// Writes a scene as a PDF of one page. The file contains neither a date nor a random identifier, so the same scene
/// gives the same bytes.
pub(super) fn write(scene: &Scene, metadata: &Metadata) -> Result<Vec<u8>, ExportError> {
    let mut last = Ref::new(1);
    let mut next = || last.bump();
    let [catalog, pages, page, content, properties, info] = [next(), next(), next(), next(), next(), next()];
    let [regular, bold] = [next(), next()];
    let mut pdf = Pdf::new();
    pdf.set_version(VERSION.0, VERSION.1);

    let drawn = Page::new(scene)?;
    let operators = compress_to_vec_zlib(&drawn.content.finish(), COMPRESSION);
    pdf.stream(content, &operators).filter(Filter::FlateDecode);
    let mut fonts = Vec::new();
    for (name, id, font) in [(REGULAR, regular, &drawn.regular), (BOLD, bold, &drawn.bold)] {
        if font.is_used() {
            font.write(&mut pdf, id, &mut next)?;
            fonts.push((name, id));
        }
    }
    let mut pictures = Vec::new();
    for picture in drawn.pictures {
        let (id, mask) = (next(), next());
        write_picture(&mut pdf, picture, id, mask);
        pictures.push(id);
    }

    pdf.catalog(catalog).pages(pages).metadata(properties).lang(TextStr("en"));
    pdf.pages(pages).kids([page]).count(1);
    let mut sheet = pdf.page(page);
    sheet.parent(pages).contents(content);
    sheet.media_box(Rect::new(0.0, 0.0, scene.width as f32, scene.height as f32));
    let mut resources = sheet.resources();
    resources.fonts().pairs(fonts);
    let mut x_objects = resources.x_objects();
    for (index, &id) in pictures.iter().enumerate() {
        x_objects.pair(Name(picture_name(index).as_bytes()), id);
    }
    x_objects.finish();
    let mut states = resources.ext_g_states();
    for (index, &opacity) in drawn.opacities.iter().enumerate() {
        let mut state = states.insert(Name(opacity_name(index).as_bytes())).start::<ExtGraphicsState>();
        state.stroking_alpha(opacity as f32).non_stroking_alpha(opacity as f32);
    }
    states.finish();
    resources.finish();
    sheet.finish();

    let mut document = pdf.document_info(info);
    document.title(TextStr(metadata.title)).subject(TextStr(metadata.description));
    document.creator(TextStr(APPLICATION)).producer(TextStr(APPLICATION));
    document.finish();
    let packet = packet(metadata);
    pdf.metadata(properties, packet.as_bytes());
    Ok(pdf.finish())
}

/// Returns the resource name of an opacity.
fn opacity_name(index: usize) -> String {
    format!("Opacity{index}")
}

/// Returns the resource name of a picture.
fn picture_name(index: usize) -> String {
    format!("Picture{index}")
}

/// Writes a picture, with a mask if it has translucent pixels.
fn write_picture(pdf: &mut Pdf, picture: &Picture, id: Ref, mask: Ref) {
    let (columns, rows) = (picture.columns as i32, picture.rows as i32);
    let pixels = || picture.pixels.chunks_exact(png::CHANNELS);
    let colors: Vec<u8> = pixels().flat_map(|pixel| &pixel[..3]).copied().collect();
    let opacities: Vec<u8> = pixels().map(|pixel| pixel[3]).collect();
    let translucent = opacities.iter().any(|&opacity| opacity != u8::MAX);

    let colors = compress_to_vec_zlib(&colors, COMPRESSION);
    let mut image = pdf.image_xobject(id, &colors);
    image.filter(Filter::FlateDecode);
    image.width(columns).height(rows).bits_per_component(8).color_space().device_rgb();
    if translucent {
        image.s_mask(mask);
    }
    image.finish();
    if translucent {
        let opacities = compress_to_vec_zlib(&opacities, COMPRESSION);
        let mut image = pdf.image_xobject(mask, &opacities);
        image.filter(Filter::FlateDecode);
        image.width(columns).height(rows).bits_per_component(8).color_space().device_gray();
    }
}

/// Returns the XMP packet: title, description, program, and manifest.
fn packet(metadata: &Metadata) -> String {
    let mut packet = XmpWriter::new();
    packet.title([(None, metadata.title)]).description([(None, metadata.description)]);
    packet.creator_tool(APPLICATION).producer(APPLICATION).format("application/pdf");
    if let Some(manifest) = metadata.manifest {
        let namespace = CustomNamespace::new("BK Lab", "bklab", "urn:bk-lab");
        packet.element("manifest", Namespace::Custom(Box::new(namespace))).value(manifest);
    }
    packet.finish(None)
}
