//! Axes: a linear, logarithmic, or categorical range with ticks at round values, usable as a plotters coordinate.

use crate::scene::Weight;
use crate::view::Window;
use crate::{font, number, plot};
use plotters::coord::ranged1d::{KeyPointHint, NoDefaultFormatting, Ranged, ValueFormatter};
use std::ops::Range;

/// Mapping from values to positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scale {
    /// Positions are proportional to the value.
    Linear,
    /// Positions are proportional to the logarithm of the value.
    Logarithmic,
    /// One step per category.
    Categorical,
}

/// The full range of an axis for either scale: the lower and the upper end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Span {
    /// The ends on a linear scale.
    pub linear: (f64, f64),
    /// The ends on a logarithmic scale; `None` unless all values are above zero.
    pub logarithmic: Option<(f64, f64)>,
}

/// A tick: a marked value on an axis.
#[derive(Debug, Clone, PartialEq)]
pub struct Tick {
    /// The value at the tick.
    pub value: f64,
    /// The text at the tick.
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
    /// The ends of the whole axis; `low` and `high` may show only a part of it.
    whole: (f64, f64),
    /// Whether the axis can be drawn on either scale.
    has_choice: bool,
    /// The names of the categories; empty for an axis of numbers.
    names: Vec<String>,
}

/// The smallest part of an axis that zooming can show.
const DEEPEST: f64 = 1e-6;

/// The fewest ticks at 1, 2, and 5 times powers of ten; a logarithmic axis with fewer gets evenly spaced ticks.
const FEWEST: usize = 3;

impl Axis {
    /// Creates the part of an axis that lies within a window, on a scale that its span allows. Shows the whole axis if
    /// there is no window or the window does not overlap it.
    pub fn within(title: &str, span: Span, scale: Scale, window: Option<(f64, f64)>, ticks: usize) -> Self {
        let whole = match scale {
            Scale::Logarithmic => span.logarithmic.unwrap_or(span.linear),
            Scale::Linear | Scale::Categorical => span.linear,
        };
        let shown = window.map(|(low, high)| (low.max(whole.0), high.min(whole.1)));
        let (low, high) = shown.filter(|(low, high)| low < high).unwrap_or(whole);
        let axis = match scale {
            Scale::Logarithmic => Axis::logarithmic(&format!("{title} (log scale)"), low, high, ticks),
            Scale::Linear | Scale::Categorical => Axis::linear(title, low, high, ticks),
        };
        Axis { whole, has_choice: span.logarithmic.is_some(), ..axis }
    }

    /// Creates a linear axis from `low` to `high` (finite, `low < high`) with at most about `ticks` ticks, at multiples
    /// of 1, 2, or 5 times a power of ten.
    pub fn linear(title: &str, low: f64, high: f64, ticks: usize) -> Self {
        let step = round_step((high - low) / ticks.max(1) as f64);
        let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
        let ticks = (first..=last).map(|count| {
            let value = count as f64 * step;
            Tick { value, label: step_label(value, step, low.abs().max(high.abs())) }
        });
        let (title, ticks) = (title.to_owned(), ticks.collect());
        Axis {
            title,
            low,
            high,
            scale: Scale::Linear,
            ticks,
            whole: (low, high),
            has_choice: false,
            names: vec![],
        }
    }

    /// Creates a logarithmic axis from `low` to `high` (`0 < low < high`) with at most about `ticks` ticks: at 1, 2,
    /// and 5 times each power of ten, at each power of ten, or at every few powers of ten.
    pub fn logarithmic(title: &str, low: f64, high: f64, ticks: usize) -> Self {
        let (first, last) = (number::decimal_exponent(low), number::decimal_exponent(high));
        let decades = libm::log10(high / low);
        let fine = decades * 3.0 <= ticks as f64;
        let every = (decades / ticks.max(1) as f64).ceil().max(1.0) as usize;
        let multiples: &[f64] = if fine { &[1.0, 2.0, 5.0] } else { &[1.0] };
        // Start at a multiple of `every`, so that the same powers keep their ticks while the axis moves.
        let first = first.div_euclid(every as i32) * every as i32;
        let values = (first..=last).step_by(every).flat_map(|exponent| {
            multiples.iter().map(move |multiple| multiple * number::power_of_ten(exponent))
        });
        let mut marked: Vec<Tick> = values
            .filter(|value| (low..=high).contains(value))
            .map(|value| Tick { value, label: power_label(value) })
            .collect();
        if marked.len() < FEWEST && fine {
            marked = Axis::linear("", low, high, ticks).ticks;
        }
        let (title, scale) = (title.to_owned(), Scale::Logarithmic);
        Axis { title, low, high, scale, ticks: marked, whole: (low, high), has_choice: true, names: vec![] }
    }

    /// Creates an axis of categories at 0, 1, 2, …, with half a step before the first and after the last. Only every
    /// `every`-th label is shown.
    pub fn categories(title: &str, labels: &[String], every: usize) -> Self {
        let ticks = labels.iter().enumerate().step_by(every.max(1));
        let ticks = ticks.map(|(index, label)| Tick { value: index as f64, label: label.clone() }).collect();
        let (low, high) = (-0.5, labels.len() as f64 - 0.5);
        let (title, scale) = (title.to_owned(), Scale::Categorical);
        Axis { title, low, high, scale, ticks, whole: (low, high), has_choice: false, names: labels.to_vec() }
    }

    /// Returns the part of this axis within a window, with its ticks; the whole axis if they do not overlap.
    pub fn cut(self, window: Option<(f64, f64)>) -> Self {
        let Some((low, high)) = window else { return self };
        let (low, high) = (low.max(self.low), high.min(self.high));
        if low >= high {
            return self;
        }
        let ticks = self.ticks.into_iter().filter(|tick| (low..=high).contains(&tick.value)).collect();
        Axis { low, high, ticks, ..self }
    }

    /// Returns the part of this axis within a window, with about as many ticks as the whole axis. The reader cannot
    /// change its scale.
    pub fn part(self, window: Window) -> Self {
        let shown = self.clone().shown(window);
        let ticks = self.ticks.len().max(2);
        let part = match self.scale {
            Scale::Linear if window != Window::WHOLE => {
                Axis::linear(&self.title, shown.low, shown.high, ticks)
            }
            Scale::Logarithmic if window != Window::WHOLE => {
                Axis::logarithmic(&self.title, shown.low, shown.high, ticks)
            }
            _ => self.clone().cut(window.ends()),
        };
        Axis { whole: self.whole, has_choice: false, ..part }
    }

    /// Returns the same axis without its title and labels.
    pub fn unlabelled(&self) -> Self {
        let ticks = self.ticks.iter().map(|tick| Tick { label: String::new(), ..*tick }).collect();
        Axis { title: String::new(), ticks, ..self.clone() }
    }

    /// Returns the same axis with another title.
    pub fn titled(self, title: String) -> Self {
        Axis { title, ..self }
    }

    /// Returns the title: the quantity that the axis shows.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// Returns the lower end.
    pub fn low(&self) -> f64 {
        self.low
    }

    /// Returns the upper end.
    pub fn high(&self) -> f64 {
        self.high
    }

    /// Returns the ticks, ascending.
    pub fn ticks(&self) -> &[Tick] {
        &self.ticks
    }

    /// Returns the width of the widest tick label in points.
    pub fn label_width(&self, size: f64, weight: Weight) -> f64 {
        self.ticks.iter().map(|tick| font::text_width(&tick.label, size, weight)).fold(0.0, f64::max)
    }

    /// Returns whether the axis is logarithmic.
    pub fn is_logarithmic(&self) -> bool {
        self.scale == Scale::Logarithmic
    }

    /// Returns whether the axis can be drawn on the other scale.
    pub fn has_choice(&self) -> bool {
        self.has_choice
    }

    /// Formats a value with at most `digits` significant digits, or as the name of its category.
    pub fn value(&self, value: f64, digits: usize) -> String {
        let name = self.names.get(value.round().max(0.0) as usize);
        name.map_or_else(|| plot::readable(value, digits), String::clone)
    }

    /// Formats a value with the quantity that the axis shows.
    pub fn describe(&self, value: f64, digits: usize) -> String {
        match self.scale {
            Scale::Categorical => self.value(value, digits),
            _ => format!("{} {}", self.quantity(), self.value(value, digits)),
        }
    }

    /// Returns the quantity that the axis shows: the title without the note on its scale.
    fn quantity(&self) -> &str {
        self.title.trim_end_matches(" (log scale)")
    }

    /// Returns the window between two fractions of the shown part (0 to 1), limited to the whole axis and at
    /// least a millionth of it wide. Returns [`Window::WHOLE`] if the window would cover the whole axis.
    pub fn window(&self, (from, to): (f64, f64)) -> Window {
        let (low, high) = (self.fraction(self.whole.0), self.fraction(self.whole.1));
        let all = high - low;
        let width = (to - from).clamp(all * DEEPEST, all);
        // Narrow about the middle, then move into the whole axis.
        let from = (f64::midpoint(from, to) - width / 2.0).clamp(low, high - width);
        if width >= all * (1.0 - 1e-9) {
            return Window::WHOLE;
        }
        Window::between(self.value_at(from), self.value_at(from + width))
    }

    /// Returns the axis with another part of it shown and its ticks unchanged; use it for positions only.
    pub fn shown(self, window: Window) -> Self {
        let (low, high) = window.ends().unwrap_or(self.whole);
        let (low, high) = (low.max(self.whole.0), high.min(self.whole.1));
        if low < high { Axis { low, high, ..self } } else { self }
    }

    /// Returns the value at a fraction of the axis: the inverse of [`Axis::fraction`].
    pub fn value_at(&self, fraction: f64) -> f64 {
        match self.scale {
            Scale::Linear | Scale::Categorical => self.low + fraction * (self.high - self.low),
            Scale::Logarithmic => self.low * libm::exp(fraction * libm::log(self.high / self.low)),
        }
    }

    /// Returns whether the axis shows categories instead of numbers.
    pub fn is_categorical(&self) -> bool {
        self.scale == Scale::Categorical
    }

    /// Returns the position of a value: 0 at the lower end, 1 at the upper. On a logarithmic axis, values at or below
    /// zero lie at the lower end.
    pub fn fraction(&self, value: f64) -> f64 {
        match self.scale {
            Scale::Linear | Scale::Categorical => (value - self.low) / (self.high - self.low),
            Scale::Logarithmic if value > 0.0 => {
                libm::log(value / self.low) / libm::log(self.high / self.low)
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

/// Returns the smallest of 1, 2, 5, and 10 times a power of ten that is not below `width`, a positive number.
fn round_step(width: f64) -> f64 {
    let power = number::power_of_ten(number::decimal_exponent(width));
    let multiple = [1.0, 2.0, 5.0].into_iter().find(|multiple| multiple * power >= width);
    multiple.unwrap_or(10.0) * power
}

/// Formats a tick of a linear axis with as many decimals as its step needs.
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

/// Formats a tick of a logarithmic axis.
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
    fn a_narrow_logarithmic_axis_has_ticks_at_equal_distances() {
        assert_eq!(labels(&Axis::logarithmic("", 28.0, 37.0, 5)), ["28", "30", "32", "34", "36"]);
    }

    #[test]
    fn zooming_in_and_out_again_shows_the_whole() {
        let span = Span { linear: (-2.0, 8.0), logarithmic: None };
        let decades = Span { linear: (0.0, 1e4), logarithmic: Some((1e-2, 1e4)) };
        for (span, scale) in [(span, Scale::Linear), (decades, Scale::Linear), (decades, Scale::Logarithmic)]
        {
            let axis = |window: Window| Axis::within("", span, scale, window.ends(), 5);
            let whole = axis(Window::WHOLE);
            let window = whole.window((0.25, 0.5));
            let zoomed = axis(window);
            for part in [0.0, 0.3, 1.0] {
                let value = zoomed.value_at(part);
                assert!((zoomed.fraction(value) - part).abs() < 1e-12, "{scale:?}: {part}");
                assert!((whole.fraction(value) - (0.25 + 0.25 * part)).abs() < 1e-12, "{scale:?}: {part}");
            }
            // The zoomed axis begins one width after the start: a window four times as wide begins one width earlier.
            assert_eq!(zoomed.window((-1.0, 3.0)), Window::WHOLE);
            let moved = axis(zoomed.window((0.5, 1.5)));
            assert!((moved.value_at(0.5) - zoomed.value_at(1.0)).abs() < 1e-9 * zoomed.value_at(1.0));
            // The window stays within the whole axis and never shows less than a millionth of it.
            let end = axis(zoomed.window((9.0, 10.0)));
            assert!((whole.fraction(end.low()) - 0.75).abs() < 1e-9, "{scale:?}: {}", end.low());
            let deepest = axis(whole.window((0.5, 0.5)));
            let width = whole.fraction(deepest.high()) - whole.fraction(deepest.low());
            assert!((width / DEEPEST - 1.0).abs() < 1e-3, "{scale:?}: {width}");
        }
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
