//! Byte-pair encoding: frequent pairs of adjacent tokens, found in the text itself, become new tokens.
//!
//! The encoding is written here because the best library for it, `tokenizers`, also brings regular expressions, Unicode
//! tables, thread pools, and four other kinds of tokenizers. The page needs none of them and must stay small. Source:
//! Sennrich et al., “Neural machine translation of rare words with subword units” (2016), on bytes.

use super::CorpusError;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};

/// Number of tokens that are single bytes.
const BYTES: u32 = 256;
/// Pairs are counted in at most this many bytes, spread evenly over the text.
const COUNTED: usize = 16 << 20;
/// Number of pieces into which the counted text is divided.
const PIECES: usize = 16;

/// A tokenizer: tokens 0 to 255 are the bytes; each other token is a pair of earlier tokens, in the order in which the
/// pairs were found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct BytePairs {
    pairs: Vec<[u32; 2]>,
    ranks: HashMap<[u32; 2], u32>,
}

/// The serialized form.
#[derive(Serialize, Deserialize)]
struct Stored {
    pairs: Vec<[u32; 2]>,
}

impl From<BytePairs> for Stored {
    fn from(encoding: BytePairs) -> Self {
        Self { pairs: encoding.pairs }
    }
}

impl TryFrom<Stored> for BytePairs {
    type Error = String;

    fn try_from(stored: Stored) -> Result<Self, String> {
        for (place, pair) in stored.pairs.iter().enumerate() {
            if let Some(token) = pair.iter().find(|&&token| token >= BYTES + place as u32) {
                return Err(format!("the byte pair {place} is made of the token {token}, which comes later"));
            }
        }
        Ok(Self::of(stored.pairs))
    }
}

impl BytePairs {
    fn of(pairs: Vec<[u32; 2]>) -> Self {
        let ranks = pairs.iter().enumerate().map(|(place, &pair)| (pair, place as u32)).collect();
        Self { pairs, ranks }
    }

    /// Finds the pairs in a text, so that bytes and pairs together give `vocabulary` tokens, or fewer if no pair occurs
    /// twice any more. Of equally frequent pairs, the one with the lower tokens comes first.
    ///
    /// # Errors
    /// Returns [`CorpusError::Vocabulary`] for fewer than 256 or more than 65,536 tokens.
    pub fn train(text: &[u8], vocabulary: usize) -> Result<Self, CorpusError> {
        let wanted = vocabulary.checked_sub(BYTES as usize).filter(|_| vocabulary <= 1 << 16);
        let wanted = wanted.ok_or(CorpusError::Vocabulary { vocabulary })?;
        let mut counts: BTreeMap<&[u8], u64> = BTreeMap::new();
        for piece in evenly(text) {
            words(piece).for_each(|word| *counts.entry(word).or_default() += 1);
        }
        let spell = |(word, count): (&[u8], u64)| (word.iter().map(|&byte| u32::from(byte)).collect(), count);
        let mut words: Vec<(Vec<u32>, u64)> = counts.into_iter().map(spell).collect();
        let mut found = Pairs::default();
        for (index, (word, count)) in words.iter().enumerate() {
            found.add(index, word, *count as i64);
        }
        let mut pairs = Vec::with_capacity(wanted);
        while pairs.len() < wanted {
            let Some(pair) = found.most_frequent() else { break };
            let token = BYTES + pairs.len() as u32;
            pairs.push(pair);
            for index in found.words_with(pair) {
                let (word, count) = &mut words[index];
                found.add(index, word, -(*count as i64));
                merge(word, pair, token);
                found.add(index, word, *count as i64);
            }
        }
        Ok(Self::of(pairs))
    }

    /// Returns the vocabulary size.
    pub fn vocabulary(&self) -> usize {
        BYTES as usize + self.pairs.len()
    }

    /// Returns the tokens of a text.
    pub fn encode(&self, text: &[u8]) -> Vec<u32> {
        let mut known: HashMap<&[u8], Vec<u32>> = HashMap::new();
        let mut tokens = Vec::with_capacity(text.len() / 2);
        for word in words(text) {
            tokens.extend_from_slice(known.entry(word).or_insert_with(|| self.encode_word(word)));
        }
        tokens
    }

    fn encode_word(&self, word: &[u8]) -> Vec<u32> {
        let mut tokens: Vec<u32> = word.iter().map(|&byte| u32::from(byte)).collect();
        loop {
            let ranks = pairs(&tokens).filter_map(|pair| Some((*self.ranks.get(&pair)?, pair)));
            let Some((rank, pair)) = ranks.min() else { return tokens };
            merge(&mut tokens, pair, BYTES + rank);
        }
    }

    /// Returns the bytes of the tokens. Unknown tokens are skipped.
    pub fn decode(&self, tokens: &[u32]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(2 * tokens.len());
        let mut waiting: Vec<u32> = Vec::new();
        for &token in tokens {
            waiting.push(token);
            while let Some(token) = waiting.pop() {
                match u8::try_from(token) {
                    Ok(byte) => bytes.push(byte),
                    Err(_) => {
                        let pair = self.pairs.get((token - BYTES) as usize);
                        waiting.extend(pair.into_iter().flat_map(|&[first, second]| [second, first]));
                    }
                }
            }
        }
        bytes
    }
}

/// The counts of the pairs, and the words that contain them.
#[derive(Default)]
struct Pairs {
    counts: HashMap<[u32; 2], i64>,
    places: HashMap<[u32; 2], Vec<usize>>,
}

impl Pairs {
    /// Adds the pairs of a word `count` times; a negative count removes them.
    fn add(&mut self, index: usize, word: &[u32], count: i64) {
        for pair in pairs(word) {
            *self.counts.entry(pair).or_default() += count;
            if count > 0 {
                self.places.entry(pair).or_default().push(index);
            }
        }
    }

    fn most_frequent(&self) -> Option<[u32; 2]> {
        let by_count = |(pair, count): (&[u32; 2], &i64)| (*count, std::cmp::Reverse(*pair));
        let (count, std::cmp::Reverse(pair)) = self.counts.iter().map(by_count).max()?;
        (count > 1).then_some(pair)
    }

    /// Removes and returns the words that contain or once contained a pair, each once.
    fn words_with(&mut self, pair: [u32; 2]) -> Vec<usize> {
        let mut places = self.places.remove(&pair).unwrap_or_default();
        places.sort_unstable();
        places.dedup();
        places
    }
}

/// Returns each token with its successor.
fn pairs(tokens: &[u32]) -> impl Iterator<Item = [u32; 2]> {
    tokens.iter().zip(tokens.iter().skip(1)).map(|(&first, &second)| [first, second])
}

/// Replaces each occurrence of a pair by its token, from the left.
fn merge(word: &mut Vec<u32>, [first, second]: [u32; 2], token: u32) {
    let (mut from, mut to) = (0, 0);
    while from < word.len() {
        let is_pair = word[from] == first && word.get(from + 1) == Some(&second);
        word[to] = if is_pair { token } else { word[from] };
        from += if is_pair { 2 } else { 1 };
        to += 1;
    }
    word.truncate(to);
}

/// Divides a text into words, which no pair crosses: a run of letters and digits with the white-space character before
/// it, a run of white space, or a run of other characters. Bytes beyond ASCII count as letters.
fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let kind = |byte: u8| match byte {
        byte if byte.is_ascii_whitespace() => 0,
        byte if byte.is_ascii_alphanumeric() || byte >= 0x80 => 1,
        _ => 2,
    };
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = kind(*rest.first()?);
        let run = rest.iter().position(|&byte| kind(byte) != first).unwrap_or(rest.len());
        let follows = rest.get(run).is_some_and(|&byte| kind(byte) == 1);
        let length = match (first, follows) {
            // The last white-space character belongs to the word after it.
            (0, true) if run > 1 => run - 1,
            (0, true) => {
                let word = rest[run..].iter().position(|&byte| kind(byte) != 1);
                run + word.unwrap_or(rest.len() - run)
            }
            _ => run,
        };
        let (word, after) = rest.split_at(length);
        rest = after;
        Some(word)
    })
}

/// Returns the text, or, if it is too long, pieces spread evenly over it.
fn evenly(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    let pieces = if text.len() <= COUNTED { 1 } else { PIECES };
    let (part, taken) = (text.len() / pieces, text.len().min(COUNTED) / pieces);
    (0..pieces).map(move |piece| &text[piece * part..][..taken])
}

#[cfg(test)]
mod tests {
    use super::{BytePairs, words};
    use proptest::prelude::*;

    #[test]
    fn the_most_frequent_pair_is_found_first() {
        let pairs = BytePairs::train(b"aaab aaab abab ", 258).unwrap_or_default();
        // “ab” and “aa” occur four times each within words; of equally frequent pairs, the lower comes first.
        assert_eq!(pairs.pairs[0], [97, 97]);
        assert_eq!(pairs.decode(&pairs.encode(b"aaab")), b"aaab");
        assert!(pairs.encode(b"aaab").len() < 4);
    }

    #[test]
    fn words_are_cut_where_kinds_of_characters_change() {
        let found: Vec<&[u8]> = words(b"To be,  or not\n\n").collect();
        assert_eq!(found, [b"To" as &[u8], b" be", b",", b" ", b" or", b" not", b"\n\n"]);
    }

    #[test]
    fn an_encoding_is_kept_and_one_that_is_none_is_refused() {
        let pairs = BytePairs::train(&b"the cat and the other cat. ".repeat(9), 270).unwrap_or_default();
        let json = serde_json::to_string(&pairs).unwrap_or_default();
        assert_eq!(serde_json::from_str::<BytePairs>(&json).ok(), Some(pairs));
        assert!(serde_json::from_str::<BytePairs>(r#"{"pairs": [[1, 256]]}"#).is_err());
        assert!(BytePairs::train(b"text", 100).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_come_back(training in ".{0,400}", bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let pairs = BytePairs::train(training.as_bytes(), 300).unwrap_or_default();
            prop_assert_eq!(pairs.decode(&pairs.encode(&bytes)), bytes);
            prop_assert_eq!(pairs.decode(&pairs.encode(training.as_bytes())), training.into_bytes());
        }
    }
}
