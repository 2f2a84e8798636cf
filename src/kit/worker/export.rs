//! Figures as files: the same work for every study.

use super::{Perform, Performing, finished, read};
use crate::kit::browser::{Payload, attach_pixels, to_bytes};
use crate::kit::context::Context;
use crate::kit::protocol::{Export, WrittenFile};
use bk_plot::export::{self, Format, Metadata};

/// Returns what does the task of a name.
pub fn work(task: &str) -> Option<Perform> {
    match task {
        "figure" => Some(figure),
        _ => None,
    }
}

/// A figure as a file.
fn figure(task: Payload, _: &Context) -> Performing<'_> {
    Box::pin(async move {
        let Export { mut scene, format, dpi, manifest } = read(&task)?;
        if format != Format::Png {
            attach_pixels(&mut scene, &task.buffers);
        }
        let metadata = Metadata::new(&scene, manifest.as_deref());
        let bytes = if format == Format::Png {
            let painted = task.buffers.first().map(to_bytes).unwrap_or_default();
            export::png::stamp(&painted, dpi, &metadata)?
        } else {
            export::export(&scene, &metadata, format, dpi)?
        };
        finished(WrittenFile { bytes })
    })
}
