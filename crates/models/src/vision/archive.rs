//! Images from a zip file with one folder of PNG and JPEG files per class. Files that are not images, such as a
//! license, are skipped. The size of a file is checked before it is unpacked, and the size of an image before it is
//! decoded.

use super::error::VisionError;
use super::generator::{CHANNELS, SIDE};
use super::images::Images;
use super::picture::Picture;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// Largest size of an image file, packed or unpacked, in bytes.
const LARGEST: u64 = 20_000_000;

/// Largest size of all image files together, unpacked, in bytes.
const LARGEST_TOTAL: u64 = 500_000_000;

/// Largest number of pixels of all images together, so that decoding takes minutes at most.
const MOST_PIXELS: u64 = 1_000_000_000;

/// Largest number of files in a zip.
const MOST_FILES: usize = 200_000;

/// Largest number of classes that a model can have.
const MOST_CLASSES: usize = 1000;

/// File extensions of images.
const ENDINGS: [&str; 3] = [".png", ".jpg", ".jpeg"];

/// Why images cannot be read from a zip.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// Not a zip, or a damaged one.
    #[error(
        "This is no zip that can be read: {0}. Pack one folder of images per class into a zip, without a password."
    )]
    Zip(#[from] zip::result::ZipError),
    /// Too many files.
    #[error("The zip has {files} files. Give at most {MOST_FILES}.")]
    Files {
        /// Number of files in the zip.
        files: usize,
    },
    /// A file that cannot be unpacked, because it is damaged or larger than its stated size.
    #[error(
        "“{file}” in the zip cannot be unpacked: {reason}. It is damaged, or built to exhaust memory. Pack it again."
    )]
    Packed {
        /// Its path.
        file: String,
        /// The cause.
        reason: String,
    },
    /// A file whose stated size is too large.
    #[error("“{file}” would unpack to {bytes} bytes. Give images of at most {LARGEST}.")]
    Large {
        /// Its path.
        file: String,
        /// Its stated size, in bytes.
        bytes: u64,
    },
    /// All files together are too large.
    #[error("The images would unpack to more than {LARGEST_TOTAL} bytes. Give fewer or smaller ones.")]
    LargeTotal,
    /// All images together have too many pixels.
    #[error(
        "The images have more than {MOST_PIXELS} pixels together. Give fewer or smaller ones; they are reduced to {SIDE}×{SIDE} anyway."
    )]
    Pixels,
    /// An image with too many pixels.
    #[error(
        "“{file}” has {width}×{height} pixels. Give images of at most {most} pixels; they are reduced to {SIDE}×{SIDE} anyway."
    )]
    Size {
        /// Its path.
        file: String,
        /// Width in pixels.
        width: usize,
        /// Height in pixels.
        height: usize,
        /// Largest number of pixels.
        most: usize,
    },
    /// A file that cannot be decoded as an image.
    #[error("“{file}” cannot be read as an image: {reason}. Give PNG or JPEG files.")]
    Image {
        /// Its path.
        file: String,
        /// The cause.
        reason: String,
    },
    /// An image without a label.
    #[error(
        "“{file}” lies in no folder, so its label is not known. Put the images of each class into a folder named after the class."
    )]
    NoFolder {
        /// Its path.
        file: String,
    },
    /// Too many folders.
    #[error("The images lie in {classes} folders. Give at most {MOST_CLASSES} classes.")]
    Classes {
        /// Number of folders.
        classes: usize,
    },
    /// Images that cannot be used for training: none, only one class, or a class with too few images.
    #[error(transparent)]
    Images(#[from] VisionError),
}

/// The images of a zip, in the form that models use.
#[derive(Debug, Clone, PartialEq)]
pub struct Archive {
    /// CRC-32 of the zip.
    pub checksum: u32,
    /// The images. The largest central square of each is reduced to the size of generated images; gray images have
    /// three equal channels. The labels are the folders, in alphabetical order.
    pub images: Images,
}

impl Archive {
    /// Reads a zip.
    ///
    /// # Errors
    /// Returns the first [`ArchiveError`] found.
    pub fn read(zip: &[u8]) -> Result<Self, ArchiveError> {
        let mut archive = ZipArchive::new(Cursor::new(zip))?;
        let mut folders = BTreeMap::<String, Vec<u8>>::new();
        if archive.len() > MOST_FILES {
            return Err(ArchiveError::Files { files: archive.len() });
        }
        let (mut unpacked, mut pixels) = (0, 0);
        for place in 0..archive.len() {
            let path = archive.by_index_raw(place)?.name()?.into_owned();
            let Some(label) = label(&path)? else { continue };
            let bytes = unpack(&mut archive, place, &path, LARGEST_TOTAL - unpacked)?;
            unpacked += bytes.len() as u64;
            let picture = Picture::decode(&path, &bytes, |width, height| {
                pixels += (width * height) as u64;
                pixels <= MOST_PIXELS
            })?;
            folders.entry(label).or_default().extend(picture.reduced(SIDE));
        }
        if folders.len() > MOST_CLASSES {
            return Err(ArchiveError::Classes { classes: folders.len() });
        }
        let size = SIDE * SIDE * CHANNELS;
        let labels = folders.values().zip(0..).flat_map(|(all, label)| vec![label; all.len() / size]);
        let labels = labels.collect();
        let (classes, pixels): (Vec<String>, Vec<Vec<u8>>) = folders.into_iter().unzip();
        let images = Images::new([SIDE, CHANNELS], classes, pixels.concat(), labels)?;
        images.members()?;
        Ok(Self { checksum: crc32fast::hash(zip), images })
    }
}

impl Archive {
    /// Serializes the decoded images for [`from_bytes`](Self::from_bytes), so that stored images need no decoder. The
    /// classes and labels are one line of JSON; the pixels follow.
    ///
    /// # Errors
    /// Returns the error of serde_json, which does not occur for lists of strings and numbers.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec(&(self.images.classes(), self.images.labels()))?;
        bytes.push(b'\n');
        (0..self.images.len()).for_each(|image| bytes.extend(self.images.pixels(image)));
        Ok(bytes)
    }

    /// Reads the bytes of [`to_bytes`](Self::to_bytes); `checksum` is that of the zip. Returns `None` if the bytes are
    /// damaged.
    pub fn from_bytes(checksum: u32, bytes: &[u8]) -> Option<Self> {
        let end = bytes.iter().position(|&byte| byte == b'\n')?;
        let (classes, labels) = serde_json::from_slice(&bytes[..end]).ok()?;
        let images = Images::new([SIDE, CHANNELS], classes, bytes[end + 1..].to_vec(), labels).ok()?;
        Some(Self { checksum, images })
    }
}

/// Returns the label of an image: the name of its folder. Returns `None` for a file that is not an image or that the
/// packing system added.
fn label(path: &str) -> Result<Option<String>, ArchiveError> {
    let mut parts: Vec<&str> = path.split(['/', '\\']).filter(|part| !part.is_empty()).collect();
    let is_image = ENDINGS.iter().any(|ending| path.to_ascii_lowercase().ends_with(ending));
    let is_hidden = parts.iter().any(|part| part.starts_with('.') || *part == "__MACOSX");
    if !is_image || is_hidden {
        return Ok(None);
    }
    parts.pop();
    match parts.pop() {
        Some(folder) => Ok(Some(folder.to_owned())),
        None => Err(ArchiveError::NoFolder { file: path.to_owned() }),
    }
}

/// Unpacks a file. Its stated size must be within the limit and at most `left` bytes.
fn unpack(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    place: usize,
    path: &str,
    left: u64,
) -> Result<Vec<u8>, ArchiveError> {
    let packed = |reason: String| ArchiveError::Packed { file: path.to_owned(), reason };
    let mut file = archive.by_index(place).map_err(|error| packed(error.to_string()))?;
    let stated = file.size();
    if stated > LARGEST {
        return Err(ArchiveError::Large { file: path.to_owned(), bytes: stated });
    }
    if stated > left {
        return Err(ArchiveError::LargeTotal);
    }
    let mut bytes = vec![];
    // The library refuses a file that unpacks to more than it states; this limit holds even if it did not.
    file.by_ref().take(LARGEST).read_to_end(&mut bytes).map_err(|error| packed(error.to_string()))?;
    Ok(bytes)
}
