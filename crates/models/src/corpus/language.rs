//! A language whose entropy is known exactly.
//!
//! # The source
//!
//! A grammar of simple English: in each of its states q a word w follows with the probability p(w|q), and leads to the
//! state δ(q, w). Words are spelt out and end with a space, which no word contains, so that a text can be taken apart in
//! one way only. Whoever has read a text from its beginning knows the state, though it is nowhere written: singular and
//! plural are remembered over any number of adjectives, and the verb after a relative clause agrees with the noun before
//! it. No order of n-grams is enough.
//!
//! # Its entropy
//!
//! The states visited are a Markov chain with the matrix P(q, q′) = Σ_{w: δ(q,w)=q′} p(w|q) and a stationary
//! distribution π = πP. Given everything before it, a word has the entropy H(q) = −Σ_w p(w|q) ln p(w|q) and takes
//! ℓ(q) = Σ_w p(w|q)·|w| symbols, its space included. Spelling is a bijection, and adds nothing: by the chain rule the
//! entropy of a word's symbols, each given those before it, is the entropy of the word. So in a long text the nats a
//! symbol tend to
//!
//! ```text
//! h = Σ_q π(q) H(q) / Σ_q π(q) ℓ(q).
//! ```
//!
//! No model that sees only the past has a smaller expected loss, and e^h is the least expected perplexity.

use bk_python::random::LegacyRandom;

/// The symbols, in the order of their tokens.
pub const SYMBOLS: &[u8] = b" .abcdefghijklmnopqrstuvwxyz";

/// States of the grammar: what is waited for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// A sentence to begin.
    Sentence,
    /// An adjective or the subject, of one, of several, or of either.
    SubjectOne,
    SubjectSeveral,
    SubjectEither,
    /// What the subject does.
    VerbOne,
    VerbSeveral,
    /// What the subject does besides, after “that”.
    ClauseOne,
    ClauseSeveral,
    /// A determiner of the object.
    Object,
    /// An adjective or the object.
    ObjectOne,
    ObjectSeveral,
    ObjectEither,
    /// How the sentence ends or goes on.
    End,
}

use self::State::*;

const STATES: usize = 13;

const ADJECTIVES: &[&str] =
    &["old", "small", "quiet", "red", "young", "bright", "cold", "strange", "tall", "gentle"];
const ONE: &[&str] = &[
    "cat", "king", "river", "child", "garden", "ship", "bird", "lamp", "stone", "teacher", "forest", "letter",
];
const SEVERAL: &[&str] = &[
    "cats", "kings", "rivers", "children", "gardens", "ships", "birds", "lamps", "stones", "teachers",
    "forests", "letters",
];
const ACTS_ONE: &[&str] = &["sees", "finds", "follows", "loves", "paints", "forgets"];
const ACTS_SEVERAL: &[&str] = &["see", "find", "follow", "love", "paint", "forget"];
const RESTS_ONE: &[&str] = &["sleeps", "waits", "sings", "shines"];
const RESTS_SEVERAL: &[&str] = &["sleep", "wait", "sing", "shine"];

/// Words from which the next is drawn: all of them together with this probability, the k-th of them in proportion to
/// 1/k; and the state they lead to.
type Choice = (f64, &'static [&'static str], State);

/// What may follow in a state.
fn choices(state: State) -> Vec<Choice> {
    let determiners = |one, several, either| {
        vec![
            (0.40, &["the"] as &[&str], either),
            (0.35, &["a", "every"] as &[&str], one),
            (0.25, &["many", "all"] as &[&str], several),
        ]
    };
    let verb = |acts, rests, clause| {
        vec![(0.55, acts, Object), (0.30, rests, End), (0.15, &["that"] as &[&str], clause)]
    };
    match state {
        Sentence => determiners(SubjectOne, SubjectSeveral, SubjectEither),
        Object => determiners(ObjectOne, ObjectSeveral, ObjectEither),
        SubjectOne => vec![(0.35, ADJECTIVES, SubjectOne), (0.65, ONE, VerbOne)],
        SubjectSeveral => vec![(0.35, ADJECTIVES, SubjectSeveral), (0.65, SEVERAL, VerbSeveral)],
        SubjectEither => {
            vec![(0.35, ADJECTIVES, SubjectEither), (0.40, ONE, VerbOne), (0.25, SEVERAL, VerbSeveral)]
        }
        VerbOne => verb(ACTS_ONE, RESTS_ONE, ClauseOne),
        VerbSeveral => verb(ACTS_SEVERAL, RESTS_SEVERAL, ClauseSeveral),
        ClauseOne => vec![(1.0, RESTS_ONE, VerbOne)],
        ClauseSeveral => vec![(1.0, RESTS_SEVERAL, VerbSeveral)],
        ObjectOne => vec![(0.35, ADJECTIVES, ObjectOne), (0.65, ONE, End)],
        ObjectSeveral => vec![(0.35, ADJECTIVES, ObjectSeveral), (0.65, SEVERAL, End)],
        ObjectEither => vec![(0.35, ADJECTIVES, ObjectEither), (0.40, ONE, End), (0.25, SEVERAL, End)],
        End => vec![(0.75, &["."], Sentence), (0.25, &["and", "but"], Sentence)],
    }
}

/// A word that may follow.
#[derive(Debug, Clone, PartialEq)]
struct Word {
    /// Its symbols, the space included.
    symbols: Vec<u32>,
    probability: f64,
    next: usize,
}

/// A source of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Language {
    /// The words of every state; their probabilities sum to 1.
    states: Vec<Vec<Word>>,
}

fn spell(word: &str) -> Vec<u32> {
    let symbol = |byte: u8| SYMBOLS.iter().position(|&symbol| symbol == byte).unwrap_or(0) as u32;
    word.bytes().chain([b' ']).map(symbol).collect()
}

impl Language {
    /// The embedded language.
    pub fn embedded() -> Self {
        let all = [
            Sentence,
            SubjectOne,
            SubjectSeveral,
            SubjectEither,
            VerbOne,
            VerbSeveral,
            ClauseOne,
            ClauseSeveral,
            Object,
            ObjectOne,
            ObjectSeveral,
            ObjectEither,
            End,
        ];
        const { assert!(End as usize + 1 == STATES) };
        let words = |state: State| {
            let words = choices(state).into_iter().flat_map(|(share, words, next)| {
                let total: f64 = (1..=words.len()).map(|rank| 1.0 / rank as f64).sum();
                words.iter().enumerate().map(move |(place, word)| Word {
                    symbols: spell(word),
                    probability: share / total / (place + 1) as f64,
                    next: next as usize,
                })
            });
            words.collect()
        };
        Self { states: all.into_iter().map(words).collect() }
    }

    /// The part of all words that is drawn in each state.
    fn stationary(&self) -> Vec<f64> {
        let mut now = vec![1.0 / self.states.len() as f64; self.states.len()];
        // The chain may be periodic; the mean of two successive distributions converges all the same.
        for _ in 0..4096 {
            let mut next: Vec<f64> = now.iter().map(|part| part / 2.0).collect();
            for (words, part) in self.states.iter().zip(&now) {
                words.iter().for_each(|word| next[word.next] += part * word.probability / 2.0);
            }
            now = next;
        }
        now
    }

    /// h, in nats a symbol.
    pub fn entropy_rate(&self) -> f64 {
        let (mut nats, mut symbols) = (0.0, 0.0);
        for (words, part) in self.states.iter().zip(self.stationary()) {
            for word in words {
                nats -= part * word.probability * pxfm::f_log(word.probability);
                symbols += part * word.probability * word.symbols.len() as f64;
            }
        }
        nats / symbols
    }

    /// A text of so many symbols, from the beginning of a sentence on.
    pub fn generate(&self, symbols: usize, seed: u32) -> Vec<u32> {
        let mut random = LegacyRandom::new(seed);
        let mut text = Vec::with_capacity(symbols + 16);
        let mut state = Sentence as usize;
        while text.len() < symbols {
            let mut rest = random.uniform();
            let words = &self.states[state];
            let drawn = words.iter().position(|word| {
                rest -= word.probability;
                rest < 0.0
            });
            let word = &words[drawn.unwrap_or(words.len() - 1)];
            text.extend_from_slice(&word.symbols);
            state = word.next;
        }
        text.truncate(symbols);
        text
    }

    /// What the source itself loses on a text that begins with a sentence: the mean of −ln p of every symbol given all
    /// before it. None for a text it could not have made.
    pub fn loss(&self, text: &[u32]) -> Option<f64> {
        let mut nats = 0.0;
        let mut state = Sentence as usize;
        let mut rest = text;
        while !rest.is_empty() {
            let words = &self.states[state];
            let whole = words.iter().find(|word| rest.starts_with(&word.symbols));
            match whole {
                Some(word) => {
                    nats -= pxfm::f_log(word.probability);
                    state = word.next;
                    rest = &rest[word.symbols.len()..];
                }
                None => {
                    // The text ends within a word: all that begin so could follow.
                    let begun: f64 = words
                        .iter()
                        .filter(|word| word.symbols.starts_with(rest))
                        .map(|word| word.probability)
                        .sum();
                    if begun == 0.0 {
                        return None;
                    }
                    nats -= pxfm::f_log(begun);
                    rest = &[];
                }
            }
        }
        Some(nats / text.len().max(1) as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::{Language, SYMBOLS};
    use std::collections::HashMap;

    /// The entropy computed another way: symbol by symbol over the states of the spelling.
    #[test]
    fn the_entropy_of_the_symbols_is_that_of_the_words() {
        let language = Language::embedded();
        let (mut nats, mut symbols) = (0.0, 0.0);
        for (words, part) in language.states.iter().zip(language.stationary()) {
            let total: f64 = words.iter().map(|word| word.probability).sum();
            assert!((total - 1.0).abs() < 1e-12);
            let mut beginnings: HashMap<&[u32], f64> = HashMap::new();
            for word in words {
                for end in 0..=word.symbols.len() {
                    *beginnings.entry(&word.symbols[..end]).or_default() += word.probability;
                }
            }
            for (beginning, weight) in &beginnings {
                if let Some(before) = beginning.len().checked_sub(1) {
                    nats -= part * weight * (weight / beginnings[&beginning[..before]]).ln();
                    symbols += part * weight;
                }
            }
        }
        assert!((nats / symbols - language.entropy_rate()).abs() < 1e-12);
    }

    #[test]
    fn a_long_text_costs_its_entropy() {
        let language = Language::embedded();
        let text = language.generate(1_000_000, 5);
        let loss = language.loss(&text).unwrap_or_default();
        // The loss of a word deviates by about 1 nat, of some 200,000 words by 1/450 together.
        assert!((loss - language.entropy_rate()).abs() < 4.0 / 450.0 / 5.0, "{loss}");
        let letters: Vec<u8> = text[..60].iter().map(|&token| SYMBOLS[token as usize]).collect();
        assert!(letters.is_ascii() && letters.contains(&b' '));
    }

    #[test]
    fn what_the_source_cannot_say_has_no_loss() {
        let language = Language::embedded();
        let spell = |text: &str| -> Vec<u32> {
            let place = |byte| SYMBOLS.iter().position(|&symbol| symbol == byte).unwrap_or(99) as u32;
            text.bytes().map(place).collect()
        };
        assert!(language.loss(&spell("every old cat sees the ki")).is_some());
        assert_eq!(language.loss(&spell("every old cats see the ki")), None);
    }
}
