//! Scenes as PDF: real text in an embedded subset of the face, true transparency.
//!
//! The document is put together here, object by object: a library for whole documents would bring half a
//! megabyte of font machinery into the browser, of which one unhinted face needs nothing.

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

/// The level of compression, 0 to 10: the usual one.
const COMPRESSION: u8 = 6;

/// Names of the two weights on the page.
const REGULAR: Name = Name(b"Regular");
const BOLD: Name = Name(b"Bold");

/// The element of the properties that holds the manifest, as it begins and ends; they are not compressed, so
/// that it can be found without reading the rest.
pub(super) const MANIFEST: [&str; 2] = ["<bklab:manifest>", "</bklab:manifest>"];

/// Writes a scene as a PDF of one page. There is no date in it and no random identifier, so that the same
/// scene gives the same bytes.
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

/// The name of an opacity on the page.
fn opacity_name(index: usize) -> String {
    format!("Opacity{index}")
}

/// The name of a picture on the page.
fn picture_name(index: usize) -> String {
    format!("Picture{index}")
}

/// Writes a picture, its opacities as a mask where it has any.
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

/// What the file says of itself, and the manifest, as XMP.
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
