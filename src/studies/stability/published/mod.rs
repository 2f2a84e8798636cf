//! The published stability simulation: decaying curves plus noise, some of which are made to diverge
//! (resnet-bk.md §7.2).
//!
//! The generator is seeded anew for each model. Every curve is 4·e^(−0.003 t) plus noise. ResNet-BK's curve is clipped
//! to [0.5, 10] and so **cannot diverge**. Mamba's curves beyond 8192 tokens are multiplied by a growing exponential
//! from a step d on, some of their losses after that become NaN, and they count as diverged **whatever their losses
//! are**.

mod claims;
mod numbers;
pub(crate) mod requirements;
mod summary;

pub use requirements::requirements;
pub use summary::Improvement;

use super::record::Stability;
use super::record::{Config, Curve, Losses, Point, Run, Series};
use crate::kit::claims::{Check, Claim, PublishedFigure};
use crate::kit::record::Model;
use crate::kit::record::table::Grid;
use bk_python::random::LegacyRandom;

/// Loss at step 0, before noise.
const START: f64 = 4.0;

/// Decay rate of the loss, per step.
const DECAY: f64 = 0.003;

/// Standard deviation of the noise.
const SIGMA: f64 = 0.05;

/// Increase of ResNet-BK's loss for each tenfold sequence length beyond [`SHORT`].
const GROWTH_BY_LENGTH: f64 = 0.2;

/// ResNet-BK's losses are clipped to this range.
const CLIP: (f64, f64) = (0.5, 10.0);

/// Longest sequence length at which Mamba does not diverge.
const SHORT: u32 = 8192;

/// Longest sequence length at which Mamba diverges slowly; beyond it, it diverges fast.
const MEDIUM: u32 = 32768;

/// The parameters of a divergence of Mamba.
struct Divergence {
    /// d, the first step of the divergence.
    step: u32,
    /// Growth rate of the loss from there, per step.
    growth: f64,
    /// Number of losses that become NaN.
    gaps: u32,
}

/// Runs the published simulation. A length given twice draws noise twice and keeps its first position and its last
/// curve, as in a Python dictionary.
pub fn simulate(config: &Config) -> Vec<Series> {
    Model::PUBLISHED.map(|model| simulate_model(model, config)).into()
}

/// Simulates one model for [`simulate`].
fn simulate_model(model: Model, config: &Config) -> Series {
    let mut random = LegacyRandom::new(config.seed);
    let mut points: Vec<Point> = Vec::new();
    for &length in &config.sequence_lengths {
        let run = match model {
            Model::ResNetBk => clipped(length, config.steps, &mut random),
            _ => diverging(length, config.steps, &mut random),
        };
        match points.iter_mut().find(|point| point.sequence_length == length) {
            Some(point) => point.runs = vec![run],
            None => points.push(Point { sequence_length: length, runs: vec![run] }),
        }
    }
    Series { model, points }
}

/// Returns the decaying curve with its noise.
fn noisy_decay(steps: u32, random: &mut LegacyRandom) -> Vec<f64> {
    (0..steps).map(|step| START * pxfm::f_exp(-DECAY * f64::from(step)) + SIGMA * random.normal()).collect()
}

/// Simulates ResNet-BK at one length.
fn clipped(length: u32, steps: u32, random: &mut LegacyRandom) -> Run {
    let offset = GROWTH_BY_LENGTH * pxfm::f_log10(f64::from(length) / f64::from(SHORT));
    let losses = noisy_decay(steps, random).into_iter();
    run(losses.map(|loss| Some((loss + offset).clamp(CLIP.0, CLIP.1))).collect(), None)
}

/// Simulates Mamba at one length. The step of divergence is drawn before the noise, the gaps after it.
fn diverging(length: u32, steps: u32, random: &mut LegacyRandom) -> Run {
    let divergence = if length <= SHORT {
        None
    } else if length <= MEDIUM {
        Some(Divergence { step: 600, growth: 0.01, gaps: 5 })
    } else {
        Some(Divergence { step: 200 + (100.0 * random.uniform()) as u32, growth: 0.02, gaps: 20 })
    };
    let mut losses: Vec<Option<f64>> = noisy_decay(steps, random).into_iter().map(Some).collect();
    if let Some(Divergence { step, growth, gaps }) = divergence {
        let from = losses.len().min(step as usize);
        for (after, loss) in losses[from..].iter_mut().flatten().enumerate() {
            *loss *= pxfm::f_exp(growth * after as f64);
        }
        let order = random.permutation(steps.saturating_sub(step));
        order.into_iter().take(gaps as usize).for_each(|after| losses[from + after as usize] = None);
    }
    run(losses, divergence.map(|divergence| divergence.step))
}

/// Returns a run that counts as diverged if it has a divergence step.
fn run(losses: Vec<Option<f64>>, divergence_step: Option<u32>) -> Run {
    Run {
        seed: None,
        diverged: divergence_step.is_some(),
        divergence_step: divergence_step.map(u64::from),
        losses: Losses::Curve(Curve { steps: vec![], losses }),
    }
}

impl PublishedFigure for Stability {
    const TITLE: &'static str = "Long-context stability";

    fn numbers(&self) -> Grid {
        numbers::numbers(self)
    }

    fn values(&self) -> Grid {
        numbers::values(self)
    }

    fn checks(&self) -> Vec<Check> {
        vec![]
    }

    fn claims(&self) -> Vec<Claim> {
        claims::claims(self)
    }

    fn summary_json(&self) -> Result<String, serde_json::Error> {
        summary::summary_json(self)
    }
}
