//! Errors of images and vision transformers. Each names the invalid value and a remedy.

use crate::ModelError;

/// Why images cannot be used, or a model cannot be built or computed.
#[derive(Debug, thiserror::Error)]
pub enum VisionError {
    /// No images.
    #[error("There are no images. Give some of each class, in one folder per class.")]
    Empty,
    /// All images are of one class.
    #[error(
        "All {images} images are of one class, “{class}”. Give images of at least two classes, in one folder per class."
    )]
    OneClass {
        /// Number of images.
        images: usize,
        /// The class.
        class: String,
    },
    /// A class with too few images for training, validation, and held-out images.
    #[error(
        "The class “{class}” has {images} images. Give at least {least}: one each for training, validation, and evaluation."
    )]
    TooFew {
        /// The class.
        class: String,
        /// Number of its images.
        images: usize,
        /// The smallest number allowed.
        least: usize,
    },
    /// A label without a class.
    #[error("Image {image} has the label {label}, but there are {classes} classes. Labels count from 0.")]
    Label {
        /// The image, counted from 0.
        image: usize,
        /// Its label.
        label: u32,
        /// Number of classes.
        classes: usize,
    },
    /// The number of bytes does not match the images.
    #[error("There are {found} bytes for {images} images of {side}×{side} pixels in {channels} channels.")]
    Pixels {
        /// Number of bytes.
        found: usize,
        /// Number of images.
        images: usize,
        /// Pixels along a side.
        side: usize,
        /// Color channels per pixel.
        channels: usize,
    },
    /// An image that does not exist.
    #[error("Image {image} does not exist. There are {images} images, counted from 0.")]
    NoImage {
        /// The requested image.
        image: usize,
        /// Number of images.
        images: usize,
    },
    /// Images with another size or number of channels than the model needs.
    #[error(
        "The images have {side}×{side} pixels in {channels} channels, but the model needs {model_side}×{model_side} in {model_channels}. Give images of that form."
    )]
    Form {
        /// Pixels along a side of the images.
        side: usize,
        /// Color channels of the images.
        channels: usize,
        /// Pixels along a side for the model.
        model_side: usize,
        /// Color channels for the model.
        model_channels: usize,
    },
    /// Images with another number of classes than the model.
    #[error(
        "The images have {images} classes, but the model has {model}. Give the model a head for {images} classes."
    )]
    Classes {
        /// Classes of the images.
        images: usize,
        /// Classes of the model.
        model: usize,
    },
    /// A side that whole patches do not fill.
    #[error(
        "Patches of {patch} pixels do not fill a side of {side} pixels. Choose a side that {patch} divides."
    )]
    Patches {
        /// Pixels along a side.
        side: usize,
        /// Pixels along the side of a patch.
        patch: usize,
    },
    /// An embedding width that cannot be divided among the heads.
    #[error("A width of {width} cannot be divided among {heads} heads. Choose a width that {heads} divides.")]
    Heads {
        /// Embedding width.
        width: usize,
        /// Attention heads.
        heads: usize,
    },
    /// An adapter without a linear map to adapt.
    #[error("The adapter has no linear map to adapt. Choose at least one.")]
    NoTarget,
    /// A memory limit below the need of one image.
    #[error(
        "A training step with one image at a time needs {least} bytes of memory, but the limit is {limit}. Raise or remove the limit."
    )]
    Memory {
        /// Bytes that a step needs at least.
        least: u64,
        /// The limit, in bytes.
        limit: u64,
    },
    /// An error of the model.
    #[error(transparent)]
    Model(#[from] ModelError),
}

impl From<candle_core::Error> for VisionError {
    fn from(error: candle_core::Error) -> Self {
        Self::Model(error.into())
    }
}
