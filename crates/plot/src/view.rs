//! Views: the part of a figure that is shown, the scales of its axes, and the hidden series. A view changes the
//! picture, never the data.

use crate::axis::{Axis, Scale, Span};
use crate::number;
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use serde::{Deserialize, Serialize};

/// The shown part of a figure, the scales of its axes, and its hidden series. The serde form is part of links and of
/// the manifests of exported files.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct View {
    /// The shown part of the x axis.
    pub x: Window,
    /// The shown part of the y axis.
    pub y: Window,
    /// The scale of the x axis.
    pub x_scale: Scaling,
    /// The scale of the y axis.
    pub y_scale: Scaling,
    /// The keys of the series that are not drawn.
    pub hidden: Keys,
    /// Whether the reader is moving the figure right now. While it moves, labels are not placed, because placement is
    /// slow, and of marks that hide one another only one is drawn.
    #[serde(skip)]
    pub moving: bool,
    /// Whether the last record is run A, which the reader pinned for comparison with the others, runs B.
    #[serde(skip)]
    pub pinned: bool,
}

impl View {
    /// Returns whether only a part of the figure is shown.
    pub fn is_zoomed(&self) -> bool {
        self.x != Window::WHOLE || self.y != Window::WHOLE
    }

    /// Returns the same view of the whole figure.
    pub fn whole(&self) -> Self {
        View { x: Window::WHOLE, y: Window::WHOLE, ..self.clone() }
    }

    /// Returns the view of the figure at rest, with windows rounded to what the screen resolves.
    pub fn rested(&self) -> Self {
        View { x: self.x.rounded(), y: self.y.rounded(), moving: false, ..self.clone() }
    }

    /// Creates the x axis as this view shows it. `usual` is its scale unless the reader chose another.
    pub fn x_axis(&self, title: &str, span: Span, usual: Scale, ticks: usize) -> Axis {
        Axis::within(title, span, self.x_scale.over(usual, &span), self.x.0, ticks)
    }

    /// Creates the y axis as this view shows it. `usual` is its scale unless the reader chose another.
    pub fn y_axis(&self, title: &str, span: Span, usual: Scale, ticks: usize) -> Axis {
        Axis::within(title, span, self.y_scale.over(usual, &span), self.y.0, ticks)
    }
}

/// A part of an axis: the range from a value to a greater one, or the whole axis.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Vec<f64>", into = "Vec<f64>")]
pub struct Window(Option<(f64, f64)>);

/// Numbers that do not describe a part of an axis.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{0:?} is no part of an axis. Give its lower and its upper end.")]
pub struct WindowError(Vec<f64>);

/// Windows are rounded to this fraction of their width, which is finer than a pixel.
const ROUNDING: f64 = 1e-4;

impl Window {
    /// The whole axis.
    pub const WHOLE: Window = Window(None);

    /// Creates the window between two values; the whole axis if they are not finite or not in ascending order.
    pub fn between(low: f64, high: f64) -> Self {
        Window((low.is_finite() && high.is_finite() && low < high).then_some((low, high)))
    }

    /// Returns the lower and the upper end; `None` for the whole axis.
    pub fn ends(self) -> Option<(f64, f64)> {
        self.0
    }

    /// Returns the same window with its ends rounded to the digits that the screen can resolve.
    pub fn rounded(self) -> Self {
        let Some((low, high)) = self.0 else { return self };
        let round = |end: f64| {
            // On a logarithmic axis, an end far smaller than the window must keep its digits, too.
            let grain = (high - low).min(if end == 0.0 { f64::INFINITY } else { end.abs() }) * ROUNDING;
            let decimals = -number::decimal_exponent(grain);
            match usize::try_from(decimals) {
                Ok(decimals) => format!("{end:.decimals$}").parse().unwrap_or(end),
                Err(_) => {
                    let unit = number::power_of_ten(-decimals);
                    (end / unit).round() * unit
                }
            }
        };
        match Window::between(round(low), round(high)) {
            Window(None) => self,
            rounded => rounded,
        }
    }
}

impl TryFrom<Vec<f64>> for Window {
    type Error = WindowError;

    fn try_from(ends: Vec<f64>) -> Result<Self, WindowError> {
        match ends.as_slice() {
            [] => Ok(Window::WHOLE),
            &[low, high] if Window::between(low, high) != Window::WHOLE => Ok(Window::between(low, high)),
            _ => Err(WindowError(ends)),
        }
    }
}

impl From<Window> for Vec<f64> {
    fn from(window: Window) -> Self {
        window.0.map_or(vec![], |(low, high)| vec![low, high])
    }
}

/// The reader's choice of scale for an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Scaling {
    /// The figure's default scale.
    #[default]
    Usual,
    /// The linear scale.
    Linear,
    /// The logarithmic scale, where all values are above zero.
    Logarithmic,
}

impl Scaling {
    fn over(self, usual: Scale, span: &Span) -> Scale {
        match self {
            _ if usual == Scale::Categorical => usual,
            Scaling::Usual => usual,
            Scaling::Linear => Scale::Linear,
            Scaling::Logarithmic if span.logarithmic.is_some() => Scale::Logarithmic,
            Scaling::Logarithmic => usual,
        }
    }
}

/// The keys of series, serialized as one comma-separated string.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Keys(Vec<String>);

/// The characters that are escaped in a key: the separator and the escape character.
const SEPARATORS: &AsciiSet = &CONTROLS.add(b',').add(b'%');

impl Keys {
    /// Returns whether the list contains a key.
    pub fn contains(&self, key: &str) -> bool {
        self.0.iter().any(|other| other == key)
    }

    /// Adds a key, or removes it if it is present.
    pub fn toggle(&mut self, key: &str) {
        if self.contains(key) {
            self.0.retain(|other| other != key);
        } else {
            self.0.push(key.to_owned());
        }
    }
}

impl From<String> for Keys {
    fn from(text: String) -> Self {
        let keys = text.split(',').filter(|key| !key.is_empty());
        Keys(keys.map(|key| percent_decode_str(key).decode_utf8_lossy().into_owned()).collect())
    }
}

impl From<Keys> for String {
    fn from(Keys(keys): Keys) -> Self {
        let keys: Vec<String> =
            keys.iter().map(|key| utf8_percent_encode(key, SEPARATORS).to_string()).collect();
        keys.join(",")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_are_rounded_to_what_can_be_seen() {
        let rounded = |low, high| Window::between(low, high).rounded().ends();
        assert_eq!(rounded(123.456789, 456.789123), Some((123.46, 456.79)));
        assert_eq!(rounded(1.23456789e9, 9.87654321e9), Some((1_234_600_000.0, 9_876_500_000.0)));
        assert_eq!(rounded(0.0, 1.0 / 3.0), Some((0.0, 0.33333)));
        // The lower end of a window of many powers of ten keeps its digits.
        assert_eq!(rounded(1.234567e-5, 1000.0), Some((1.2346e-5, 1000.0)));
    }

    #[test]
    fn only_two_numbers_in_order_are_a_window() {
        assert_eq!(Window::try_from(vec![]), Ok(Window::WHOLE));
        assert_eq!(Window::try_from(vec![1.0, 2.0]), Ok(Window::between(1.0, 2.0)));
        for ends in [vec![1.0], vec![2.0, 1.0], vec![1.0, 1.0], vec![1.0, 2.0, 3.0]] {
            assert_eq!(Window::try_from(ends.clone()), Err(WindowError(ends)));
        }
    }

    #[test]
    fn keys_of_any_letters_come_back() {
        let mut keys = Keys::default();
        for key in ["mamba", "a,b", "100 %", "resnet_bk~2", "ü\n"] {
            keys.toggle(key);
        }
        let written = String::from(keys.clone());
        assert_eq!(Keys::from(written), keys);
        keys.toggle("a,b");
        assert!(!keys.contains("a,b") && keys.contains("100 %"));
    }
}
