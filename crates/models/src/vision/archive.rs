//! Images of a person's own: a zip with a folder a class, of PNG and JPEG files. What lies in no folder and is no image, such
//! as a licence, is passed over. Nothing is unpacked or decoded before its size is known to be reasonable.

use super::error::VisionError;
use super::generator::{CHANNELS, SIDE};
use super::images::Images;
use super::picture::Picture;
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// The largest image file, in bytes, packed or not.
const LARGEST: u64 = 20_000_000;

/// What all image files together may unpack to, in bytes.
const LARGEST_TOTAL: u64 = 500_000_000;

/// What all images together may have of pixels, so that decoding them ends within minutes.
const MOST_PIXELS: u64 = 1_000_000_000;

/// The most files in a zip.
const MOST_FILES: usize = 200_000;

/// The most classes, which is what a model tells apart.
const MOST_CLASSES: usize = 1000;

/// How names of images end.
const ENDINGS: [&str; 3] = [".png", ".jpg", ".jpeg"];

/// Why a zip gives no images.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// No zip, or one that is damaged.
    #[error(
        "This is no zip that can be read: {0}. Pack a folder of images a class into a zip, without a password."
    )]
    Zip(#[from] zip::result::ZipError),
    /// Too many files.
    #[error("The zip has {files} files. Give at most {MOST_FILES}.")]
    Files {
        /// How many it has.
        files: usize,
    },
    /// A file that cannot be unpacked: damaged, or larger than it states.
    #[error(
        "“{file}” in the zip cannot be unpacked: {reason}. It is damaged, or made to fill the memory. Pack it again."
    )]
    Packed {
        /// Its path.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// A file that says it is too large.
    #[error("“{file}” would unpack to {bytes} bytes. Give images of at most {LARGEST}.")]
    Large {
        /// Its path.
        file: String,
        /// What it says of itself.
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
    /// An image of too many pixels.
    #[error(
        "“{file}” has {width}×{height} pixels. Give images of at most {most} pixels; they are reduced to {SIDE}×{SIDE} anyway."
    )]
    Size {
        /// Its path.
        file: String,
        /// Pixels in a row.
        width: usize,
        /// Rows.
        height: usize,
        /// The most pixels.
        most: usize,
    },
    /// A file that is no image.
    #[error("“{file}” is no image that can be read: {reason}. Give PNG or JPEG files.")]
    Image {
        /// Its path.
        file: String,
        /// What is wrong.
        reason: String,
    },
    /// An image without a label.
    #[error(
        "“{file}” lies in no folder, so its label is not known. Put the images of every class into a folder of the class’s name."
    )]
    NoFolder {
        /// Its path.
        file: String,
    },
    /// Too many folders.
    #[error("The images lie in {classes} folders. Give at most {MOST_CLASSES} classes.")]
    Classes {
        /// How many there are.
        classes: usize,
    },
    /// Images that cannot be learned from: none, of one class, too few of one.
    #[error(transparent)]
    Images(#[from] VisionError),
}

/// The images of a zip, in the form that models see.
#[derive(Debug, Clone, PartialEq)]
pub struct Archive {
    /// CRC-32 of the zip.
    pub checksum: u32,
    /// The images, the largest square in the middle of each reduced to the generator's size; grey ones in three equal
    /// channels. Their labels are the folders, in alphabetical order.
    pub images: Images,
}

impl Archive {
    /// Reads a zip.
    ///
    /// # Errors
    /// [`ArchiveError`], for the first thing that is wrong.
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
    /// What [`from_bytes`](Self::from_bytes) reads: decoded, so that whoever keeps images needs no decoder to use them again.
    /// Classes and labels as JSON in a line, and behind it the pixels.
    ///
    /// # Errors
    /// serde_json's, which a list of texts and numbers gives no reason for.
    pub fn to_bytes(&self) -> Result<Vec<u8>, serde_json::Error> {
        let mut bytes = serde_json::to_vec(&(self.images.classes(), self.images.labels()))?;
        bytes.push(b'\n');
        (0..self.images.len()).for_each(|image| bytes.extend(self.images.pixels(image)));
        Ok(bytes)
    }

    /// The archive of a checksum from its bytes; none where they are damaged.
    pub fn from_bytes(checksum: u32, bytes: &[u8]) -> Option<Self> {
        let end = bytes.iter().position(|&byte| byte == b'\n')?;
        let (classes, labels) = serde_json::from_slice(&bytes[..end]).ok()?;
        let images = Images::new([SIDE, CHANNELS], classes, bytes[end + 1..].to_vec(), labels).ok()?;
        Some(Self { checksum, images })
    }
}

/// The label of an image: the name of the folder that it lies in. None for what is no image, or was put there by the
/// system that packed the zip.
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

/// The bytes of a file, no more of them than it says and than may still be.
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
    // What unpacks to more than it states is refused by the library; were it not, this would end it.
    file.by_ref().take(LARGEST).read_to_end(&mut bytes).map_err(|error| packed(error.to_string()))?;
    Ok(bytes)
}
