//! JSON as the published project wrote it: with bare `NaN` and `Infinity` (resnet-bk.md §11.3), which
//! strict parsers reject.

use serde_json::Value;

/// Parses JSON in which `NaN`, `Infinity` and `-Infinity` may stand for numbers; they arrive as strings of
/// the same spelling, for [`number`] to read.
pub(crate) fn parse(text: &str) -> Result<Value, serde_json::Error> {
    serde_json::from_str(text.trim_start_matches('\u{feff}')).or_else(|error| {
        let quoted = quote_bare_numbers(text);
        if quoted.len() == text.len() { Err(error) } else { serde_json::from_str(&quoted) }
    })
}

/// Puts quotes around the three bare words wherever they stand outside a string.
fn quote_bare_numbers(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 16);
    let (mut rest, mut in_string, mut escaped) = (text, false, false);
    while let Some(character) = rest.chars().next() {
        let word = if in_string {
            None
        } else {
            ["-Infinity", "Infinity", "NaN"].into_iter().find(|w| rest.starts_with(w))
        };
        if let Some(word) = word {
            quoted.extend(["\"", word, "\""]);
            rest = &rest[word.len()..];
            continue;
        }
        if character == '"' && !escaped {
            in_string = !in_string;
        }
        escaped = in_string && character == '\\' && !escaped;
        quoted.push(character);
        rest = &rest[character.len_utf8()..];
    }
    quoted
}

/// A number, be it finite or one of the three bare words.
pub(crate) fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(word) => match word.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        _ => None,
    }
}

/// What a value is, in words short enough for a sentence.
pub(crate) fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(value) => format!("the truth value {value}"),
        Value::Number(number) => format!("the number {number}"),
        Value::String(text) => format!("the text “{}”", excerpt(text)),
        Value::Array(items) => format!("a list of {} items", items.len()),
        Value::Object(object) if object.is_empty() => "an empty object".into(),
        Value::Object(object) => {
            let keys: Vec<String> = object.keys().take(4).map(|key| format!("“{}”", excerpt(key))).collect();
            let more = if object.len() > keys.len() { " …" } else { "" };
            format!("an object with {}{more}", keys.join(", "))
        }
    }
}

/// The beginning of a text from a file.
pub(crate) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut excerpt: String = text.chars().take(LONGEST).collect();
    if text.chars().nth(LONGEST).is_some() {
        excerpt.push('…');
    }
    excerpt
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bare_words_are_numbers_outside_strings_only() {
        let value = parse(r#"{"a": NaN, "b": [-Infinity, Infinity], "c": "NaN \" Infinity"}"#).ok();
        let value = value.as_ref();
        assert!(value.and_then(|v| number(&v["a"])).is_some_and(f64::is_nan));
        assert_eq!(value.and_then(|v| number(&v["b"][0])), Some(f64::NEG_INFINITY));
        assert_eq!(value.and_then(|v| v["c"].as_str()), Some("NaN \" Infinity"));
    }

    #[test]
    fn a_truncated_file_stays_an_error() {
        assert!(parse(r#"[{"perplexity": NaN"#).is_err());
        assert!(parse(r#"[{"perplexity": 3"#).is_err());
    }
}
