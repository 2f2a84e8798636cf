//! Labeled images of one size, and their split into training, validation, and held-out images.

use super::error::VisionError;
use bk_python::random::LegacyRandom;

/// Smallest number of images per class: one each for training, validation, and held-out images.
const FEWEST: usize = 3;

/// Square images with one label each.
#[derive(Debug, Clone, PartialEq)]
pub struct Images {
    side: usize,
    channels: usize,
    classes: Vec<String>,
    /// The images, one after the other: rows from the top, pixels from the left, channels interleaved.
    pixels: Vec<u8>,
    labels: Vec<u32>,
}

impl Images {
    /// Creates images from their bytes, one image after the other: rows from the top, pixels from the left, channels
    /// interleaved.
    ///
    /// # Errors
    /// Returns [`VisionError::Empty`] for no images, [`VisionError::Pixels`] if bytes are missing or left over, and
    /// [`VisionError::Label`] for the first label without a class.
    pub fn new(
        [side, channels]: [usize; 2],
        classes: Vec<String>,
        pixels: Vec<u8>,
        labels: Vec<u32>,
    ) -> Result<Self, VisionError> {
        if labels.is_empty() {
            return Err(VisionError::Empty);
        }
        let size =
            side.checked_mul(side).and_then(|area| area.checked_mul(channels)).filter(|&size| size > 0);
        if size.and_then(|size| size.checked_mul(labels.len())) != Some(pixels.len()) {
            return Err(VisionError::Pixels { found: pixels.len(), images: labels.len(), side, channels });
        }
        if let Some(image) = labels.iter().position(|&label| label as usize >= classes.len()) {
            return Err(VisionError::Label { image, label: labels[image], classes: classes.len() });
        }
        Ok(Self { side, channels, classes, pixels, labels })
    }

    /// Returns the number of images.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Returns whether there are no images, which is never the case.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// Returns the number of pixels along a side.
    pub fn side(&self) -> usize {
        self.side
    }

    /// Returns the number of color channels: 1 for gray, 3 for red, green, and blue.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// Returns the names of the classes, in the order of their labels.
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// Returns the labels.
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// Returns the bytes of an image; empty beyond the last image.
    pub fn pixels(&self, image: usize) -> &[u8] {
        let size = self.side * self.side * self.channels;
        image.checked_mul(size).and_then(|start| self.pixels.get(start..start + size)).unwrap_or_default()
    }

    /// Returns the images of each class.
    ///
    /// # Errors
    /// Returns [`VisionError::OneClass`] if only one class has images, and [`VisionError::TooFew`] for the first class
    /// with fewer than three.
    pub(super) fn members(&self) -> Result<Vec<Vec<usize>>, VisionError> {
        let mut members = vec![vec![]; self.classes.len()];
        for (image, &label) in self.labels.iter().enumerate() {
            members[label as usize].push(image);
        }
        let mut seen = members.iter().zip(&self.classes).filter(|(members, _)| !members.is_empty());
        if let (Some((_, class)), None) = (seen.next(), seen.next()) {
            return Err(VisionError::OneClass { images: self.len(), class: class.clone() });
        }
        let few = |(members, _): &(&Vec<usize>, &String)| members.len() < FEWEST;
        if let Some((members, class)) = members.iter().zip(&self.classes).find(few) {
            return Err(VisionError::TooFew { class: class.clone(), images: members.len(), least: FEWEST });
        }
        Ok(members)
    }

    /// Returns at most `of_each` images of each class, in their order. The seed decides which.
    pub fn at_most(&self, of_each: usize, seed: u32) -> Self {
        let mut random = LegacyRandom::new(seed);
        let mut left = vec![of_each; self.classes.len()];
        let mut chosen = vec![];
        for image in random.permutation(self.len() as u32) {
            let left = &mut left[self.labels[image as usize] as usize];
            if *left > 0 {
                *left -= 1;
                chosen.push(image as usize);
            }
        }
        chosen.sort_unstable();
        self.chosen(&chosen)
    }

    /// Returns the given images, in this order.
    fn chosen(&self, images: &[usize]) -> Self {
        let pixels = images.iter().flat_map(|&image| self.pixels(image)).copied().collect();
        let labels = images.iter().map(|&image| self.labels[image]).collect();
        let Self { side, channels, ref classes, .. } = *self;
        Self { side, channels, classes: classes.clone(), pixels, labels }
    }
}

/// Images in three parts without overlap.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// Training images.
    pub train: Images,
    /// Validation images, which decide when training ends.
    pub validation: Images,
    /// Held-out images, for the final evaluation.
    pub held_out: Images,
}

impl Split {
    /// Splits the images of each class with the same percentages: `validation` and `held_out` percent, and the rest for
    /// training. The seed decides which. Each class has at least one image in each part.
    ///
    /// # Errors
    /// Returns [`VisionError::OneClass`] or [`VisionError::TooFew`], like
    /// [`Archive::read`](super::archive::Archive::read).
    pub fn new(images: &Images, [validation, held_out]: [u32; 2], seed: u32) -> Result<Self, VisionError> {
        let all = images.members()?;
        let mut random = LegacyRandom::new(seed);
        let mut parts = [vec![], vec![], vec![]];
        for members in &all {
            let count = members.len();
            let share = |percent: u32| (count * percent.min(100) as usize / 100).clamp(1, count - 2);
            let held_out = share(held_out);
            let validation = share(validation).min(count - 1 - held_out);
            for (place, member) in random.permutation(count as u32).into_iter().enumerate() {
                let part = match place {
                    place if place < held_out => 2,
                    place if place < held_out + validation => 1,
                    _ => 0,
                };
                parts[part].push(members[member as usize]);
            }
        }
        let [train, validation, held_out] = parts.map(|part| images.chosen(&part));
        Ok(Self { train, validation, held_out })
    }
}
