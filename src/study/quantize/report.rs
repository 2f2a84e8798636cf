//! The end of the road: the test batch is quantized for good, measured and recorded.

use super::core::{Core, Green};
use super::rounding;
use crate::published::quantize as published;
use crate::quantize::{ErrorMeasure, Quantized, Quantizer, Subject};
use crate::record::quantize::{
    Config, Histogram, Quantize, Reading, Sample, TENSORS, Tensor, TensorError, TrainingRun,
};
use crate::record::{Manifest, Provenance};
use crate::study::StudyError;
use std::collections::BTreeSet;
use std::fmt::Write;

/// Bins of a histogram.
const BINS: usize = 64;

/// Ĝ of rows of v: quantized, computed, quantized.
pub(super) fn road(core: &Core, potential: &[f32], quantizers: &[Quantizer]) -> Result<Green, StudyError> {
    let green = core.green(&quantizers[0].round(potential)?)?;
    Ok(Green { re: quantizers[1].round(&green.re)?, im: quantizers[2].round(&green.im)? })
}

/// 100 · Σ|Ĝ − G| / Σ|G| over real and imaginary parts; 0 where G is.
pub(super) fn relative_percent(exact: &Green, found: &Green) -> f64 {
    let pairs = pairs(&exact.re, &found.re).chain(pairs(&exact.im, &found.im));
    ErrorMeasure::of(Subject::EndToEnd, pairs).relative_percent.unwrap_or_default()
}

fn pairs(exact: &[f32], found: &[f32]) -> impl Iterator<Item = (f64, f64)> {
    exact.iter().zip(found).map(|(&exact, &found)| (f64::from(exact), f64::from(found)))
}

/// Quantizes and measures the test batch.
pub(super) fn record(
    config: &Config,
    core: &Core,
    test: &[f32],
    quantizers: &[Quantizer],
    training: Option<TrainingRun>,
    learned: bool,
) -> Result<Quantize, StudyError> {
    let sites = config.sites;
    let exact = core.green(test)?;
    let mut levels = Vec::with_capacity(test.len());
    for (row, values) in test.chunks_exact(sites).enumerate() {
        if learned {
            let exact = exact.part(row * sites..(row + 1) * sites);
            levels.extend(rounding::learned(core, values, &exact, quantizers)?);
        } else {
            levels.extend_from_slice(values);
        }
    }
    // A level is its own nearest level, so that quantizing the chosen ones keeps them.
    let potential = quantizers[0].quantize(&levels)?;
    let potential_quantized = potential.dequantize();
    let green = core.green(&potential_quantized)?;
    let [re, im] = [quantizers[1].quantize(&green.re)?, quantizers[2].quantize(&green.im)?];
    let found = Green { re: re.dequantize(), im: im.dequantize() };

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
        tensor(TENSORS[0], &potential, test, sites)?,
        tensor(TENSORS[1], &re, &green.re, sites)?,
        tensor(TENSORS[2], &im, &green.im, sites)?,
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

/// What a record says of one tensor.
fn tensor(name: &str, quantized: &Quantized, values: &[f32], sites: usize) -> Result<Tensor, StudyError> {
    let quantizer = quantized.quantizer();
    let first = quantizer.quantize(&quantized.dequantize()[..sites])?;
    let packed = first.packed().iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    });
    Ok(Tensor {
        name: name.into(),
        width: quantizer.scheme().width,
        group_size: quantizer.scheme().group_size(sites),
        grids: quantizer.grids().to_vec(),
        packed,
        bytes: first.bytes(),
        codes_used: quantized.codes().into_iter().collect::<BTreeSet<i8>>().len(),
        histogram: histogram(values),
    })
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
