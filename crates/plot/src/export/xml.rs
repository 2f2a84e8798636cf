//! Escaping and unescaping of text in XML.

/// Escapes text for XML content or attributes; characters that XML cannot hold become U+FFFD.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            '\t' | '\n' => escaped.push(character),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => escaped.push(char::REPLACEMENT_CHARACTER),
            other => escaped.push(other),
        }
    }
    escaped
}

/// Returns the text of XML content, with entities replaced by their characters. Returns `None` if an entity is unknown
/// or unterminated, or if there is markup.
pub(super) fn unescape(content: &str) -> Option<String> {
    let mut text = String::with_capacity(content.len());
    let mut rest = content;
    while let Some(position) = rest.find(['&', '<']) {
        text += &rest[..position];
        let (entity, after) = rest[position..].strip_prefix('&')?.split_once(';')?;
        text.push(character(entity)?);
        rest = after;
    }
    Some(text + rest)
}

/// Returns the character of an entity, given without `&` and `;`.
fn character(entity: &str) -> Option<char> {
    let code = match entity {
        "amp" => return Some('&'),
        "lt" => return Some('<'),
        "gt" => return Some('>'),
        "quot" => return Some('"'),
        "apos" => return Some('\''),
        _ => entity.strip_prefix('#')?,
    };
    let code = match code.strip_prefix('x') {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16),
        None => code.parse(),
    };
    char::from_u32(code.ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_xml_cannot_hold_is_replaced() {
        assert_eq!(escape("a\u{1}b\r"), "a\u{fffd}b\u{fffd}");
    }

    #[test]
    fn entities_of_other_programs_are_read() {
        assert_eq!(unescape("&#123;&#x22;a&apos;&quot;: 1}").as_deref(), Some("{\"a'\": 1}"));
        for broken in ["&nbsp;", "&amp", "&#xZ;", "&#1114112;", "a<b"] {
            assert_eq!(unescape(broken), None, "{broken}");
        }
    }

    proptest! {
        #[test]
        fn escaped_text_comes_back(text in "[^\\x00-\\x1f\u{fffe}\u{ffff}]*") {
            let escaped = escape(&text);
            prop_assert!(!escaped.contains(['<', '>', '"']));
            prop_assert_eq!(unescape(&escaped), Some(text));
        }
    }
}
