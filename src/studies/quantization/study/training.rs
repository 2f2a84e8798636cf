//! Quantization-aware training: steps and zero points move against the gradient of the end-to-end error.
//!
//! One training step runs a batch of calibration rows through v → v̂ → G(v̂) → Ĝ, with the loss L = 100·Σ|Ĝ − G| / Σ|G|
//! over real and imaginary parts. The backward pass uses the straight-through estimator of G's grids, the exact adjoint
//! of the resolvent, and the estimator of v's grids.

use super::adam::Adam;
use super::core::{Core, Draws, Green};
use crate::studies::quantization::record::{Config, ConfigError, TrainingRun};
use bk_quantize::{Calibrated, Calibration, LearnedStep, QuantizeError, Width};
use bk_resolvent::ResolventError;

/// Learning rate at the first step; it decays linearly to zero at the last. A training step changes each grid's step by
/// at most about a hundredth, and its zero point by about a hundredth of all its levels.
const RATE: f64 = 0.01;

/// Lower limit of a grid's step, as a fraction of the calibrated one.
const NARROWEST: f64 = 0.01;

/// A training run in progress.
pub(super) struct Training {
    config: Config,
    tensors: [Learned; 3],
    adam: Adam,
    loss: Vec<f64>,
    gradient: Vec<f64>,
}

/// The grids of one tensor in training.
struct Learned {
    width: Width,
    group_size: usize,
    grids: Vec<LearnedStep>,
    /// The calibrated steps: the units in which steps are learned.
    units: Vec<f64>,
}

/// Values of one tensor on their grids, and derivatives with respect to the grids' parameters: two per group.
impl Learned {
    fn of(calibrated: &Calibration<Calibrated>) -> Self {
        let quantizer = calibrated.quantizer();
        let grids: Vec<LearnedStep> = quantizer.grids().iter().map(LearnedStep::from).collect();
        Learned {
            width: quantizer.scheme().width,
            group_size: quantizer.scheme().group_size(quantizer.channels()),
            units: grids.iter().map(|grid| grid.step).collect(),
            grids,
        }
    }

    fn grid(&self, channel: usize) -> Option<&LearnedStep> {
        self.grids.get(channel / self.group_size)
    }

    /// Returns the quantized values. Floats are returned unchanged, because half precision is not learned.
    fn forward(&self, values: &[f64], sites: usize) -> Vec<f64> {
        let round = |(index, &value): (usize, &f64)| {
            self.grid(index % sites).map_or(value, |grid| grid.forward(value, self.width))
        };
        values.iter().enumerate().map(round).collect()
    }

    /// Returns the derivatives with respect to the values; adds those with respect to the parameters to `gradient`, in
    /// the units of [`Learned::update`].
    fn backward(&self, values: &[f64], upstream: &[f64], sites: usize, gradient: &mut [f64]) -> Vec<f64> {
        let levels = self.levels();
        let mut back = |(index, (&value, &upstream)): (usize, (&f64, &f64))| {
            let group = index % sites / self.group_size;
            let Some(grid) = self.grids.get(group) else { return upstream };
            let found = grid.backward(value, upstream, self.width);
            gradient[2 * group] += found.step * self.units[group];
            gradient[2 * group + 1] += found.zero_point * levels;
            found.value
        };
        values.iter().zip(upstream).enumerate().map(&mut back).collect()
    }

    fn levels(&self) -> f64 {
        let (lowest, highest) = self.width.codes();
        f64::from(highest - lowest)
    }

    fn update(&mut self, updates: &[f64], zero_point: bool) {
        let (lowest, highest) = self.width.codes();
        let levels = self.levels();
        for (group, grid) in self.grids.iter_mut().enumerate() {
            let unit = self.units[group];
            grid.step = (grid.step - updates[2 * group] * unit).max(NARROWEST * unit);
            if zero_point {
                let moved = grid.zero_point - updates[2 * group + 1] * levels;
                grid.zero_point = moved.clamp(f64::from(lowest), f64::from(highest));
            }
        }
    }
}

impl Training {
    /// Starts from calibrated grids, or resumes an earlier run.
    pub(crate) fn new(
        config: &Config,
        calibrated: &[Calibration<Calibrated>],
        earlier: Option<TrainingRun>,
    ) -> Result<Self, ConfigError> {
        let mut tensors = [0, 1, 2].map(|tensor| Learned::of(&calibrated[tensor]));
        let groups: usize = tensors.iter().map(|tensor| tensor.grids.len()).sum();
        let mut adam = Adam::new(2 * groups);
        let (mut loss, mut gradient) = (vec![], vec![]);
        if let Some(run) = earlier.filter(|run| !run.loss.is_empty()) {
            let lengths = [run.first_moments.len(), run.second_moments.len()];
            if run.parameters.len() != groups || lengths != [2 * groups; 2] {
                return Err(ConfigError::Training { found: run.parameters.len(), expected: groups });
            }
            let steps = run.parameters.iter().map(|grid| grid.step).chain(run.second_moments.iter().copied());
            if let Some(wrong) = steps
                .chain(run.parameters.iter().map(|grid| grid.step - f64::MIN_POSITIVE))
                .find(|&value| value < 0.0)
            {
                return Err(ConfigError::Damaged(wrong));
            }
            let mut parameters = run.parameters.into_iter();
            for tensor in &mut tensors {
                tensor.grids = parameters.by_ref().take(tensor.grids.len()).collect();
            }
            adam = Adam { first: run.first_moments, second: run.second_moments };
            (loss, gradient) = (run.loss, run.gradient);
        }
        Ok(Training { config: config.clone(), tensors, adam, loss, gradient })
    }

    /// Returns the number of steps so far.
    pub(super) fn steps(&self) -> usize {
        self.loss.len()
    }

    /// Takes one step.
    pub(super) fn step(&mut self, core: &Core, draws: &Draws, exact: &Green) -> Result<(), ResolventError> {
        let rows = draws.batch(self.steps());
        let wide = |values: &[f32]| -> Vec<f64> { values.iter().map(|&value| f64::from(value)).collect() };
        let potential = wide(&draws.calibration[rows.clone()]);
        let (loss, gradient) =
            self.gradient(core, &potential, &wide(&exact.re[rows.clone()]), &wide(&exact.im[rows]))?;
        let remaining = 1.0 - self.steps() as f64 / self.config.steps.max(1) as f64;
        let updates = self.adam.updates(&gradient, self.steps(), RATE * remaining);
        let mut first = 0;
        for tensor in &mut self.tensors {
            let end = first + 2 * tensor.grids.len();
            tensor.update(&updates[first..end], self.config.zero_point);
            first = end;
        }
        self.loss.push(loss);
        self.gradient.push(gradient.iter().fold(0.0, |most: f64, derivative| most.max(derivative.abs())));
        Ok(())
    }

    /// Returns loss and derivatives of one batch.
    fn gradient(
        &self,
        core: &Core,
        potential: &[f64],
        re: &[f64],
        im: &[f64],
    ) -> Result<(f64, Vec<f64>), ResolventError> {
        let sites = core.sites();
        let [of_potential, of_re, of_im] = &self.tensors;
        let rounded = of_potential.forward(potential, sites);
        let green = core.green_of(sites, &rounded)?;
        let signal: f64 = re.iter().chain(im).map(|value| value.abs()).sum();
        let unit = 100.0 / signal.max(f64::MIN_POSITIVE);
        let mut loss = 0.0;
        // The derivative of |x| is its sign; 0 where there is no error.
        let mut towards = |found: Vec<f64>, exact: &[f64]| -> Vec<f64> {
            let differences = found.iter().zip(exact).map(|(found, exact)| found - exact);
            differences
                .map(|difference| {
                    loss += unit * difference.abs();
                    if difference == 0.0 { 0.0 } else { unit.copysign(difference) }
                })
                .collect()
        };
        let upstream_re = towards(of_re.forward(&green.re, sites), re);
        let upstream_im = towards(of_im.forward(&green.im, sites), im);
        let groups = self.tensors.each_ref().map(|tensor| 2 * tensor.grids.len());
        let mut gradient = vec![0.0; groups.iter().sum()];
        let (of_v, of_g) = gradient.split_at_mut(groups[0]);
        let (of_g_re, of_g_im) = of_g.split_at_mut(groups[1]);
        let back_re = of_re.backward(&green.re, &upstream_re, sites, of_g_re);
        let back_im = of_im.backward(&green.im, &upstream_im, sites, of_g_im);
        let back = core.adjoint(&rounded, back_re, back_im)?;
        of_potential.backward(potential, &back, sites, of_v);
        Ok((loss, gradient))
    }

    /// Returns the calibrations with the trained grids.
    pub(super) fn grids(
        &self,
        calibrated: Vec<Calibration<Calibrated>>,
    ) -> Result<Vec<Calibration<Calibrated>>, QuantizeError> {
        let trained = calibrated.into_iter().zip(&self.tensors);
        trained
            .map(|(calibrated, tensor)| {
                calibrated.with_grids(tensor.grids.iter().map(|grid| grid.grid(tensor.width)).collect())
            })
            .collect()
    }

    /// Returns the run for the record.
    pub(super) fn run(self) -> TrainingRun {
        TrainingRun {
            loss: self.loss,
            gradient: self.gradient,
            parameters: self.tensors.into_iter().flat_map(|tensor| tensor.grids).collect(),
            first_moments: self.adam.first,
            second_moments: self.adam.second,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;
    use crate::studies::quantization::record::{Mode, Reading};

    /// Error of central differences of a smooth function: h² times its third derivative, plus rounding divided by h.
    const DIFFERENCE: f64 = 1e-6;
    const TOLERANCE: f64 = 1e-5;

    /// The part of a quantized value that is held fixed: its rounding error, or the outermost code it is clipped to.
    #[derive(Clone, Copy)]
    enum Held {
        Rounding(f64),
        Code(f64),
    }

    impl Held {
        fn of(value: f64, grid: &LearnedStep, width: Width) -> Self {
            let (lowest, highest) = width.codes();
            let ratio = value / grid.step;
            let code = ratio.round_ties_even() + grid.zero_point.round_ties_even();
            let clamped = code.clamp(f64::from(lowest), f64::from(highest));
            if code == clamped {
                Held::Rounding(ratio.round_ties_even() - ratio)
            } else {
                Held::Code(clamped)
            }
        }

        /// Returns the surrogate of the straight-through estimator; `shift` is the change of the zero point by
        /// rounding.
        fn value(self, value: f64, grid: &LearnedStep, shift: f64) -> f64 {
            match self {
                Held::Rounding(error) => (value / grid.step + error) * grid.step,
                Held::Code(code) => (code - (grid.zero_point + shift)) * grid.step,
            }
        }
    }

    /// A training whose grids are narrower than calibrated, so that some values are clipped and zero points matter.
    fn narrowed(config: &Config, tensors: [&Vec<f32>; 3]) -> Training {
        let calibrated: Vec<Calibration<Calibrated>> = tensors
            .map(|values| {
                let mut calibration = Calibration::start(config.scheme(Width::Int4), config.sites).unwrap();
                calibration.collect(values).unwrap();
                calibration.calibrate().unwrap()
            })
            .into();
        let mut training = Training::new(config, &calibrated, None).unwrap();
        for grid in training.tensors.iter_mut().flat_map(|tensor| &mut tensor.grids) {
            grid.step *= 0.8;
            grid.zero_point += 0.3;
        }
        training
    }

    /// Compares the derivatives of the end-to-end loss with respect to every step and zero point with finite
    /// differences of a surrogate in which every rounding is held fixed.
    #[test]
    fn derivatives_of_the_whole_road_are_those_of_its_surrogate() {
        let sites = 24;
        let config =
            Config { sites, group: 10, rows: 2, batches: 3, ..Config::of(Mode::QatInt4, Reading::Exact) };
        let core = Core::of(&config).unwrap();
        let draws = Draws::of(&config);
        let exact = core.green(&draws.calibration).unwrap();
        let training = narrowed(&config, [&draws.calibration, &exact.re, &exact.im]);
        let rows = draws.batch(1);
        let wide = |values: &[f32]| -> Vec<f64> { values.iter().map(|&value| f64::from(value)).collect() };
        let potential = wide(&draws.calibration[rows.clone()]);
        let (re, im) = (wide(&exact.re[rows.clone()]), wide(&exact.im[rows]));
        let (loss, gradient) = training.gradient(&core, &potential, &re, &im).unwrap();

        let held = |values: &[f64], tensor: &Learned| -> Vec<Held> {
            let hold = |(index, &value): (usize, &f64)| {
                Held::of(value, tensor.grid(index % sites).unwrap(), Width::Int4)
            };
            values.iter().enumerate().map(hold).collect()
        };
        let [of_potential, of_re, of_im] = &training.tensors;
        let rounded = of_potential.forward(&potential, sites);
        let green = core.green_of(sites, &rounded).unwrap();
        let frozen = [held(&potential, of_potential), held(&green.re, of_re), held(&green.im, of_im)];
        let found = [of_re.forward(&green.re, sites), of_im.forward(&green.im, sites)];
        let signs: Vec<Vec<f64>> = [(&found[0], &re), (&found[1], &im)]
            .map(|(found, exact)| found.iter().zip(exact).map(|(f, e)| (f - e).signum()).collect())
            .into();
        let unit = 100.0 / re.iter().chain(&im).map(|value| value.abs()).sum::<f64>();
        let road = |grids: &[Vec<LearnedStep>; 3]| -> f64 {
            let through = |values: &[f64], which: usize| -> Vec<f64> {
                let one = |(index, &value): (usize, &f64)| {
                    let group = index % sites / 10;
                    let zero_point = training.tensors[which].grids[group].zero_point;
                    let shift = zero_point.round_ties_even() - zero_point;
                    frozen[which][index].value(value, &grids[which][group], shift)
                };
                values.iter().enumerate().map(one).collect()
            };
            let green = core.green_of(sites, &through(&potential, 0)).unwrap();
            let part = |found: Vec<f64>, exact: &[f64], signs: &[f64]| -> f64 {
                found.iter().zip(exact).zip(signs).map(|((f, e), sign)| sign * (f - e)).sum()
            };
            unit * (part(through(&green.re, 1), &re, &signs[0]) + part(through(&green.im, 2), &im, &signs[1]))
        };
        let grids = training.tensors.each_ref().map(|tensor| tensor.grids.clone());
        assert!((road(&grids) - loss).abs() < 1e-9 * loss, "{} is not {loss}", road(&grids));
        let mut place = 0;
        let (mut steps, mut zero_points) = (0, 0);
        for which in 0..3 {
            for group in 0..grids[which].len() {
                let unit = training.tensors[which].units[group];
                for (parameter, scale) in [(0, unit), (1, training.tensors[which].levels())] {
                    let moved = |sign: f64| {
                        let mut grids = grids.clone();
                        let grid = &mut grids[which][group];
                        let change = sign * DIFFERENCE * scale;
                        if parameter == 0 {
                            grid.step += change
                        } else {
                            grid.zero_point += change
                        }
                        road(&grids)
                    };
                    let difference = (moved(1.0) - moved(-1.0)) / (2.0 * DIFFERENCE);
                    let size = difference.abs().max(1.0);
                    assert!(
                        (gradient[place] - difference).abs() < TOLERANCE * size,
                        "{which} {group} {parameter}: {} and {difference}",
                        gradient[place]
                    );
                    if gradient[place] != 0.0 {
                        if parameter == 0 { steps += 1 } else { zero_points += 1 }
                    }
                    place += 1;
                }
            }
        }
        assert!(
            steps == 9 && zero_points >= 3,
            "{steps} steps and {zero_points} zero points have a derivative"
        );
    }
}
