//! Axes: a range, linear or logarithmic, with ticks at round values, as plotters' coordinates.

use super::{font, number, scene::Weight};
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use std::ops::Range;

/// How values become positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scale {
    /// In proportion.
    Linear,
    /// In proportion to the logarithm.
    Logarithmic,
    /// One step a category.
    Categorical,
}

/// A marked value.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// Where.
    pub value: f64,
    /// What stands there.
    pub label: String,
}

/// One axis of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    title: String,
    low: f64,
    high: f64,
    scale: Scale,
    ticks: Vec<Tick>,
}

impl Axis {
    /// A linear axis with a title, from `low` to `high` (finite, `low < high`) with about `ticks` ticks at most, at
    /// multiples of 1, 2 or 5 times a power of ten.
    pub fn linear(title: &str, low: f64, high: f64, ticks: usize) -> Self {
        let step = round_step((high - low) / ticks.max(1) as f64);
        let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
        let ticks = (first..=last).map(|count| {
            let value = count as f64 * step;
            Tick { value, label: step_label(value, step, low.abs().max(high.abs())) }
        });
        Axis { title: title.to_owned(), low, high, scale: Scale::Linear, ticks: ticks.collect() }
    }

    /// A logarithmic axis from `low` to `high` (`0 < low < high`) with at most about `ticks` ticks: 1, 2 and
    /// 5 times each power of ten, or the powers alone, or every few of them.
    pub fn logarithmic(title: &str, low: f64, high: f64, ticks: usize) -> Self {
        let (first, last) = (number::decimal_exponent(low), number::decimal_exponent(high));
        let decades = (high / low).log10();
        let fine = decades * 3.0 <= ticks as f64;
        let every = (decades / ticks.max(1) as f64).ceil().max(1.0) as usize;
        let multiples: &[f64] = if fine { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let values = (first..=last)
            .step_by(every)
            .flat_map(|exponent| multiples.iter().map(move |multiple| multiple * 10f64.powi(exponent)));
        let ticks = values
            .filter(|value| (low..=high).contains(value))
            .map(|value| Tick { value, label: power_label(value) })
            .collect();
        Axis { title: title.to_owned(), low, high, scale: Scale::Logarithmic, ticks }
    }

    /// An axis of categories at 0, 1, 2, …, with half a step before the first and after the last. Only
    /// every `every`-th label is shown.
    pub fn categories(title: &str, labels: &[String], every: usize) -> Self {
        let ticks = labels.iter().enumerate().step_by(every.max(1));
        let ticks = ticks.map(|(index, label)| Tick { value: index as f64, label: label.clone() }).collect();
        let (low, high) = (-0.5, labels.len() as f64 - 0.5);
        Axis { title: title.to_owned(), low, high, scale: Scale::Categorical, ticks }
    }

    /// The same axis without title and labels.
    pub fn unlabelled(&self) -> Self {
        let ticks = self.ticks.iter().map(|tick| Tick { label: String::new(), ..*tick }).collect();
        Axis { title: String::new(), ticks, ..self.clone() }
    }

    /// What the axis shows.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The lower end.
    pub fn low(&self) -> f64 {
        self.low
    }

    /// The upper end.
    pub fn high(&self) -> f64 {
        self.high
    }

    /// The marked values, ascending.
    pub fn ticks(&self) -> &[Tick] {
        &self.ticks
    }

    /// Width of the widest tick label in points.
    pub fn label_width(&self, size: f64, weight: Weight) -> f64 {
        self.ticks.iter().map(|tick| font::text_width(&tick.label, size, weight)).fold(0.0, f64::max)
    }

    /// Whether the axis names categories instead of numbers.
    pub fn is_categorical(&self) -> bool {
        self.scale == Scale::Categorical
    }

    /// Position of a value: 0 at the lower end, 1 at the upper. On a logarithmic axis, what is not above
    /// zero lies at the lower end.
    pub fn fraction(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear | Scale::Categorical => (value - self.low) / (self.high - self.low),
            Scale::Logarithmic if value > 0.0 => {
                pxfm::f_log(value / self.low) / pxfm::f_log(self.high / self.low)
            }
            Scale::Logarithmic => 0.0,
        }
    }
}

impl Ranged for Axis {
    type FormatOption = NoDefaultFormatting;
    type ValueType = f64;

    fn map(&self, value: &f64, (start, end): (i32, i32)) -> i32 {
        start + (self.fraction(*value) * f64::from(end - start)).round() as i32
    }

    fn key_points<Hint: KeyPointHint>(&self, hint: Hint) -> Vec<f64> {
        // plotters draws a second mesh of finer lines; these figures have none.
        if hint.weight().allow_light_points() {
            return Vec::new();
        }
        self.ticks.iter().map(|tick| tick.value).collect()
    }

    fn range(&self) -> Range<f64> {
        self.low..self.high
    }
}

impl ValueFormatter<f64> for Axis {
    fn format_ext(&self, value: &f64) -> String {
        let tick = self.ticks.iter().find(|tick| tick.value == *value);
        tick.map(|tick| tick.label.clone()).unwrap_or_default()
    }
}

/// The smallest of 1, 2 and 5 times a power of ten that is not below a positive width.
fn round_step(width: f64) -> f64 {
    let power = 10f64.powi(number::decimal_exponent(width));
    let multiple = [1.0, 2.0, 5.0].into_iter().find(|multiple| multiple * power >= width);
    multiple.unwrap_or(10.0) * power
}

/// A tick of a linear axis: as many decimals as its step needs.
fn step_label(value: f64, step: f64, largest: f64) -> String {
    if value == 0.0 {
        return "0".into();
    }
    if !(1e-3..1e6).contains(&largest) {
        let digits = number::decimal_exponent(value) - number::decimal_exponent(step);
        return number::scientific(value, digits.max(0) as usize);
    }
    number::grouped(value, (-number::decimal_exponent(step)).max(0) as usize)
}

/// A tick of a logarithmic axis.
fn power_label(value: f64) -> String {
    if (1e-3..1e5).contains(&value) {
        number::grouped(value, (-number::decimal_exponent(value)).max(0) as usize)
    } else {
        number::scientific(value, 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: &Axis) -> Vec<&str> {
        axis.ticks().iter().map(|tick| tick.label.as_str()).collect()
    }

    #[test]
    fn linear_ticks_are_round() {
        assert_eq!(labels(&Axis::linear("", 0.0, 150.0, 5)), ["0", "50", "100", "150"]);
        assert_eq!(labels(&Axis::linear("", -0.52, 1.1, 6)), ["−0.5", "0", "0.5", "1.0"]);
        assert_eq!(labels(&Axis::linear("", 0.0, 2.5e-7, 3)), ["0", "10⁻⁷", "2·10⁻⁷"]);
    }

    #[test]
    fn logarithmic_ticks_thin_out() {
        assert_eq!(labels(&Axis::logarithmic("", 10.0, 719.3, 8)), ["10", "20", "50", "100", "200", "500"]);
        assert_eq!(labels(&Axis::logarithmic("", 10.0, 2e4, 5)), ["10", "100", "1,000", "10,000"]);
        assert_eq!(Axis::logarithmic("", 10.0, 1e300, 6).ticks().len(), 6);
    }

    #[test]
    fn positions_follow_the_scale() {
        assert_eq!(Axis::linear("", -1.0, 1.0, 4).fraction(0.0), 0.5);
        let decades = Axis::logarithmic("", 10.0, 1000.0, 4);
        assert!((decades.fraction(100.0) - 0.5).abs() < 1e-15);
        assert_eq!(decades.fraction(0.0), 0.0);
        assert_eq!(decades.map(&100.0, (3200, 0)), 1600);
    }
}
