//! What can go wrong with images and the models that see them, each with the value that was wrong and what to do about it.

use crate::ModelError;

/// Why images could not be learned from, or a model could not be had.
#[derive(Debug, thiserror::Error)]
pub enum VisionError {
    /// No images.
    #[error("There are no images. Give some of every class, in a folder a class.")]
    Empty,
    /// Nothing to tell apart.
    #[error(
        "All {images} images are of one class, “{class}”. Give images of at least two classes, in a folder each."
    )]
    OneClass {
        /// How many there are.
        images: usize,
        /// The class.
        class: String,
    },
    /// A class of too few images to be learned from, chosen by and judged by.
    #[error(
        "The class “{class}” has {images} images. Give at least {least}, so that some are left to choose and to judge by."
    )]
    TooFew {
        /// The class.
        class: String,
        /// How many there are.
        images: usize,
        /// The fewest that are enough.
        least: usize,
    },
    /// A label without a class.
    #[error("Image {image} has the label {label}, but there are {classes} classes. Labels count from 0.")]
    Label {
        /// Which image, counted from 0.
        image: usize,
        /// Its label.
        label: u32,
        /// How many classes there are.
        classes: usize,
    },
    /// Bytes that are not all images.
    #[error("There are {found} bytes for {images} images of {side}×{side} pixels in {channels} channels.")]
    Pixels {
        /// How many bytes there are.
        found: usize,
        /// How many images.
        images: usize,
        /// Pixels along a side.
        side: usize,
        /// Numbers a pixel.
        channels: usize,
    },
    /// An image that is not there.
    #[error("There is no image {image} among {images}. They count from 0.")]
    NoImage {
        /// Which one was asked for.
        image: usize,
        /// How many there are.
        images: usize,
    },
    /// Images of another form than the model's.
    #[error(
        "The images have {side}×{side} pixels in {channels} channels, but the model sees {model_side}×{model_side} in {model_channels}. Give images of its form."
    )]
    Form {
        /// Pixels along a side.
        side: usize,
        /// Numbers a pixel.
        channels: usize,
        /// What the model sees.
        model_side: usize,
        /// Numbers a pixel that it sees.
        model_channels: usize,
    },
    /// Images of another number of classes than the model tells apart.
    #[error(
        "The images are of {images} classes, but the model tells {model} apart. Give it a head of {images}."
    )]
    Classes {
        /// Classes of the images.
        images: usize,
        /// Classes of the model.
        model: usize,
    },
    /// A side that is not made of whole patches.
    #[error(
        "Images of {side} pixels a side are not made of patches of {patch}. Choose a side that {patch} divides."
    )]
    Patches {
        /// Pixels along a side.
        side: usize,
        /// Pixels along the side of a patch.
        patch: usize,
    },
    /// A width that is not made of whole heads.
    #[error("A width of {width} cannot be shared by {heads} heads. Choose a width that {heads} divides.")]
    Heads {
        /// Numbers a token.
        width: usize,
        /// Heads of attention.
        heads: usize,
    },
    /// An adapter without a place.
    #[error("The adapter has no linear map to adapt. Choose at least one.")]
    NoTarget,
    /// A limit of memory below what one image takes.
    #[error(
        "A step of training with one image at once takes {least} bytes of memory, and the limit is {limit}. Raise the limit, or take none."
    )]
    Memory {
        /// Bytes that a step takes at least.
        least: u64,
        /// The limit.
        limit: u64,
    },
    /// What the model refused.
    #[error(transparent)]
    Model(#[from] ModelError),
}

impl From<candle_core::Error> for VisionError {
    fn from(error: candle_core::Error) -> Self {
        Self::Model(error.into())
    }
}
