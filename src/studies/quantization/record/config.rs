//! The config of a study of the quantized core.

use bk_quantize::{Format as StorageFormat, Granularity, QuantizeError, ScaleRule, Scheme, Width};
use serde::{Deserialize, Serialize};
use std::fmt::{Display, Formatter};
use std::str::FromStr;

crate::kit::context::config_errors!(ConfigError);

/// The largest number of sites; the original routine, which the published reading needs, returns only zeros far below
/// it.
pub const MOST_SITES: usize = 4096;
/// The most values drawn for calibration: 64 MB.
const MOST_VALUES: usize = 1 << 24;
/// The largest number of training steps.
const MOST_STEPS: usize = 10_000;

/// The reading of the published algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reading {
    /// Follows the mathematics: the exact resolvent, real gradients, counted bytes.
    #[default]
    Exact,
    /// Follows the published code, including its defects (resnet-bk.md §3).
    Published,
}

impl FromStr for Reading {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        match text {
            "exact" => Ok(Reading::Exact),
            "published" => Ok(Reading::Published),
            other => Err(ConfigError::Reading(other.chars().take(40).collect())),
        }
    }
}

/// The storage format of the numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Format {
    /// Evenly spaced grids, found by calibration. Bits, scale rules, and training apply to this format only.
    #[default]
    Uniform,
    /// A format of the table that takes its scales from the values.
    Stored(StorageFormat),
}

impl Format {
    /// Returns all formats: grids, and every format of the table that is not one of their bit widths.
    pub fn all() -> Vec<Format> {
        let grids = Width::ALL.map(StorageFormat::from);
        let stored = StorageFormat::ALL.into_iter().filter(|format| !grids.contains(format));
        std::iter::once(Format::Uniform).chain(stored.map(Format::Stored)).collect()
    }

    /// Returns the key in files, in links, and on the command line.
    pub fn key(self) -> &'static str {
        match self {
            Format::Uniform => "uniform",
            Format::Stored(format) => format.key(),
        }
    }

    /// Returns the label.
    pub fn label(self) -> &'static str {
        match self {
            Format::Uniform => "uniform grid",
            Format::Stored(format) => format.label(),
        }
    }
}

impl FromStr for Format {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let format = Format::all().into_iter().find(|format| format.key() == text);
        format.ok_or_else(|| ConfigError::Format(text.chars().take(40).collect()))
    }
}

impl TryFrom<String> for Format {
    type Error = ConfigError;

    fn try_from(text: String) -> Result<Self, ConfigError> {
        text.parse()
    }
}

impl From<Format> for String {
    fn from(format: Format) -> String {
        format.key().into()
    }
}

/// The parameters that are trained after calibration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Trained {
    /// None: post-training quantization.
    #[default]
    Nothing,
    /// Steps and zero points, on the calibration rows. Nothing else can be trained for values that are not known
    /// beforehand.
    Steps,
    /// Steps and zero points, and then the choice between neighboring codes for every value of v. This is possible
    /// where v is a weight, whose codes are chosen once.
    Rounding,
}

/// The modes of the published code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Mode {
    /// 8 bits, post-training.
    PtqInt8,
    /// 8 bits, quantization-aware training.
    QatInt8,
    /// 4 bits, post-training.
    PtqInt4,
    /// 4 bits, quantization-aware training.
    QatInt4,
    /// v in 8 bits, G in 4 bits; as published, 8 bits for both.
    Mixed,
}

impl Mode {
    /// All modes with their names.
    pub const ALL: [(Mode, &'static str); 5] = [
        (Mode::PtqInt8, "ptq-int8"),
        (Mode::QatInt8, "qat-int8"),
        (Mode::PtqInt4, "ptq-int4"),
        (Mode::QatInt4, "qat-int4"),
        (Mode::Mixed, "mixed"),
    ];
}

impl Display for Mode {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(Mode::ALL[*self as usize].1)
    }
}

impl FromStr for Mode {
    type Err = ConfigError;

    fn from_str(text: &str) -> Result<Self, ConfigError> {
        let mode = Mode::ALL.into_iter().find(|(_, name)| *name == text);
        mode.map(|(mode, _)| mode).ok_or_else(|| ConfigError::Mode(text.chars().take(40).collect()))
    }
}

/// The config of a study of the quantized core.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Config {
    /// The reading.
    pub reading: Reading,
    /// The storage format. The fields from `potential_bits` to `rule` apply to uniform grids.
    pub format: Format,
    /// Bit width of v.
    pub potential_bits: Width,
    /// Bit width of Re G and Im G.
    pub green_bits: Width,
    /// The parameters that are trained after calibration.
    pub trained: Trained,
    /// The channels that share a grid. This and the next three fields apply to the exact reading; the published reading
    /// has fixed values.
    pub granularity: Granularity,
    /// Group size in channels.
    pub group: usize,
    /// Whether grids have a zero point.
    pub zero_point: bool,
    /// The scale rule, which finds a grid from the calibration rows.
    pub rule: ScaleRule,
    /// Sites of the chain, which are the channels of every row.
    pub sites: usize,
    /// Rows per batch, including the test batch.
    pub rows: usize,
    /// Batches for calibration; training cycles through them.
    pub batches: usize,
    /// Training steps, one batch each.
    pub steps: usize,
    /// Seed of NumPy's legacy generator, whose standard normals are the values of v: calibration rows first.
    pub seed: u32,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            reading: Reading::Exact,
            format: Format::Uniform,
            potential_bits: Width::Int8,
            green_bits: Width::Int8,
            trained: Trained::Nothing,
            granularity: Granularity::Group,
            group: 128,
            zero_point: true,
            rule: ScaleRule::AbsoluteMaximum,
            sites: 512,
            rows: 8,
            batches: 100,
            steps: 200,
            seed: 1,
        }
    }
}

impl Config {
    /// Returns the config of a mode. In the exact reading, all modes share one kind of grid, so they differ only in bit
    /// width and training.
    pub fn of(mode: Mode, reading: Reading) -> Self {
        let (potential_bits, green_bits) = match (mode, reading) {
            (Mode::PtqInt4 | Mode::QatInt4, _) => (Width::Int4, Width::Int4),
            (Mode::Mixed, Reading::Exact) => (Width::Int8, Width::Int4),
            _ => (Width::Int8, Width::Int8),
        };
        let trained = match (mode, reading) {
            (Mode::QatInt8 | Mode::QatInt4, Reading::Exact) => Trained::Rounding,
            // The published “training” consists of ten forward passes that change nothing.
            (Mode::QatInt8 | Mode::QatInt4, Reading::Published) => Trained::Steps,
            _ => Trained::Nothing,
        };
        let steps = if reading == Reading::Published { 10 } else { Config::default().steps };
        Config { reading, potential_bits, green_bits, trained, steps, ..Config::default() }
    }

    /// Returns the mode of this config, ignoring sizes and seed.
    pub fn mode(&self) -> Option<Mode> {
        let like = |mode: Mode| {
            let Config { potential_bits, green_bits, trained, granularity, zero_point, rule, .. } =
                Config::of(mode, self.reading);
            let own = self.reading == Reading::Published
                || (granularity, zero_point, rule) == (self.granularity, self.zero_point, self.rule);
            self.format == Format::Uniform
                && own
                && (potential_bits, green_bits, trained)
                    == (self.potential_bits, self.green_bits, self.trained)
        };
        Mode::ALL.into_iter().map(|(mode, _)| mode).find(|&mode| like(mode))
    }

    /// Returns the config of the published training for the same core, with its own scheme and steps.
    pub fn trained_as_published(&self) -> Self {
        let mode = if self.green_bits == Width::Int4 { Mode::QatInt4 } else { Mode::QatInt8 };
        let Config { sites, group, rows, batches, seed, .. } = *self;
        Config { sites, group, rows, batches, seed, ..Config::of(mode, Reading::Published) }
    }

    /// Returns the label of the storage of numbers of a bit width.
    pub fn stored_as(&self, width: Width) -> &'static str {
        match self.format {
            Format::Uniform => width.label(),
            format => format.label(),
        }
    }

    /// Returns the scheme of a tensor with this bit width, in the exact reading.
    pub fn scheme(&self, width: Width) -> Scheme {
        let Config { granularity, group, zero_point, rule, .. } = *self;
        Scheme { width, zero_point, granularity, group, rule }
    }

    /// Checks all values.
    ///
    /// # Errors
    /// The first value that is out of range.
    pub fn check(&self) -> Result<(), ConfigError> {
        let within = |name, value: usize, least, most| match (least..=most).contains(&value) {
            true => Ok(()),
            false => Err(ConfigError::Range { name, value, least, most }),
        };
        within("sites", self.sites, 1, MOST_SITES)?;
        within("rows", self.rows, 1, 64)?;
        within("batches", self.batches, 1, MOST_VALUES / (self.rows * self.sites))?;
        within("steps", self.steps, 0, MOST_STEPS)?;
        within("group", self.group, 1, MOST_SITES)?;
        let integers = self.potential_bits.is_integer() && self.green_bits.is_integer();
        if self.reading == Reading::Published
            && !(integers && self.potential_bits == self.green_bits && self.green_bits.bits() >= 4)
        {
            return Err(ConfigError::Published {
                potential: self.potential_bits.bits(),
                green: self.green_bits.bits(),
            });
        }
        let plain = self.reading == Reading::Exact && self.trained == Trained::Nothing;
        if self.format != Format::Uniform && !plain {
            return Err(ConfigError::Untrained(self.stored_as(self.green_bits)));
        }
        Ok(self.scheme(self.potential_bits).check()?)
    }
}

/// Returns the keys of all formats, for a message.
fn keys() -> String {
    let keys: Vec<&str> = Format::all().into_iter().map(Format::key).collect();
    keys.join(", ")
}

/// A config that cannot be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConfigError {
    /// A number out of range.
    #[error("{value} {name} are not possible here. Give from {least} to {most}.")]
    Range {
        /// The quantity.
        name: &'static str,
        /// The value.
        value: usize,
        /// The smallest allowed value.
        least: usize,
        /// The largest allowed value.
        most: usize,
    },
    /// An unknown mode.
    #[error("“{0}” is no mode. Choose ptq-int8, qat-int8, ptq-int4, qat-int4 or mixed.")]
    Mode(String),
    /// An unknown reading.
    #[error("“{0}” is no reading. Choose exact or published.")]
    Reading(String),
    /// An unknown format.
    #[error("“{0}” is not a format. Choose {keys}.", keys = keys())]
    Format(String),
    /// A format that cannot be trained and is not part of the published core.
    #[error(
        "{0} takes its scales from the values, so that nothing is trained, and the published core does not have it. Choose the exact reading without training, or the uniform grid."
    )]
    Untrained(&'static str),
    /// Bit widths that the published code does not have.
    #[error(
        "The published code has 8 bits or 4 for all tensors, not {potential} for v and {green} for G. Take the exact reading for these."
    )]
    Published {
        /// Bits of v.
        potential: u32,
        /// Bits of G.
        green: u32,
    },
    /// An invalid scheme.
    #[error("{0}")]
    Scheme(#[from] QuantizeError),
    /// A training run with values that no training produces.
    #[error("This training run holds {0} where no training can arrive. It is damaged: begin a new one.")]
    Damaged(f64),
    /// A training run of another config.
    #[error(
        "This training run has {found} grids where the settings have {expected}. Go on with the settings it began with."
    )]
    Training {
        /// Grids in the run.
        found: usize,
        /// Grids of the config.
        expected: usize,
    },
}
