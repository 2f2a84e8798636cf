//! The properties of CPython on which published files depend: how it prints a float, and in which order it iterates
//! over a set of small integers.

use serde_json::ser::{CharEscape, Formatter, PrettyFormatter};
use std::io;

/// Returns the JSON that Python's `json.dump(…, indent=2)` writes: floats as printed by `repr`, text in ASCII.
pub fn to_json(value: &serde_json::Value) -> Result<String, serde_json::Error> {
    let mut bytes = Vec::new();
    let formatter = PythonFormatter(PrettyFormatter::with_indent(b"  "));
    serde::Serialize::serialize(value, &mut serde_json::Serializer::with_formatter(&mut bytes, formatter))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Returns a finite float as printed by Python's `repr`: with the shortest digits that parse to the same float,
/// positional for decimal exponents from −4 to 15, otherwise with a signed exponent of at least two digits.
pub fn repr(value: f64) -> String {
    let shortest = format!("{value:e}");
    let Some((mantissa, exponent)) = shortest.split_once('e') else { return shortest };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if value == 0.0 || (-4..16).contains(&exponent) {
        let positional = format!("{value}");
        if positional.contains('.') { positional } else { positional + ".0" }
    } else {
        let sign = if exponent < 0 { '-' } else { '+' };
        format!("{mantissa}e{sign}{:02}", exponent.abs())
    }
}

/// Returns the order in which CPython iterates over `set(left) & set(right)` for non-negative integers.
///
/// The order depends on the hash table (the hash of a small integer is the integer), on the order of insertion, and
/// on which of the two sets CPython iterates over: the smaller one, or the right one if both have the same size.
pub fn intersection_order(left: &[u32], right: &[u32]) -> Vec<u32> {
    let (left, right) = (Set::of(left), Set::of(right));
    let (kept, walked) = if right.len() > left.len() { (right, left) } else { (left, right) };
    let mut result = Set::default();
    walked.keys().filter(|key| kept.contains(*key)).for_each(|key| result.insert(key));
    result.keys().collect()
}

/// CPython's open-addressing set, for keys that are their own hash.
#[derive(Default)]
struct Set {
    /// The slots; their number is a power of two.
    slots: Vec<Option<u32>>,
}

impl Set {
    /// The number of slots of an empty set.
    const SMALLEST: usize = 8;
    /// The number of neighboring slots tried before the probe jumps.
    const LINEAR_PROBES: usize = 9;
    /// The number of bits of the hash consumed by each jump.
    const PERTURB_SHIFT: u32 = 5;

    fn of(keys: &[u32]) -> Self {
        let mut set = Set::default();
        keys.iter().for_each(|&key| set.insert(key));
        set
    }

    fn keys(&self) -> impl Iterator<Item = u32> {
        self.slots.iter().flatten().copied()
    }

    fn len(&self) -> usize {
        self.keys().count()
    }

    fn contains(&self, key: u32) -> bool {
        self.keys().any(|other| other == key)
    }

    fn insert(&mut self, key: u32) {
        if self.slots.is_empty() {
            self.slots = vec![None; Self::SMALLEST];
        }
        if self.contains(key) {
            return;
        }
        self.place(key);
        let used = self.len();
        if used * 5 >= (self.slots.len() - 1) * 3 {
            let mut size = Self::SMALLEST;
            while size <= used * 4 {
                size *= 2;
            }
            let old = std::mem::replace(&mut self.slots, vec![None; size]);
            old.into_iter().flatten().for_each(|key| self.place(key));
        }
    }

    /// Inserts a key that is not in the set into the first free slot of its probe sequence.
    fn place(&mut self, key: u32) {
        let mask = self.slots.len() - 1;
        let mut perturb = key;
        let mut start = key as usize & mask;
        loop {
            let probes = if start + Self::LINEAR_PROBES <= mask { Self::LINEAR_PROBES } else { 0 };
            if let Some(free) = (start..=start + probes).find(|&slot| self.slots[slot].is_none()) {
                self.slots[free] = Some(key);
                return;
            }
            perturb >>= Self::PERTURB_SHIFT;
            start = (start * 5 + 1 + perturb as usize) & mask;
        }
    }
}

/// A JSON formatter with an indent of two spaces, Python's floats and ASCII text.
struct PythonFormatter(PrettyFormatter<'static>);

impl Formatter for PythonFormatter {
    fn write_f64<W: ?Sized + io::Write>(&mut self, writer: &mut W, value: f64) -> io::Result<()> {
        writer.write_all(repr(value).as_bytes())
    }

    fn write_string_fragment<W: ?Sized + io::Write>(&mut self, writer: &mut W, text: &str) -> io::Result<()> {
        for character in text.chars() {
            if character.is_ascii() {
                writer.write_all(&[character as u8])?;
            } else {
                for unit in character.encode_utf16(&mut [0; 2]) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            }
        }
        Ok(())
    }

    fn write_char_escape<W: ?Sized + io::Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        self.0.write_char_escape(writer, escape)
    }

    fn begin_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_array(writer)
    }

    fn end_array<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array(writer)
    }

    fn begin_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_array_value(writer, first)
    }

    fn end_array_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_array_value(writer)
    }

    fn begin_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object(writer)
    }

    fn end_object<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object(writer)
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, writer: &mut W, first: bool) -> io::Result<()> {
        self.0.begin_object_key(writer, first)
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.begin_object_value(writer)
    }

    fn end_object_value<W: ?Sized + io::Write>(&mut self, writer: &mut W) -> io::Result<()> {
        self.0.end_object_value(writer)
    }
}
