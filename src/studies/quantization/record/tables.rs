//! The numbers of a record as tables, for page and terminal.

use super::{Quantize, Reading, Trained};
use crate::kit::record::table::{Grid, cell};

impl Quantize {
    /// Describes the study in one line.
    pub fn title(&self) -> String {
        let config = &self.config;
        let reading = match config.reading {
            Reading::Exact => "exact reading",
            Reading::Published => "as published",
        };
        let done = self.training.as_ref().map_or(0, |training| training.loss.len());
        let training = match (config.trained, config.reading) {
            (Trained::Nothing, _) => "not trained".into(),
            (_, Reading::Published) => format!("{done} forward passes without a gradient"),
            (Trained::Steps, _) => format!("{done} training steps"),
            (Trained::Rounding, _) if self.is_complete() => {
                format!("{done} training steps, rounding learned")
            }
            (Trained::Rounding, _) => format!("{done} training steps so far"),
        };
        format!(
            "Quantized BK core, {} sites: v in {}, G in {}, {training} ({reading}, seed {})",
            config.sites,
            config.stored_as(config.potential_bits),
            config.stored_as(config.green_bits),
            config.seed
        )
    }

    /// Returns the errors, by tensor and by subject.
    pub fn error_table(&self) -> Grid {
        let columns = ["Error", "Tensor", "Mean |error|", "Mean squared", "SNR in dB", "Relative in %"];
        let rows = self.errors.iter().map(|error| {
            let measure = &error.measure;
            vec![
                measure.subject.label().into(),
                error.tensor.clone(),
                format!("{:.6}", measure.mae),
                format!("{:.3e}", measure.mse),
                cell(measure.snr_db, |snr| format!("{snr:.2}")),
                cell(measure.relative_percent, |percent| format!("{percent:.4}")),
            ]
        });
        Grid {
            heading: "Errors over the rows that calibration has not seen".into(),
            columns: columns.map(String::from).into(),
            rows: rows.collect(),
            omitted: 0,
        }
    }

    /// Returns the counted bytes of one row, and the published estimate in the published reading.
    pub fn byte_table(&self) -> Grid {
        let columns = ["Tensor", "Codes", "Scales", "Zero points", "Bytes", "FP32", "Smaller by"];
        let fp32 = 4 * self.config.sites;
        let row = |name: &str, bytes: bk_quantize::ByteCount, fp32: usize| {
            let total = bytes.total();
            let counts = [bytes.codes, bytes.scales, bytes.zero_points, total, fp32];
            let mut cells = vec![name.to_owned()];
            cells.extend(counts.map(|count| count.to_string()));
            cells.push(format!("{:.2} ×", fp32 as f64 / total.max(1) as f64));
            cells
        };
        let mut rows: Vec<Vec<String>> =
            self.tensors.iter().map(|tensor| row(&tensor.name, tensor.bytes, fp32)).collect();
        rows.push(row("all, counted", self.bytes(), self.fp32_bytes));
        if let Some(estimate) = &self.estimate {
            let kilobytes = |bytes: f64| format!("{:.2} KB", bytes / 1024.0);
            let mut cells = vec!["all, published formula".into()];
            cells.extend(["", "", ""].map(String::from));
            cells.push(kilobytes(estimate.quantized_bytes));
            cells.push(kilobytes(estimate.fp32_bytes));
            cells.push(format!("{:.2} ×", estimate.compression_ratio));
            rows.push(cells);
        }
        Grid {
            heading: "Bytes of one row".into(),
            columns: columns.map(String::from).into(),
            rows,
            omitted: 0,
        }
    }
}
