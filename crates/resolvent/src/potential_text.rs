//! Potentials as one line of text, such as `random:strength=3,seed=7`.
//!
//! The same line is used as a command-line argument, in permalinks, in forms, and for serialization.

use std::fmt;
use std::num::NonZeroUsize;
use std::str::FromStr;

use crate::chain::{LARGEST_ENERGY, is_usable_energy};
use crate::error::ResolventError;
use crate::potential::Potential;

/// An example of every kind, for messages and help texts.
pub const ACCEPTED_POTENTIALS: &str = "constant:0 · values:0.3,-0.2 · random:strength=3,seed=7 · \
     aubry-andre:strength=2,phase=0 · impurity:strength=5 (also site=…) · steps:height=2,width=32 · \
     prime-bump:scale=0.02,epsilon=1,powers=3,centers=powers";

/// The number of sites per plateau of `steps` by default.
const DEFAULT_WIDTH: NonZeroUsize = NonZeroUsize::MIN.saturating_add(31);

impl fmt::Display for Potential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Constant { value } => write!(f, "constant:{value}"),
            Self::Values { values } => {
                f.write_str("values:")?;
                for (site, value) in values.iter().enumerate() {
                    let separator = if site == 0 { "" } else { "," };
                    write!(f, "{separator}{value}")?;
                }
                Ok(())
            }
            Self::Random { strength, seed } => write!(f, "random:strength={strength},seed={seed}"),
            Self::AubryAndre { strength, phase } => {
                write!(f, "aubry-andre:strength={strength},phase={phase}")
            }
            Self::Impurity { strength, site: None } => write!(f, "impurity:strength={strength}"),
            Self::Impurity { strength, site: Some(site) } => {
                write!(f, "impurity:strength={strength},site={site}")
            }
            Self::Steps { height, width } => write!(f, "steps:height={height},width={width}"),
            Self::PrimeBump { scale, epsilon, powers, centers } => {
                write!(f, "prime-bump:scale={scale},epsilon={epsilon},powers={powers},centers={centers}")
            }
        }
    }
}

impl FromStr for Potential {
    type Err = ResolventError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, rest) = text.split_once(':').unwrap_or((text, ""));
        match kind.trim() {
            "constant" => Ok(Self::Constant { value: energy("constant", "value", rest)? }),
            "values" => Ok(Self::Values { values: values(rest)? }),
            "random" => {
                let settings = Settings::read("random", &["strength", "seed"], rest)?;
                let strength = settings.energy("strength", 1.0)?;
                let seed = settings.parsed("seed", "a whole number from 0 to 4294967295")?.unwrap_or(0);
                Ok(Self::Random { strength, seed })
            }
            "aubry-andre" => {
                let settings = Settings::read("aubry-andre", &["strength", "phase"], rest)?;
                let strength = settings.energy("strength", 2.0)?;
                let phase = settings.energy("phase", 0.0)?;
                Ok(Self::AubryAndre { strength, phase })
            }
            "impurity" => {
                let settings = Settings::read("impurity", &["strength", "site"], rest)?;
                let strength = settings.energy("strength", 5.0)?;
                let site = settings.parsed("site", "a whole number from 0")?;
                Ok(Self::Impurity { strength, site })
            }
            "steps" => {
                let settings = Settings::read("steps", &["height", "width"], rest)?;
                let height = settings.energy("height", 2.0)?;
                let width = settings.parsed("width", "a whole number from 1")?.unwrap_or(DEFAULT_WIDTH);
                Ok(Self::Steps { height, width })
            }
            "prime-bump" => {
                let settings =
                    Settings::read("prime-bump", &["scale", "epsilon", "powers", "centers"], rest)?;
                let scale = settings.energy("scale", 0.02)?;
                let epsilon = settings.energy("epsilon", 1.0)?;
                let powers = settings.parsed("powers", "a whole number from 1 to 16")?.unwrap_or(3);
                let centers = settings.parsed("centers", "“powers” or “primes”")?.unwrap_or_default();
                Ok(Self::PrimeBump { scale, epsilon, powers, centers })
            }
            kind => Err(ResolventError::PotentialKind { kind: kind.to_owned() }),
        }
    }
}

impl TryFrom<String> for Potential {
    type Error = ResolventError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Potential> for String {
    fn from(potential: Potential) -> Self {
        potential.to_string()
    }
}

/// The `key=value` pairs of one potential. Each key is known and occurs at most once.
struct Settings<'a> {
    kind: &'static str,
    pairs: Vec<(&'a str, &'a str)>,
}

impl<'a> Settings<'a> {
    fn read(kind: &'static str, accepted: &[&str], text: &'a str) -> Result<Self, ResolventError> {
        let mut pairs: Vec<(&str, &str)> = Vec::new();
        if text.trim().is_empty() {
            return Ok(Self { kind, pairs });
        }
        for pair in text.split(',') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (key, value) = (key.trim(), value.trim());
            if !accepted.contains(&key) {
                let accepted = accepted.join(" and ");
                return Err(ResolventError::PotentialSetting { kind, key: key.to_owned(), accepted });
            }
            if pairs.iter().any(|(earlier, _)| *earlier == key) {
                return Err(ResolventError::RepeatedSetting { kind, key: key.to_owned() });
            }
            pairs.push((key, value));
        }
        Ok(Self { kind, pairs })
    }

    fn text(&self, key: &str) -> Option<&'a str> {
        self.pairs.iter().find(|(given, _)| *given == key).map(|(_, value)| *value)
    }

    fn energy(&self, key: &str, default: f64) -> Result<f64, ResolventError> {
        self.text(key).map_or(Ok(default), |text| energy(self.kind, key, text))
    }

    fn parsed<T: FromStr>(&self, key: &str, expected: &str) -> Result<Option<T>, ResolventError> {
        self.text(key)
            .map(|text| text.parse().map_err(|_| unreadable(self.kind, key, text, expected)))
            .transpose()
    }
}

/// Parses the diagonal itself, one value per site.
fn values(text: &str) -> Result<Vec<f64>, ResolventError> {
    let value = |(site, text): (usize, &str)| {
        let expected = "one number per site, separated by commas";
        let value = text
            .trim()
            .parse()
            .map_err(|_| unreadable("values", &format!("value at site {site}"), text, expected))?;
        if is_usable_energy(value) { Ok(value) } else { Err(ResolventError::PotentialValue { site, value }) }
    };
    text.split(',').enumerate().map(value).collect()
}

/// Parses a number that is a valid potential value.
fn energy(kind: &'static str, key: &str, text: &str) -> Result<f64, ResolventError> {
    match text.trim().parse() {
        Ok(value) if is_usable_energy(value) => Ok(value),
        _ => {
            let expected = format!("a finite number of magnitude at most {LARGEST_ENERGY:e}");
            Err(unreadable(kind, key, text, &expected))
        }
    }
}

pub(super) fn unreadable(kind: &'static str, key: &str, value: &str, expected: &str) -> ResolventError {
    ResolventError::SettingValue {
        kind,
        key: key.to_owned(),
        value: value.trim().to_owned(),
        expected: expected.to_owned(),
    }
}
