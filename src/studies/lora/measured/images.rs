//! Images of a person's own in the worker: a zip is decoded once, and its images lie on the shelf as models see them.

use super::messages::ReadImages;
use super::record::ImagesFile;
use crate::kit::browser::Payload;
use crate::kit::browser::to_bytes;
use crate::kit::context::Context;
use crate::kit::protocol::Stopped;
use crate::kit::worker::Performing;
use crate::kit::worker::store::shelf;
use crate::kit::worker::{finished, read};
use bk_models::vision::archive::Archive;

/// What the images of a file are called on the shelf.
pub(super) fn images_name(checksum: u32) -> String {
    format!("images/{checksum:08x}")
}

/// Reads a zip, and keeps its images.
pub fn read_zip(task: Payload, _: &Context) -> Performing<'_> {
    Box::pin(async move {
        let ReadImages { name } = read(&task)?;
        let bytes = task.buffers.first().map(to_bytes).unwrap_or_default();
        let found = Archive::read(&bytes);
        let found = found.map_err(|error| Stopped::Failed(format!("“{name}” was not used. {error}")))?;
        let file = ImagesFile::of(&name, &found);
        shelf().await.put(&images_name(file.checksum), found.to_bytes()?).await;
        finished(file)
    })
}
