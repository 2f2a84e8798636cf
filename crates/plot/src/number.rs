//! Number formatting for figures: a true minus sign, and powers of ten for very large and very small numbers.

/// Numbers of at least this magnitude are written with a power of ten.
const LONG: f64 = 1e6;

/// Formats a number with a fixed count of decimals; very large ones as in "1.2·10⁷".
pub fn fixed(value: f64, decimals: usize) -> String {
    if value.abs() >= LONG { scientific(value, decimals) } else { signed(format!("{value:.decimals$}")) }
}

/// Formats a number with a fixed count of decimals and commas between groups of three digits.
pub fn grouped(value: f64, decimals: usize) -> String {
    let written = signed(format!("{value:.decimals$}"));
    let whole = written.find('.').unwrap_or(written.len());
    let first = written.find(|character: char| character.is_ascii_digit()).unwrap_or(0);
    let mut grouped = String::new();
    for (index, character) in written.char_indices() {
        if index > first && index < whole && (whole - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(character);
    }
    grouped
}

/// A final y after one of these letters takes a plain s in the plural.
const VOWELS: [char; 5] = ['a', 'e', 'i', 'o', 'u'];

/// Formats a count with its noun: "1 site", "100,000 sites".
pub fn count(number: usize, thing: &str) -> String {
    let plural = match thing.strip_suffix('y') {
        _ if number == 1 => thing.to_owned(),
        Some(stem) if !stem.ends_with(VOWELS) => format!("{stem}ies"),
        _ => format!("{thing}s"),
    };
    format!("{} {plural}", grouped(number as f64, 0))
}

/// Formats a number with at most `digits` significant digits.
pub fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".into();
    }
    let exponent = decimal_exponent(value);
    if value.abs() >= LONG || value.abs() < 1e-3 {
        return scientific(value, digits.saturating_sub(1));
    }
    let decimals = (digits as i32 - 1 - exponent).max(0) as usize;
    let written = format!("{value:.decimals$}");
    let short = if decimals > 0 { written.trim_end_matches('0').trim_end_matches('.') } else { &written };
    signed(short.to_owned())
}

/// Formats a number as mantissa and power of ten; a mantissa of 1 without decimals is left out.
pub fn scientific(value: f64, decimals: usize) -> String {
    let written = format!("{value:.decimals$e}");
    let (mantissa, exponent) = written.split_once('e').unwrap_or((&written, "0"));
    let power: String = exponent.chars().map(superscript).collect();
    match mantissa {
        "1" => format!("10{power}"),
        mantissa => format!("{}·10{power}", signed(mantissa.to_owned())),
    }
}

/// Returns the power of ten of the first digit: 2 for 314, −1 for 0.5.
pub fn decimal_exponent(value: f64) -> i32 {
    let written = format!("{value:e}");
    written.split_once('e').and_then(|(_, exponent)| exponent.parse().ok()).unwrap_or(0)
}

/// Returns a power of ten, rounded to the nearest double.
pub fn power_of_ten(exponent: i32) -> f64 {
    format!("1e{exponent}").parse().unwrap_or(f64::INFINITY)
}

fn signed(number: String) -> String {
    let zero = number.chars().all(|character| matches!(character, '-' | '0' | '.'));
    if zero { number.replace('-', "") } else { number.replace('-', "−") }
}

fn superscript(character: char) -> char {
    match character {
        '-' => '⁻',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '0' => '⁰',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        '9' => '⁹',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_as_readers_expect() {
        assert_eq!(fixed(211.046, 1), "211.0");
        assert_eq!(fixed(-0.04, 1), "0.0");
        assert_eq!(fixed(-2.5, 1), "−2.5");
        assert_eq!(fixed(1.23e12, 1), "1.2·10¹²");
        assert_eq!(significant(0.05, 3), "0.05");
        assert_eq!(significant(2.5e-7, 2), "2.5·10⁻⁷");
        assert_eq!(significant(-31.4159, 3), "−31.4");
        assert_eq!(grouped(-1234567.5, 1), "−1,234,567.5");
        assert_eq!(grouped(123.0, 0), "123");
        assert_eq!(count(1, "energy"), "1 energy");
        assert_eq!(count(100_000, "site"), "100,000 sites");
        assert_eq!(scientific(1e-3, 0), "10⁻³");
        assert_eq!(decimal_exponent(0.5), -1);
        assert_eq!(decimal_exponent(314.0), 2);
    }
}
