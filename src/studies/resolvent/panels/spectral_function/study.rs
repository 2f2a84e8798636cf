//! Im G of one site over a window of energies, and its integral over all energies, in double precision.
//!
//! The substitution E = c + s·tan θ turns the Lorentzian of a level at E_n into a Poisson kernel in 2θ, of radius r_n
//! with r_n² = (x² + (s − η)²)/(x² + (s + η)²), x = E_n − c. M equidistant points integrate it with an error of at most
//! 2·r_n^M/(1 − r_n^M). All levels lie within X of c (Gershgorin), and s = √(X² + η²) makes the largest radius smallest:
//! r² = (s − η)/(s + η). The weights of the levels sum to 1, so that the same bound holds for the whole sum.

use crate::kit::context::StudyError;
use crate::studies::resolvent::panels::Finding;
use crate::studies::resolvent::panels::spectral_function::record::{Integral, SpectralFunction, SumRule};
use crate::studies::resolvent::study::{Outcome, Problem, double_precision};
use bk_resolvent::{Backend, ComplexPlanes, ErrorBound, Shift, green_chain};
use num_complex::Complex;
use std::f64::consts::{FRAC_1_PI, FRAC_PI_2, PI};
use web_time::Instant;

/// Points of the integral over all energies. The bound is about 2·exp(−2048·η/s), s being about the half-width of
/// the spectrum: 10⁻¹¹ at η = 0.05 and s = 4.
pub(super) const RULE_POINTS: usize = 2048;

/// Units of work between two reports of progress, a few milliseconds.
const BLOCK_WORK: usize = 1 << 18;

/// The variation of the slope of a Lorentzian of area 1, times η²: 3√3/(2π). The trapezoid rule of step h is off by at
/// most h²/8 times the variation.
const SLOPE_VARIATION: f64 = 0.826_993_343_132_688;

/// Im G of the site in the window, at the marked energy, and everywhere.
pub(crate) async fn run(problem: &Problem<'_>) -> Result<Outcome, StudyError> {
    let Problem { config, shift, .. } = problem;
    let (site, energies) = (config.source()?, config.window_grid()?);
    let started = Instant::now();
    let mut probe = Probe { problem, site, planes: ComplexPlanes::default(), done: 0 };
    let mut im = Vec::with_capacity(energies.len());
    for &energy in &energies {
        im.push(probe.green(energy).await?.im);
    }
    let marked_im = probe.green(shift.energy()).await?.im;
    let wall_seconds = started.elapsed().as_secs_f64();
    let sum_rule = sum_rule(&mut probe).await?;
    let finding = SpectralFunction {
        site,
        window_weight: window_weight(&energies, &im, shift.eta()),
        energies,
        im,
        marked_energy: shift.energy(),
        marked_im,
        sum_rule,
    };
    Ok(Outcome {
        finding: Finding::SpectralFunction(finding),
        wall_seconds,
        report: double_precision("the sum rule is tested to many digits"),
        origin: "Im G of one site over energies by the two-sided continued fraction, and its integral over all energies.",
    })
}

/// Computes G of one site at one energy after another.
struct Probe<'a> {
    problem: &'a Problem<'a>,
    site: usize,
    planes: ComplexPlanes<f64>,
    done: usize,
}

impl Probe<'_> {
    /// Returns G_jj(E + iη), and reports progress from time to time.
    async fn green(&mut self, energy: f64) -> Result<Complex<f64>, StudyError> {
        let shift = Shift::new(energy, self.problem.shift.eta())?;
        let sites = self.problem.chain.sites();
        green_chain(&self.problem.chain, shift, &mut self.planes)?;
        self.done += 1;
        if self.done.is_multiple_of((BLOCK_WORK / sites).max(1)) {
            // The marked energy is one more than the work counts.
            self.problem.step(sites * (self.done - 1)).await?;
        }
        Ok(Complex::new(self.planes.re[self.site], self.planes.im[self.site]))
    }
}

/// Integrates Im G/π over all energies.
async fn sum_rule(probe: &mut Probe<'_>) -> Result<SumRule, StudyError> {
    let (chain, eta) = (&probe.problem.chain, probe.problem.shift.eta());
    let (low, high) = chain
        .diagonal()
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), &value| (value.min(low), value.max(high)));
    let center = low + (high - low) / 2.0;
    let extent = chain.reach(center) + 2.0 * chain.largest_coupling();
    let scale = libm::hypot(extent, eta);
    let (mut total, mut rounding_bound) = (0.0, RULE_POINTS as f64 * f64::EPSILON);
    for point in 0..RULE_POINTS {
        let tangent = pxfm::f_tan(PI * ((point as f64 + 0.5) / RULE_POINTS as f64) - FRAC_PI_2);
        let energy = center + scale * tangent;
        let weight = scale * (1.0 + tangent * tangent) / RULE_POINTS as f64;
        let green = probe.green(energy).await?;
        total += weight * green.im;
        // |dG/dE| ≤ Im G/η: what the rounding of E and of the weight adds to that of G.
        let energy_rounding = 4.0 * f64::EPSILON * (center.abs() + scale * tangent.abs()) / eta;
        let bound = ErrorBound::at(Backend::F64, chain, Shift::new(energy, eta)?);
        rounding_bound +=
            weight * (bound.absolute(green) + (energy_rounding + 8.0 * f64::EPSILON) * green.im);
    }
    // r² to half the power, r² = (s − η)/(s + η).
    let power = libm::pow((scale - eta) / (scale + eta), RULE_POINTS as f64 / 2.0);
    let error_bound = if power < 0.5 { 2.0 * power / (1.0 - power) } else { f64::MAX };
    Ok(SumRule { points: RULE_POINTS, total: Integral { value: total, error_bound }, rounding_bound })
}

/// Integrates Im G/π over the window by the trapezoid rule.
fn window_weight(energies: &[f64], im: &[f64], eta: f64) -> Integral {
    let panels = energies.windows(2).zip(im.windows(2));
    let value: f64 = panels.map(|(ends, values)| (ends[1] - ends[0]) * (values[0] + values[1]) / 2.0).sum();
    let step = match energies {
        [first, second, ..] => (second - first) / eta,
        _ => f64::INFINITY,
    };
    // The weight lies between 0 and 1, and no error needs to be larger.
    Integral { value: value * FRAC_1_PI, error_bound: (SLOPE_VARIATION / 8.0 * step * step).min(1.0) }
}
