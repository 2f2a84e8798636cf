//! The BK core of this study: v drawn from standard normals, and G = diag((H − z)⁻¹) of the chain with the diagonal
//! −2 + v at z = i, computed exactly or by the published routine.

use crate::studies::quantization::record::{Config, Reading};
use crate::studies::resolvent::record::{Division, Version};
use bk_python::random::LegacyRandom;
use bk_resolvent::{
    Batch, Chain, ComplexPlanes, Gradient, ResolventError, Shift, green_adjoint, green_batch,
};
use std::ops::Range;

/// The diagonal of the chain where v is 0.
const OFFSET: f64 = -2.0;

/// The values of v in single precision, row by row.
pub(super) struct Draws {
    /// Rows for calibration and training.
    pub(super) calibration: Vec<f32>,
    /// Rows of the test batch.
    pub(super) test: Vec<f32>,
    batch: usize,
}

impl Draws {
    /// Draws the values of a config; calibration rows first.
    pub(crate) fn of(config: &Config) -> Self {
        let mut random = LegacyRandom::new(config.seed);
        let batch = config.rows * config.sites;
        let mut draw = |count: usize| (0..count).map(|_| random.normal() as f32).collect();
        Draws { calibration: draw(config.batches * batch), test: draw(batch), batch }
    }

    /// Returns the range of calibration values for a training step, cycling through the batches.
    pub(super) fn batch(&self, step: usize) -> Range<usize> {
        let first = step % (self.calibration.len() / self.batch) * self.batch;
        first..first + self.batch
    }
}

/// The diagonal of the resolvent in single precision, row by row.
pub(super) struct Green {
    pub(super) re: Vec<f32>,
    pub(super) im: Vec<f32>,
}

impl Green {
    /// Returns a range of it.
    pub(super) fn part(&self, rows: Range<usize>) -> Green {
        Green { re: self.re[rows.clone()].to_vec(), im: self.im[rows].to_vec() }
    }
}

/// Computes G from v.
pub(super) struct Core {
    sites: usize,
    shift: Shift,
    reading: Reading,
}

impl Core {
    /// Creates the core of a config.
    pub(crate) fn of(config: &Config) -> Result<Self, ResolventError> {
        Ok(Core { sites: config.sites, shift: Shift::new(0.0, 1.0)?, reading: config.reading })
    }

    /// Returns the number of sites per row.
    pub(super) fn sites(&self) -> usize {
        self.sites
    }

    /// Returns G of rows of v, rounded once to single precision.
    pub(super) fn green(&self, potential: &[f32]) -> Result<Green, ResolventError> {
        if self.reading == Reading::Published {
            return self.published(potential);
        }
        let wide: Vec<f64> = potential.iter().map(|&value| f64::from(value)).collect();
        let planes = self.green_of(self.sites, &wide)?;
        let narrow = |plane: Vec<f64>| plane.into_iter().map(|value| value as f32).collect();
        Ok(Green { re: narrow(planes.re), im: narrow(planes.im) })
    }

    /// Returns G of rows of v in double precision, for rows of any number of sites.
    pub(super) fn green_of(
        &self,
        sites: usize,
        potential: &[f64],
    ) -> Result<ComplexPlanes<f64>, ResolventError> {
        let diagonals: Vec<f64> = potential.iter().map(|value| OFFSET + value).collect();
        let shifts = vec![self.shift; diagonals.len() / sites];
        let mut green = ComplexPlanes::default();
        green_batch(&Batch::new(sites, &diagonals, &shifts)?, &mut green)?;
        Ok(green)
    }

    /// Returns ∂Loss/∂v from ∂Loss/∂Re G and ∂Loss/∂Im G, by the resolvent's exact adjoint.
    pub(super) fn adjoint(
        &self,
        potential: &[f64],
        re: Vec<f64>,
        im: Vec<f64>,
    ) -> Result<Vec<f64>, ResolventError> {
        let diagonals: Vec<f64> = potential.iter().map(|value| OFFSET + value).collect();
        let shifts = vec![self.shift; diagonals.len() / self.sites];
        let cotangents = ComplexPlanes { re, im: im.into_iter().map(|value| -value).collect() };
        let mut gradient = Gradient::default();
        green_adjoint(&Batch::new(self.sites, &diagonals, &shifts)?, &cotangents, &mut gradient)?;
        Ok(gradient.diagonals)
    }

    /// Returns G by the published routine, which gives zeros beyond several hundred sites.
    fn published(&self, potential: &[f32]) -> Result<Green, ResolventError> {
        let mut green =
            Green { re: Vec::with_capacity(potential.len()), im: Vec::with_capacity(potential.len()) };
        for row in potential.chunks_exact(self.sites) {
            let chain = Chain::new(row.iter().map(|&value| OFFSET + f64::from(value)).collect())?;
            for value in Version::Original.green(&chain, self.shift, Division::Scaled).values {
                green.re.push(value.re);
                green.im.push(value.im);
            }
        }
        Ok(green)
    }
}
