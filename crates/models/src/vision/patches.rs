//! Images as rows of patches.

use super::architecture::VisionTransformer;
use super::error::VisionError;
use super::images::Images;
use candle_core::{DType, Device, Tensor};

/// Middle and spread of the bytes: what a model sees lies within ±1.
const MIDDLE: f64 = 127.5;

/// The patches of some images, `[images·patches, channels·patch²]`: patches from above and from the left, in a patch its
/// channels one after the other, each row by row, as the convolution of DeiT counts them.
///
/// # Errors
/// [`VisionError::Empty`] for no images, [`VisionError::NoImage`] for one that is not there, [`VisionError::Form`] where they
/// are none of the model's form.
pub(super) fn patches(
    architecture: &VisionTransformer,
    images: &Images,
    chosen: &[usize],
    precision: DType,
) -> Result<Tensor, VisionError> {
    let &VisionTransformer { side, channels, patch, .. } = architecture;
    if (images.side(), images.channels()) != (side, channels) {
        return Err(VisionError::Form {
            side: images.side(),
            channels: images.channels(),
            model_side: side,
            model_channels: channels,
        });
    }
    if chosen.is_empty() {
        return Err(VisionError::Empty);
    }
    if let Some(&image) = chosen.iter().find(|&&image| image >= images.len()) {
        return Err(VisionError::NoImage { image, images: images.len() });
    }
    let along = side / patch;
    let mut values = Vec::with_capacity(chosen.len() * side * side * channels);
    for &image in chosen {
        let pixels = images.pixels(image);
        for (top, left) in (0..along * along).map(|place| (place / along * patch, place % along * patch)) {
            for channel in 0..channels {
                for row in top..top + patch {
                    let bytes =
                        (left..left + patch).map(|column| pixels[(row * side + column) * channels + channel]);
                    values.extend(bytes.map(|byte| f64::from(byte) / MIDDLE - 1.0));
                }
            }
        }
    }
    let rows = chosen.len() * along * along;
    let tensor = Tensor::from_vec(values, (rows, architecture.patch_size()), &Device::Cpu)?;
    Ok(tensor.to_dtype(precision)?)
}
