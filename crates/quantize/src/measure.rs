//! How far quantized values are off, always with a label that says which share of the error is counted.

use serde::{Deserialize, Serialize};

/// Which error a measure is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Subject {
    /// Of an input: the input against its own quantized values.
    Input,
    /// Of an output alone: what was computed from the quantized input, against its own quantized values. Leaves out
    /// what the input's quantization did.
    Output,
    /// Of everything: the exact output of the exact input against the quantized output of the quantized input.
    EndToEnd,
}

impl Subject {
    /// In words.
    pub fn label(self) -> &'static str {
        match self {
            Subject::Input => "input",
            Subject::Output => "output alone",
            Subject::EndToEnd => "end to end",
        }
    }
}

/// Measures of the difference between exact and quantized values.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct ErrorMeasure {
    /// What is compared.
    pub subject: Subject,
    /// Mean of |x − x̂|.
    pub mae: f64,
    /// Mean of (x − x̂)².
    pub mse: f64,
    /// 10·log₁₀(mean x² / mse) in decibels; none where the error or the signal is zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snr_db: Option<f64>,
    /// 100 · mae / mean|x|, in per cent; none where the signal is zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relative_percent: Option<f64>,
}

impl ErrorMeasure {
    /// Compares values pair by pair; nothing to compare is no error.
    pub fn of(subject: Subject, pairs: impl IntoIterator<Item = (f64, f64)>) -> Self {
        let (mut count, mut absolute, mut square) = (0u64, 0.0, 0.0);
        let (mut signal, mut power) = (0.0, 0.0);
        for (exact, quantized) in pairs {
            let difference = exact - quantized;
            count += 1;
            absolute += difference.abs();
            square += difference * difference;
            signal += exact.abs();
            power += exact * exact;
        }
        let mean = |sum: f64| if count == 0 { 0.0 } else { sum / count as f64 };
        ErrorMeasure {
            subject,
            mae: mean(absolute),
            mse: mean(square),
            snr_db: (square > 0.0 && power > 0.0).then(|| 10.0 * pxfm::f_log10(power / square)),
            relative_percent: (signal > 0.0).then(|| 100.0 * absolute / signal),
        }
    }
}
