//! Complex tensors: real and imaginary parts on grids of their own, because their ranges differ.

use crate::calibration::{Applied, Calibration, Collecting};
use crate::error::QuantizeError;
use crate::scheme::Scheme;
use crate::tensor::{ByteCount, Quantized};
use num_complex::Complex;

/// The calibration of a complex tensor: two that go the same way.
#[derive(Debug, Clone, PartialEq)]
pub struct ComplexCalibration<State> {
    /// Of the real parts.
    pub re: Calibration<State>,
    /// Of the imaginary parts.
    pub im: Calibration<State>,
}

/// A quantized complex tensor.
#[derive(Debug, Clone, PartialEq)]
pub struct QuantizedComplex {
    /// The real parts.
    pub re: Quantized,
    /// The imaginary parts.
    pub im: Quantized,
}

impl ComplexCalibration<Collecting> {
    /// Starts a calibration for rows of so many channels.
    ///
    /// # Errors
    /// What [`Scheme::check`] finds.
    pub fn start(scheme: Scheme, channels: usize) -> Result<Self, QuantizeError> {
        Ok(Self { re: Calibration::start(scheme, channels)?, im: Calibration::start(scheme, channels)? })
    }

    /// Takes rows in.
    ///
    /// # Errors
    /// As [`Calibration::collect`]; the index is that of the complex number.
    pub fn collect(&mut self, values: &[Complex<f32>]) -> Result<(), QuantizeError> {
        let (re, im) = apart(values);
        self.re.collect(&re)?;
        self.im.collect(&im)
    }

    /// Finds the grids and makes them final.
    ///
    /// # Errors
    /// [`QuantizeError::Empty`] where nothing was collected.
    pub fn apply(self) -> Result<ComplexCalibration<Applied>, QuantizeError> {
        Ok(ComplexCalibration { re: self.re.calibrate()?.apply(), im: self.im.calibrate()?.apply() })
    }
}

impl ComplexCalibration<Applied> {
    /// Quantizes rows.
    ///
    /// # Errors
    /// As [`Calibration::quantize`].
    pub fn quantize(&self, values: &[Complex<f32>]) -> Result<QuantizedComplex, QuantizeError> {
        let (re, im) = apart(values);
        Ok(QuantizedComplex { re: self.re.quantize(&re)?, im: self.im.quantize(&im)? })
    }
}

impl QuantizedComplex {
    /// The numbers that the stored bytes stand for.
    pub fn dequantize(&self) -> Vec<Complex<f32>> {
        let parts = self.re.dequantize().into_iter().zip(self.im.dequantize());
        parts.map(|(re, im)| Complex::new(re, im)).collect()
    }

    /// Bytes of both parts.
    pub fn bytes(&self) -> ByteCount {
        self.re.bytes() + self.im.bytes()
    }
}

fn apart(values: &[Complex<f32>]) -> (Vec<f32>, Vec<f32>) {
    values.iter().map(|value| (value.re, value.im)).unzip()
}
