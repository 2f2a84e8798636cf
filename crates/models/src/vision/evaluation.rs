//! What a model recognises of images that it has not learned from.

use super::error::VisionError;
use super::images::Images;
use super::network::Network;
use crate::ops;
use serde::{Deserialize, Serialize};

/// Images computed at a time.
const BATCH: usize = 64;

/// How the images of every class were labelled.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Evaluation {
    /// Mean loss −ln p of the right label, in nats.
    pub loss: f64,
    /// How many images of each class (row) were given each label (column).
    pub confusion: Vec<Vec<u32>>,
    /// The label given to each image, in their order.
    pub labels: Vec<u32>,
}

impl Evaluation {
    /// Lets a model label images.
    ///
    /// # Errors
    /// As [`Network::losses`].
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

    /// Images that were labelled.
    pub fn images(&self) -> usize {
        self.labels.len()
    }

    /// Images that were given their own label.
    pub fn right(&self) -> u32 {
        self.confusion.iter().enumerate().filter_map(|(label, row)| row.get(label)).sum()
    }

    /// The share of images that were given their own label.
    pub fn accuracy(&self) -> f64 {
        f64::from(self.right()) / self.images().max(1) as f64
    }
}

/// The label of the largest logit, the first of equal ones.
fn most(logits: &[f32]) -> u32 {
    let larger = |best: usize, place: usize| if logits[place] > logits[best] { place } else { best };
    (0..logits.len()).fold(0, larger) as u32
}
