//! The published recursions beside the exact Green's function.

use crate::studies::resolvent::record::{Fact, LongArrays, Numbers, Version, scientific};
use serde::{Deserialize, Serialize};

/// G_ii, exact and as the published routines return it (resnet-bk.md §1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Published {
    /// Re G_ii in double precision, one per site.
    pub re: Vec<f64>,
    /// Im G_ii in double precision, one per site.
    pub im: Vec<f64>,
    /// The results of the published routines.
    pub readings: Vec<Reading>,
}

/// The result of a published routine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reading {
    /// The routine.
    pub version: Version,
    /// Number of values that were not finite and were replaced.
    pub replaced: usize,
    /// Number of values that were too large and were clipped.
    pub clipped: usize,
    /// Number of sites from the left after which the recursion overflows; `None` if it reaches the other end.
    pub theta_ends: Option<usize>,
    /// Number of sites from the right after which the recursion overflows; `None` if it reaches the other end.
    pub phi_ends: Option<usize>,
    /// Re G_ii as returned.
    pub re: Vec<f32>,
    /// Im G_ii as returned.
    pub im: Vec<f32>,
}

impl Reading {
    /// Returns |G_ii| as the routine returns it.
    pub fn magnitudes(&self) -> Vec<f64> {
        self.re.iter().zip(&self.im).map(|(&re, &im)| libm::hypot(re.into(), im.into())).collect()
    }

    /// Returns whether the routine returned only zeros.
    pub fn is_silent(&self) -> bool {
        self.re.iter().chain(&self.im).all(|value| *value == 0.0)
    }

    /// Describes the result in words.
    fn fate(&self, worst: f64) -> String {
        let lives = |ends: Option<usize>, side: &str| {
            ends.map(|sites| format!("from the {side} it overflows after {sites} sites; "))
        };
        let sides = [lives(self.theta_ends, "left"), lives(self.phi_ends, "right")];
        let deaths: String = sides.into_iter().flatten().collect();
        let outcome = if self.is_silent() {
            "every value returned is 0".to_owned()
        } else {
            format!("largest |ΔG| {worst:.1e}")
        };
        let replaced = match self.replaced {
            0 => String::new(),
            count => format!(", {count} values replaced"),
        };
        let clipped = match self.clipped {
            0 => String::new(),
            count => format!(", {count} clipped"),
        };
        format!("{deaths}{outcome}{replaced}{clipped}")
    }
}

impl Published {
    /// Returns the exact |G_ii|.
    pub fn magnitudes(&self) -> Vec<f64> {
        self.re.iter().zip(&self.im).map(|(&re, &im)| libm::hypot(re, im)).collect()
    }

    /// Returns |ΔG_ii| of a reading.
    pub fn deviations(&self, reading: &Reading) -> Vec<f64> {
        let returned = reading.re.iter().zip(&reading.im);
        let exact = self.re.iter().zip(&self.im);
        let distance = |((re, im), (exact_re, exact_im)): ((&f32, &f32), (&f64, &f64))| {
            libm::hypot(f64::from(*re) - exact_re, f64::from(*im) - exact_im)
        };
        returned.zip(exact).map(distance).collect()
    }
}

impl Numbers for Published {
    fn caption(&self) -> &'static str {
        "Gᵢᵢ, exact and as published"
    }

    fn headings(&self) -> Vec<String> {
        let exact = ["Site", "Re G", "Im G"].map(str::to_owned);
        let of = |reading: &Reading| ["Re", "Im"].map(|part| format!("{part}, {}", reading.version.name()));
        exact.into_iter().chain(self.readings.iter().flat_map(of)).collect()
    }

    fn rows(&self) -> usize {
        self.re.len()
    }

    fn row(&self, site: usize, digits: usize) -> Vec<String> {
        // The routines return single precision.
        let single = digits.min(7);
        let exact =
            [site.to_string(), format!("{:.digits$}", self.re[site]), format!("{:.digits$}", self.im[site])];
        let of =
            |reading: &Reading| [reading.re[site], reading.im[site]].map(|value| format!("{value:.single$}"));
        exact.into_iter().chain(self.readings.iter().flat_map(of)).collect()
    }

    fn facts(&self) -> Vec<Fact> {
        let fact = |reading: &Reading| {
            let worst = self.deviations(reading).into_iter().fold(0.0, f64::max);
            let name = reading.version.name();
            (format!("{}{}", name[..1].to_ascii_uppercase(), &name[1..]), reading.fate(worst))
        };
        let largest = self.magnitudes().into_iter().fold(0.0, f64::max);
        let exact = ("Exact".into(), format!("largest |G| {}", scientific(largest, 3)));
        std::iter::once(exact).chain(self.readings.iter().map(fact)).collect()
    }

    fn arrays_mut(&mut self) -> LongArrays<'_> {
        let singles = self.readings.iter_mut().flat_map(|reading| [&mut reading.re, &mut reading.im]);
        (vec![&mut self.re, &mut self.im], singles.collect())
    }
}
