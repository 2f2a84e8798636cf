//! Evaluation on held-out images.

use super::error::VisionError;
use super::images::Images;
use super::network::Network;
use crate::ops;
use serde::{Deserialize, Serialize};

/// Images per batch.
const BATCH: usize = 64;

/// The loss, and how the images of each class were labeled.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Evaluation {
    /// Mean loss −ln p of the correct label, in nats.
    pub loss: f64,
    /// Confusion matrix: the number of images of each class (row) that got each label (column).
    pub confusion: Vec<Vec<u32>>,
    /// The predicted label of each image, in their order.
    pub labels: Vec<u32>,
}

impl Evaluation {
    /// Evaluates a model on images.
    ///
    /// # Errors
    /// Returns the errors of [`Network::losses`].
    pub fn of(network: &Network, images: &Images) -> Result<Self, VisionError> {
        network.check_classes(images)?;
        let classes = images.classes().len();
        let mut found = Self { confusion: vec![vec![0; classes]; classes], ..Self::default() };
        let mut nats = 0.0;
        let all: Vec<usize> = (0..images.len()).collect();
        for chosen in all.chunks(BATCH) {
            let logits = network.logits(images, chosen, None)?;
            let right: Vec<u32> = chosen.iter().map(|&image| images.labels()[image]).collect();
            for (row, &label) in logits.to_vec2::<f32>()?.iter().zip(&right) {
                let given = most(row);
                found.confusion[label as usize][given as usize] += 1;
                found.labels.push(given);
            }
            let losses: Vec<f32> = ops::cross_entropy(&logits, right)?.to_vec1()?;
            nats += losses.into_iter().map(f64::from).sum::<f64>();
        }
        found.loss = nats / images.len() as f64;
        Ok(found)
    }

    /// Returns the number of images.
    pub fn images(&self) -> usize {
        self.labels.len()
    }

    /// Returns the number of images with the correct label.
    pub fn right(&self) -> u32 {
        self.confusion.iter().enumerate().filter_map(|(label, row)| row.get(label)).sum()
    }

    /// Returns the fraction of images with the correct label.
    pub fn accuracy(&self) -> f64 {
        f64::from(self.right()) / self.images().max(1) as f64
    }
}

/// Returns the label with the largest logit; of equal logits, the first.
fn most(logits: &[f32]) -> u32 {
    let larger = |best: usize, place: usize| if logits[place] > logits[best] { place } else { best };
    (0..logits.len()).fold(0, larger) as u32
}
