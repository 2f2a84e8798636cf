//! Products without the time: what a clock wrote into them is blanked before they are hashed.
//!
//! Records hold how long a computation took, and the files of the simulated LoRA study when they were written. An
//! exported figure holds the record, so its lengths and check sums depend on the clock too.

/// Fields of JSON that a clock decides.
const FIELDS: [&str; 5] = ["wall_seconds", "start_time", "end_time", "training_time", "timestamp"];

/// What ends a field's name before its value: in JSON and in JSON that XML holds.
const QUOTES: [&str; 2] = ["\": ", "&quot;: "];

/// The length of a PDF stream. The stream with the record is as long as the record.
const PDF_LENGTH: &[u8] = b"/Length ";

/// Where a PDF lists the positions of its objects, which move with the record.
const PDF_POSITIONS: &[u8] = b"\nxref\n";

const PDF: &[u8] = b"%PDF-";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// The content of a product without what a clock decides.
pub fn without_time(content: &[u8]) -> Vec<u8> {
    let mut content = if content.starts_with(PNG) { chunks(content) } else { content.to_vec() };
    for field in FIELDS {
        for quote in QUOTES {
            content = blank(&content, [field, quote].concat().as_bytes());
        }
    }
    if content.starts_with(PDF) {
        content = blank(&content, PDF_LENGTH);
        if let Some(end) = find(&content, PDF_POSITIONS) {
            content.truncate(end);
        }
    }
    content
}

/// Removes the value after each occurrence of `key`, up to what can end one.
fn blank(content: &[u8], key: &[u8]) -> Vec<u8> {
    let ends = |byte: &u8| matches!(byte, b',' | b'\n' | b'}' | b'/' | b'>');
    let mut blanked = Vec::with_capacity(content.len());
    let mut rest = content;
    while let Some(place) = find(rest, key) {
        let (before, after) = rest.split_at(place + key.len());
        blanked.extend_from_slice(before);
        rest = &after[after.iter().position(ends).unwrap_or(after.len())..];
    }
    blanked.extend_from_slice(rest);
    blanked
}

/// The kinds and contents of the chunks of a PNG file, without lengths and check sums.
fn chunks(png: &[u8]) -> Vec<u8> {
    let mut chunks = PNG.to_vec();
    let mut rest = &png[PNG.len()..];
    while let Some((length, chunk)) = rest.split_first_chunk::<4>() {
        // Four bytes of kind, then the content, then four bytes of check sum.
        let end = 4 + u32::from_be_bytes(*length) as usize;
        chunks.extend_from_slice(&chunk[..end.min(chunk.len())]);
        rest = chunk.get(end + 4..).unwrap_or_default();
    }
    chunks
}

/// Where a pattern begins.
fn find(content: &[u8], pattern: &[u8]) -> Option<usize> {
    content.windows(pattern.len()).position(|window| window == pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(content: &str) -> String {
        String::from_utf8(without_time(content.as_bytes())).unwrap()
    }

    #[test]
    fn times_are_blanked_and_nothing_else() {
        let json = "{\n  \"wall_seconds\": 1.2e-5,\n  \"seconds\": 3\n}";
        assert_eq!(text(json), "{\n  \"wall_seconds\": ,\n  \"seconds\": 3\n}");
        assert_eq!(text("&quot;wall_seconds&quot;: 0.5\n}"), "&quot;wall_seconds&quot;: \n}");
    }

    #[test]
    fn lengths_of_pdf_and_png_do_not_count() {
        let pdf =
            |time: &str| format!("%PDF-1.5\n/Length {}\n\"wall_seconds\": {time}\nxref\n{0}", time.len());
        assert_eq!(text(&pdf("0.5")), text(&pdf("0.25")));
        let png = |time: &str| {
            let chunk = format!("iTXt\"wall_seconds\": {time}\n");
            let length = (chunk.len() as u32 - 4).to_be_bytes();
            [PNG, &length, chunk.as_bytes(), &time.as_bytes()[..3], b"!"].concat()
        };
        assert_eq!(without_time(&png("0.5")), without_time(&png("0.25")));
        assert!(without_time(&png("0.5")).ends_with(b"iTXt\"wall_seconds\": \n"));
    }
}
