//! Calibration as a machine whose states are types: what may be done when is checked by the compiler.
//!
//! ```text
//! Collecting ──calibrate()──▶ Calibrated ──apply()──▶ Applied
//!     ▲                           │                      │
//!     └───────recalibrate()───────┴──────────────────────┘
//! ```
//!
//! Only `Collecting` takes samples, so none slips in unasked; `Calibrated` has grids that training may still move;
//! `Applied` quantizes with them and changes nothing.

use crate::error::{QuantizeError, check_finite};
use crate::grid::Grid;
use crate::scheme::Scheme;
use crate::tensor::{Quantized, Quantizer, check_rows};

/// A calibration in one of its states.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration<State> {
    scheme: Scheme,
    channels: usize,
    state: State,
}

/// Samples are being collected.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Collecting {
    samples: Vec<f32>,
}

/// Grids have been found, and may still be changed.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibrated {
    quantizer: Quantizer,
}

/// The grids are final.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    quantizer: Quantizer,
}

impl Calibration<Collecting> {
    /// Starts a calibration for rows of so many channels.
    ///
    /// # Errors
    /// What [`Scheme::check`] finds.
    pub fn start(scheme: Scheme, channels: usize) -> Result<Self, QuantizeError> {
        scheme.check()?;
        Ok(Self { scheme, channels, state: Collecting::default() })
    }

    /// Takes rows in.
    ///
    /// # Errors
    /// [`QuantizeError::Rows`] for an incomplete row, [`QuantizeError::NotFinite`] for NaN and infinities; nothing of
    /// these rows is kept then.
    pub fn collect(&mut self, values: &[f32]) -> Result<(), QuantizeError> {
        check_rows(values, self.channels)?;
        check_finite(values)?;
        self.state.samples.extend_from_slice(values);
        Ok(())
    }

    /// Ends the collection and finds the grids.
    ///
    /// # Errors
    /// [`QuantizeError::Empty`] where nothing was collected.
    pub fn calibrate(self) -> Result<Calibration<Calibrated>, QuantizeError> {
        let Self { scheme, channels, state: Collecting { samples } } = self;
        if samples.is_empty() {
            return Err(QuantizeError::Empty);
        }
        let size = scheme.group_size(channels);
        let grid = |group: usize| {
            let (first, last) = (group * size, ((group + 1) * size).min(channels));
            let members: Vec<f32> =
                samples.chunks_exact(channels).flat_map(|row| &row[first..last]).copied().collect();
            scheme.rule.grid(&members, scheme.width, scheme.zero_point)
        };
        let grids = (0..scheme.groups(channels)).map(grid).collect();
        let quantizer = Quantizer::new(scheme, channels, grids)?;
        Ok(Calibration { scheme, channels, state: Calibrated { quantizer } })
    }
}

impl Calibration<Calibrated> {
    /// The quantizer as it stands.
    pub fn quantizer(&self) -> &Quantizer {
        &self.state.quantizer
    }

    /// Puts other grids in place of those found, as training does.
    ///
    /// # Errors
    /// [`QuantizeError::Grids`] for another number of grids.
    pub fn with_grids(self, grids: Vec<Grid>) -> Result<Self, QuantizeError> {
        let quantizer = Quantizer::new(self.scheme, self.channels, grids)?;
        Ok(Self { state: Calibrated { quantizer }, ..self })
    }

    /// Makes the grids final.
    pub fn apply(self) -> Calibration<Applied> {
        let Self { scheme, channels, state: Calibrated { quantizer } } = self;
        Calibration { scheme, channels, state: Applied { quantizer } }
    }

    /// Starts again with the same scheme and no samples.
    pub fn recalibrate(self) -> Calibration<Collecting> {
        Calibration { scheme: self.scheme, channels: self.channels, state: Collecting::default() }
    }
}

impl Calibration<Applied> {
    /// The quantizer.
    pub fn quantizer(&self) -> &Quantizer {
        &self.state.quantizer
    }

    /// Quantizes rows; see [`Quantizer::quantize`].
    ///
    /// # Errors
    /// As [`Quantizer::quantize`].
    pub fn quantize(&self, values: &[f32]) -> Result<Quantized, QuantizeError> {
        self.state.quantizer.quantize(values)
    }

    /// Starts again with the same scheme and no samples.
    pub fn recalibrate(self) -> Calibration<Collecting> {
        Calibration { scheme: self.scheme, channels: self.channels, state: Collecting::default() }
    }
}
