//! The manifest as comments: lines of ASCII that PostScript, TeX, and CSV readers with comment support skip.

/// The character that begins a comment in PostScript and TeX.
pub(super) const PERCENT: char = '%';

/// The character that begins a comment in CSV, by convention: the format itself has no comments.
pub(super) const HASH: char = '#';

/// The marks in the first and the last line, after the comment character.
const BEGIN: &str = "BKLab_BeginManifest";
const END: &str = "BKLab_EndManifest";

/// The prefix of a line of the manifest, and of the continuation of a long line.
const LINE: &str = ": ";
const REST: &str = "+ ";

/// The most characters of the manifest per line; the document structuring conventions allow 255 in all.
const LONGEST: usize = 200;

/// Writes JSON as comments: whole lines that begin with `mark`. Characters outside ASCII become escapes, which every
/// reader of JSON understands.
pub(super) fn write(json: &str, mark: char) -> String {
    let mut comments = format!("{mark}{BEGIN}\n");
    for line in json.lines() {
        let ascii = ascii(line);
        let mut rest = ascii.as_str();
        let mut prefix = LINE;
        while rest.len() > LONGEST {
            let (part, others) = rest.split_at(LONGEST);
            comments += &format!("{mark}{prefix}{part}\n");
            (rest, prefix) = (others, REST);
        }
        comments += &format!("{mark}{prefix}{rest}\n");
    }
    comments + &format!("{mark}{END}\n")
}

/// Returns the JSON in a file's comments.
pub(super) fn find(file: &str, mark: char) -> Option<String> {
    let (_, after) = file.split_once(&format!("{mark}{BEGIN}"))?;
    let (content, _) = after.split_once(&format!("{mark}{END}"))?;
    let mut json = String::new();
    for line in content.lines().skip(1) {
        let line = line.strip_prefix(mark)?;
        match line.strip_prefix(LINE) {
            Some(start) => json.extend(["\n", start]),
            None => json += line.strip_prefix(REST)?,
        }
    }
    Some(json.trim_start().to_owned())
}

fn ascii(json: &str) -> String {
    let mut ascii = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            ascii.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                ascii += &format!("\\u{unit:04x}");
            }
        }
    }
    ascii
}

#[cfg(test)]
mod tests {
    #![allow(clippy::expect_used, reason = "a test says what went wrong by failing")]

    use super::*;

    #[test]
    fn long_and_foreign_lines_come_back() {
        let json = format!("{{\n  \"name\": \"日本 𝒳\",\n\n  \"long\": \"{}\"\n}}", "0123456789".repeat(100));
        for mark in [PERCENT, HASH] {
            let comments = write(&json, mark);
            assert!(comments.is_ascii());
            assert!(comments.lines().all(|line| line.len() <= 255 && line.starts_with(mark)));
            let found = find(&comments, mark).expect("a manifest");
            let value = |json: &str| serde_json::from_str::<serde_json::Value>(json).expect("JSON");
            assert_eq!(value(&found), value(&json));
            assert_eq!(found.lines().count(), json.lines().count());
        }
    }
}
