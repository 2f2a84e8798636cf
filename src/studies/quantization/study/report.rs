//! The final step: the test batch is quantized, measured, and recorded.

use super::core::{Core, Green};
use super::store::{Store, Stored};
use crate::kit::context::StudyError;
use crate::kit::record::{Manifest, Provenance};
use crate::studies::quantization::published;
use crate::studies::quantization::record::{
    Config, Histogram, Quantize, Reading, Sample, TENSORS, Tensor, TensorError, TrainingRun,
};
use bk_quantize::{ErrorMeasure, Quantizer, Subject};
use std::fmt::Write;

/// Number of bins in a histogram.
const BINS: usize = 64;

/// Returns Ĝ of rows of v, end to end: quantize v, compute G, quantize G.
pub(super) fn road(core: &Core, potential: &[f32], quantizers: &[Quantizer]) -> Result<Green, StudyError> {
    let green = core.green(&quantizers[0].round(potential)?)?;
    Ok(Green { re: quantizers[1].round(&green.re)?, im: quantizers[2].round(&green.im)? })
}

/// Returns 100 · Σ|Ĝ − G| / Σ|G| over real and imaginary parts; 0 if G is 0.
pub(super) fn relative_percent(exact: &Green, found: &Green) -> f64 {
    let pairs = pairs(&exact.re, &found.re).chain(pairs(&exact.im, &found.im));
    ErrorMeasure::of(Subject::EndToEnd, pairs).relative_percent.unwrap_or_default()
}

fn pairs(exact: &[f32], found: &[f32]) -> impl Iterator<Item = (f64, f64)> {
    exact.iter().zip(found).map(|(&exact, &found)| (f64::from(exact), f64::from(found)))
}

/// Stores and measures the test batch. `levels` are the values to store for v: the rows themselves, or the levels that
/// learned rounding chose for them. A level is its own nearest level, so storing the chosen ones keeps them.
pub(crate) fn record(
    config: &Config,
    core: &Core,
    test: &[f32],
    levels: &[f32],
    [of_potential, of_re, of_im]: [&Store; 3],
    training: Option<TrainingRun>,
) -> Result<Quantize, StudyError> {
    let sites = config.sites;
    let exact = core.green(test)?;
    let potential = of_potential.store(levels, sites)?;
    let green = core.green(&potential.values)?;
    let (re, im) = (of_re.store(&green.re, sites)?, of_im.store(&green.im, sites)?);
    let potential_quantized = potential.values.clone();
    let found = Green { re: re.values.clone(), im: im.values.clone() };

    let error = |tensor: &str, subject, pairs: &mut dyn Iterator<Item = (f64, f64)>| TensorError {
        tensor: tensor.into(),
        measure: ErrorMeasure::of(subject, pairs),
    };
    let errors = vec![
        error(TENSORS[0], Subject::Input, &mut pairs(test, &potential_quantized)),
        error(TENSORS[1], Subject::Output, &mut pairs(&green.re, &found.re)),
        error(TENSORS[2], Subject::Output, &mut pairs(&green.im, &found.im)),
        error(TENSORS[1], Subject::EndToEnd, &mut pairs(&exact.re, &found.re)),
        error(TENSORS[2], Subject::EndToEnd, &mut pairs(&exact.im, &found.im)),
        error("G", Subject::EndToEnd, &mut pairs(&exact.re, &found.re).chain(pairs(&exact.im, &found.im))),
    ];
    let tensors = vec![
        tensor(TENSORS[0], potential, test),
        tensor(TENSORS[1], re, &green.re),
        tensor(TENSORS[2], im, &green.im),
    ];
    let row = |values: &[f32]| values[..sites].to_vec();
    let sample = Sample {
        potential: row(test),
        potential_quantized: row(&potential_quantized),
        re: row(&exact.re),
        re_quantized: row(&found.re),
        im: row(&exact.im),
        im_quantized: row(&found.im),
    };
    let off = |site: usize, row: usize| {
        let at = row * sites + site;
        (found.re[at] - exact.re[at]).abs() + (found.im[at] - exact.im[at]).abs()
    };
    let error_map = (0..sites).flat_map(|site| (0..config.rows).map(move |row| (site, row)));
    let error_map = error_map.map(|(site, row)| off(site, row)).collect();
    let published = config.reading == Reading::Published;
    let origin = if published {
        "The published quantization of the published resolvent, recomputed with a stated seed."
    } else {
        "The exact resolvent, quantized and measured here."
    };
    Ok(Quantize {
        provenance: Provenance::Computed,
        manifest: Manifest::new(vec![], origin),
        config: config.clone(),
        tensors,
        errors,
        fp32_bytes: 3 * sites * size_of::<f32>(),
        estimate: published.then(|| published::size_estimate(config)),
        training,
        sample,
        error_map,
    })
}

/// Returns the record of one tensor.
fn tensor(name: &str, stored: Stored, values: &[f32]) -> Tensor {
    let packed = stored.packed.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    Tensor {
        name: name.into(),
        width: stored.width,
        group_size: stored.group_size,
        grids: stored.grids,
        blocks: stored.blocks,
        packed,
        bytes: stored.bytes,
        codes_used: stored.codes_used,
        histogram: histogram(values),
    }
}

fn histogram(values: &[f32]) -> Histogram {
    let wide = || values.iter().map(|&value| f64::from(value));
    let (from, to) = (wide().fold(f64::INFINITY, f64::min), wide().fold(f64::NEG_INFINITY, f64::max));
    let mut counts = vec![0; BINS];
    for value in wide() {
        let share = if to > from { (value - from) / (to - from) } else { 0.5 };
        counts[((share * BINS as f64) as usize).min(BINS - 1)] += 1;
    }
    Histogram { from, to, counts }
}
