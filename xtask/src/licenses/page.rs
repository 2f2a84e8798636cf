//! One HTML page of works, crates and license texts, each text once.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::crates::Crate;
use super::terms::Text;
use super::works::Work;

/// What the page begins with. It has no script and loads nothing, so that it also opens as a file.
const HEAD: &str = r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Third-party licenses · BK Lab</title>
<style>
:root { color-scheme: light dark; }
body { max-width: 70rem; margin: 0 auto; padding: 1rem clamp(0.8rem, 2vw, 2.5rem); font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word; }
table { width: 100%; border-collapse: collapse; font-size: 0.88rem; }
th, td { padding: 0.3rem 0.6rem 0.3rem 0; border-bottom: 1px solid color-mix(in srgb, currentColor 25%, transparent); text-align: left; vertical-align: top; }
pre { white-space: pre-wrap; font-size: 0.8rem; line-height: 1.4; }
h3 { margin-top: 2.5rem; font-size: 1rem; }
@media (max-width: 40rem) { thead { display: none; } tr, td { display: block; border: 0; padding: 0; } tr { padding: 0.5rem 0; } td { overflow-wrap: anywhere; } td:last-child:not(:empty)::before { content: "Text "; } }
</style>
</head>
<body>
"#;

const INTRODUCTION: &str = r#"<main>
<h1>Third-party licenses</h1>
<p><a href="./">BK Lab</a> is licensed under MIT or Apache-2.0, at your choice. It contains the works below. Others made most of them: thank you.</p>
<p>Where a crate offers several licenses, BK Lab uses it under the shortest set of terms: the Apache License is listed only where a crate offers no other text. Procedural macros and build tools are left out, because no code of theirs ships. The command line <code>bklab</code> is listed as built for Linux on x86-64.</p>
"#;

/// The whole page. Equal texts stand there once, under everything that they belong to.
pub fn render(works: &[Work], crates: &[Crate]) -> String {
    let mut texts = Texts::default();
    let mut page = HEAD.to_owned() + INTRODUCTION;
    page += "<h2 id=\"works\">Typeface, data, models, standard library</h2>\n";
    page += &table(
        ["Work", "Files", "License", "Origin", "Text"],
        works.iter().map(|work| {
            let name = link(work.name, Some(work.address).filter(|address| !address.is_empty()));
            [
                name,
                escape(work.files),
                escape(work.license),
                escape(work.origin),
                texts.links(&work.texts, work.name),
            ]
        }),
    );
    let _ = writeln!(page, "<h2 id=\"crates\">{} crates</h2>", crates.len());
    page += &table(
        ["Crate", "Version", "License", "In", "Text"],
        crates.iter().map(|one| {
            let name = link(&one.name, one.repository.as_deref());
            let programs = one.programs.join(", ");
            [name, escape(&one.version), escape(&one.license), programs, texts.links(&one.texts, &user(one))]
        }),
    );
    page += "<h2 id=\"texts\">License texts</h2>\n";
    page += &texts.render();
    page + "</main>\n</body>\n</html>\n"
}

/// A crate as a user of a text: with its authors where the text is the license's general one, which names none.
fn user(one: &Crate) -> String {
    let general = one.texts.iter().any(|text| spdx::license_id(&text.title).is_some());
    match general && !one.authors.is_empty() {
        true => format!("{} {} ({})", one.name, one.version, one.authors.join(", ")),
        false => format!("{} {}", one.name, one.version),
    }
}

/// License texts in the order of their first use.
#[derive(Default)]
struct Texts {
    /// Places in `all` by text, apart from white space.
    places: BTreeMap<String, usize>,
    all: Vec<Shared>,
}

/// A text and what it belongs to.
struct Shared {
    text: Text,
    users: Vec<String>,
}

impl Texts {
    /// Adds what a work needs, and links to it.
    fn links(&mut self, texts: &[Text], user: &str) -> String {
        let links = texts.iter().map(|text| {
            let number = self.place(text, user) + 1;
            format!("<a href=\"#text-{number}\" title=\"{}\">{number}</a>", escape(&text.title))
        });
        links.collect::<Vec<_>>().join(" ")
    }

    fn place(&mut self, text: &Text, user: &str) -> usize {
        let words = text.contents.split_whitespace().collect::<Vec<_>>().join(" ");
        let place = *self.places.entry(words).or_insert(self.all.len());
        if place == self.all.len() {
            self.all.push(Shared { text: text.clone(), users: vec![] });
        }
        if self.all[place].users.iter().all(|known| known != user) {
            self.all[place].users.push(user.to_owned());
        }
        place
    }

    fn render(&self) -> String {
        let mut page = String::new();
        for (place, Shared { text, users }) in self.all.iter().enumerate() {
            let (number, users) = (place + 1, escape(&users.join(", ")));
            let contents = escape(text.contents.replace("\r\n", "\n").trim_matches(['\n', '\u{feff}']));
            let _ = writeln!(page, "<h3 id=\"text-{number}\">{number}. {users}</h3>\n<pre>{contents}</pre>");
        }
        page
    }
}

fn table(heads: [&str; 5], rows: impl Iterator<Item = [String; 5]>) -> String {
    let heads = heads.map(|head| format!("<th scope=\"col\">{head}</th>")).concat();
    let mut table = format!("<table>\n<thead><tr>{heads}</tr></thead>\n<tbody>\n");
    for cells in rows {
        let _ = writeln!(table, "<tr>{}</tr>", cells.map(|cell| format!("<td>{cell}</td>")).concat());
    }
    table + "</tbody>\n</table>\n"
}

/// A name that leads to its sources; an address that is none of the web is left out.
fn link(name: &str, address: Option<&str>) -> String {
    match address.filter(|address| address.starts_with("https://") || address.starts_with("http://")) {
        Some(address) => format!("<a href=\"{}\" rel=\"noreferrer\">{}</a>", escape(address), escape(name)),
        None => escape(name),
    }
}

/// Text with the signs replaced that mean something in HTML.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, texts: &[(&str, &str)]) -> Crate {
        let text = |(title, contents): &(&str, &str)| Text {
            title: (*title).to_owned(),
            contents: (*contents).to_owned(),
        };
        Crate {
            name: name.to_owned(),
            version: "1.0.0".to_owned(),
            license: "MIT".to_owned(),
            repository: Some("javascript:alert(1)".to_owned()),
            authors: vec!["Ada".to_owned()],
            programs: vec!["site"],
            texts: texts.iter().map(text).collect(),
        }
    }

    #[test]
    fn equal_texts_stand_there_once_and_name_every_crate() {
        let crates = [
            one("a", &[("LICENSE", "Do  as\nyou like.\n")]),
            one("b", &[("LICENSE.md", "Do as you like.")]),
            one("c", &[("LICENSE", "Ask first.")]),
        ];
        let page = render(&[], &crates);
        assert_eq!(page.matches("<pre>").count(), 2, "{page}");
        assert!(page.contains("<h3 id=\"text-1\">1. a 1.0.0, b 1.0.0</h3>"), "{page}");
        assert!(page.contains("<h3 id=\"text-2\">2. c 1.0.0</h3>"), "{page}");
    }

    #[test]
    fn a_general_text_is_shown_with_the_authors() {
        let page = render(&[], &[one("a", &[("MIT", "Permission")])]);
        assert!(page.contains("1. a 1.0.0 (Ada)</h3>"), "{page}");
    }

    #[test]
    fn nothing_of_a_manifest_or_a_text_is_read_as_html() {
        let page = render(&[], &[one("<b>", &[("LICENSE", "a < b & \"c\"")])]);
        assert!(page.contains("a &lt; b &amp; &quot;c&quot;"), "{page}");
        assert!(!page.contains("<b>") && !page.contains("javascript:"), "{page}");
    }
}
