//! A language whose entropy is known exactly.
//!
//! # The source
//!
//! The source is a grammar of simple English. In state q, the next word is w with probability p(w|q), and the next
//! state is δ(q, w). Words are spelled out and end with a space. No word contains a space, so that a text can be
//! divided into words in only one way. The state follows from the text since its beginning, although the text never
//! states it: it remembers singular and plural over any number of adjectives, and the verb after a relative clause
//! agrees with the noun before it. No n-gram model captures this fully.
//!
//! # Its entropy
//!
//! The states form a Markov chain with the matrix P(q, q′) = Σ_{w: δ(q,w)=q′} p(w|q) and a stationary distribution
//! π = πP. Given everything before it, a word has the entropy H(q) = −Σ_w p(w|q) ln p(w|q) and takes
//! ℓ(q) = Σ_w p(w|q)·|w| symbols, including its space. Spelling is a bijection and adds no entropy: by the chain rule,
//! the entropy of the symbols of a word, each given the symbols before it, is the entropy of the word. In a long text,
//! the entropy per symbol, in nats, therefore tends to
//!
//! ```text
//! h = Σ_q π(q) H(q) / Σ_q π(q) ℓ(q).
//! ```
//!
//! No causal model has a smaller expected loss, and e^h is the lowest possible perplexity.

use bk_python::random::LegacyRandom;

/// The symbols, in the order of their tokens.
pub const SYMBOLS: &[u8] = b" .abcdefghijklmnopqrstuvwxyz";

/// States of the grammar, named after what comes next.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// The start of a sentence.
    Sentence,
    /// An adjective or the subject: singular, plural, or either.
    SubjectOne,
    SubjectSeveral,
    SubjectEither,
    /// The verb of the subject, or “that”: singular or plural.
    VerbOne,
    VerbSeveral,
    /// The verb of the relative clause after “that”: singular or plural.
    ClauseOne,
    ClauseSeveral,
    /// The determiner of the object.
    Object,
    /// An adjective or the object: singular, plural, or either.
    ObjectOne,
    ObjectSeveral,
    ObjectEither,
    /// The end of the sentence or a conjunction.
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

/// Total probability of a group of words, the words, and the state that follows. Within the group, the probability of
/// the k-th word is proportional to 1/k.
type Choice = (f64, &'static [&'static str], State);

/// Returns the groups of words that can follow in a state.
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

/// A word with its probability and the state that follows.
#[derive(Debug, Clone, PartialEq)]
struct Word {
    /// Its symbols, including the space.
    symbols: Vec<u32>,
    probability: f64,
    next: usize,
}

/// A source of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Language {
    /// The words of each state; their probabilities sum to 1.
    states: Vec<Vec<Word>>,
}

fn spell(word: &str) -> Vec<u32> {
    let symbol = |byte: u8| SYMBOLS.iter().position(|&symbol| symbol == byte).unwrap_or(0) as u32;
    word.bytes().chain([b' ']).map(symbol).collect()
}

impl Language {
    /// Returns the embedded language.
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

    /// Returns the stationary distribution: the fraction of all words that is drawn in each state.
    fn stationary(&self) -> Vec<f64> {
        let mut now = vec![1.0 / self.states.len() as f64; self.states.len()];
        // The chain may be periodic. Averaging each distribution with the next one makes it converge anyway.
        for _ in 0..4096 {
            let mut next: Vec<f64> = now.iter().map(|part| part / 2.0).collect();
            for (words, part) in self.states.iter().zip(&now) {
                words.iter().for_each(|word| next[word.next] += part * word.probability / 2.0);
            }
            now = next;
        }
        now
    }

    /// Returns the entropy per symbol h, in nats.
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

    /// Generates a text of `symbols` symbols that starts with a sentence.
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

    /// Returns the loss of the source itself on a text that starts with a sentence: the mean of −ln p over all symbols,
    /// each given the symbols before it. Returns `None` for a text that the source cannot generate.
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
                    // The text ends within a word: sum over all words that start like this.
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

    /// Computes the entropy in another way: symbol by symbol, over the states of the spelling.
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
        // The standard deviation of the loss is about 1 nat for one word, and 1/450 for the mean of some 200,000 words.
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
