//! Division of images into patches.

use super::architecture::VisionTransformer;
use super::error::VisionError;
use super::images::Images;
use candle_core::{DType, Device, Tensor};

/// Center and half range of the bytes: scaled values lie within ±1.
const MIDDLE: f64 = 127.5;

/// Returns the patches of the chosen images, `[images·patches, channels·patch²]`. Patches are ordered from the top and
/// from the left. A patch holds its channels one after the other, each row by row, like the convolution of DeiT.
///
/// # Errors
/// Returns [`VisionError::Empty`] for no images, [`VisionError::NoImage`] for an index that does not exist, and
/// [`VisionError::Form`] if the images do not have the size and channels of the model.
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
