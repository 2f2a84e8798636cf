//! The citations in a file.

/// A section that a file cites.
#[derive(Debug, PartialEq)]
pub(super) struct Reference {
    /// The document named before it, for example `resnet-bk.md`.
    pub(super) document: Option<String>,
    /// Its number, for example `4.2` or `A.3`.
    pub(super) section: String,
    /// The item of a numbered list in it.
    pub(super) item: Option<u32>,
    /// The line of the file, from 1.
    pub(super) line: usize,
}

/// The documents that a text names, each once.
pub(super) fn documents(text: &str) -> Vec<&str> {
    let mut names: Vec<_> = text.match_indices(".md").filter_map(|(at, _)| name_before(text, at)).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// All sections that a text cites, in their order.
pub(super) fn references(text: &str) -> Vec<Reference> {
    let plain = without_comment_marks(text);
    let mut reader = Reader { text: &plain, at: 0, found: Vec::new() };
    while let Some(next) = reader.next_mark() {
        reader.at = next;
        let document = reader.document();
        if !reader.list(document.as_deref()) && document.is_none() {
            reader.at += plain[next..].chars().next().map_or(1, char::len_utf8);
        }
    }
    reader.found
}

/// Replaces what begins a comment by as many spaces, so that a citation may go on in the next line.
fn without_comment_marks(text: &str) -> String {
    let blank = |line: &str| {
        let content = line.trim_start();
        let mark = ["//!", "///", "//", "#"].iter().find(|mark| content.starts_with(**mark));
        let width = mark.map_or(0, |mark| line.len() - content.len() + mark.len());
        format!("{}{}", " ".repeat(width), &line[width..])
    };
    text.split('\n').map(blank).collect::<Vec<_>>().join("\n")
}

/// The name of a Markdown file whose `.md` is at `at`.
fn name_before(text: &str, at: usize) -> Option<&str> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
    let stem = text[..at].len() - text[..at].trim_end_matches(is_name).len();
    let ends = !text[at + 3..].starts_with(is_name);
    (stem > 0 && ends).then(|| &text[at - stem..at + 3])
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    found: Vec<Reference>,
}

impl Reader<'_> {
    /// Where the next thing begins that may belong to a citation.
    fn next_mark(&self) -> Option<usize> {
        let marks = ["§", ".md", "Appendix "].iter().filter_map(|mark| self.text[self.at..].find(mark));
        marks.min().map(|distance| self.at + distance)
    }

    /// Takes `.md` and returns the document's name, with what may stand between it and a section: blanks and the end
    /// of a link.
    fn document(&mut self) -> Option<String> {
        if !self.text[self.at..].starts_with(".md") {
            return None;
        }
        let name = name_before(self.text, self.at).map(str::to_owned);
        self.at += ".md".len();
        let before = self.at;
        self.skip(|c| c.is_whitespace() || matches!(c, ')' | '`' | '*'));
        if !self.is_section(true) {
            self.at = before;
        }
        Some(name.unwrap_or_default())
    }

    /// Takes a list of sections and says whether there was one.
    fn list(&mut self, document: Option<&str>) -> bool {
        if !self.is_section(document.is_some()) {
            return false;
        }
        while let Some((section, line)) = self.section() {
            let sections = self.range(section);
            let items = self.items();
            for section in sections {
                let of_item = |item| Reference {
                    document: document.map(str::to_owned),
                    section: section.clone(),
                    item,
                    line,
                };
                self.found.extend(items.iter().map(|&item| of_item(item)));
            }
            let end = self.at;
            if !self.separator() || !self.is_section(false) {
                self.at = end;
                break;
            }
        }
        true
    }

    /// Whether a section begins here; behind the name of a document also one like `A.4`, without a mark.
    fn is_section(&self, named: bool) -> bool {
        let rest = &self.text[self.at..];
        let unmarked = || matches!(rest.as_bytes(), [b'A'..=b'Z', b'.', b'0'..=b'9', ..]);
        rest.starts_with('§') || rest.starts_with("Appendix ") || named && unmarked()
    }

    /// Takes a section and returns its number and line.
    fn section(&mut self) -> Option<(String, usize)> {
        let line = self.text[..self.at].matches('\n').count() + 1;
        for mark in ["§", "Appendix "] {
            self.take(mark);
        }
        let rest = &self.text[self.at..];
        let head = rest.bytes().take_while(u8::is_ascii_digit).count();
        let is_letter = rest.starts_with(|c: char| c.is_ascii_uppercase())
            && !rest[1..].starts_with(char::is_alphanumeric);
        let mut length = if is_letter { 1 } else { head };
        while length > 0 && rest[length..].starts_with('.') {
            match rest[length + 1..].bytes().take_while(u8::is_ascii_digit).count() {
                0 => break,
                digits => length += 1 + digits,
            }
        }
        self.at += length;
        (length > 0).then(|| (rest[..length].to_owned(), line))
    }

    /// Takes `to 1.3` behind `1.1` and returns every section from the first to the last.
    fn range(&mut self, first: String) -> Vec<String> {
        let split = |section: &str| {
            let (chapter, number) = section.rsplit_once('.').unwrap_or(("", section));
            Some((chapter.to_owned(), number.parse::<u32>().ok()?))
        };
        let end = self.at;
        self.skip(char::is_whitespace);
        let last = if self.take("to ") || self.take("to\n") { self.next_section() } else { None };
        match (split(&first), last.as_deref().and_then(split)) {
            (Some((chapter, from)), Some((same, to))) if chapter == same && from < to => {
                let number = |n| if chapter.is_empty() { format!("{n}") } else { format!("{chapter}.{n}") };
                (from..=to).map(number).collect()
            }
            _ => {
                self.at = end;
                vec![first]
            }
        }
    }

    fn next_section(&mut self) -> Option<String> {
        self.skip(char::is_whitespace);
        self.section().map(|(section, _)| section)
    }

    /// Takes `item 1`, `items 1 and 3`, or `items 1 to 4`, and returns the numbers, or `None` alone.
    fn items(&mut self) -> Vec<Option<u32>> {
        let end = self.at;
        self.skip(char::is_whitespace);
        if !self.take("items ") && !self.take("item ") {
            self.at = end;
            return vec![None];
        }
        let Some(first) = self.number() else {
            return vec![None];
        };
        let end = self.at;
        self.skip(char::is_whitespace);
        let (to, and) = (self.take("to "), self.take("and "));
        match self.number() {
            Some(last) if to => (first..=last).map(Some).collect(),
            Some(second) if and => vec![Some(first), Some(second)],
            _ => {
                self.at = end;
                vec![Some(first)]
            }
        }
    }

    fn number(&mut self) -> Option<u32> {
        let digits = self.text[self.at..].bytes().take_while(u8::is_ascii_digit).count();
        let number = self.text[self.at..self.at + digits].parse().ok()?;
        self.at += digits;
        Some(number)
    }

    /// Takes a comma or an “and” between two sections.
    fn separator(&mut self) -> bool {
        let comma = self.take(",");
        self.skip(char::is_whitespace);
        let and = self.take("and");
        self.skip(char::is_whitespace);
        comma || and
    }

    fn take(&mut self, word: &str) -> bool {
        let found = self.text[self.at..].starts_with(word);
        self.at += if found { word.len() } else { 0 };
        found
    }

    fn skip(&mut self, skipped: impl Fn(char) -> bool) {
        self.at = self.text.len() - self.text[self.at..].trim_start_matches(skipped).len();
    }
}
