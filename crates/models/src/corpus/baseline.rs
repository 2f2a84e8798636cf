//! Baselines: perplexities of unigram, bigram, and trigram models, which only count tokens.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Mean losses on held-out text, in nats per token.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Baselines {
    /// Without context.
    pub unigram: f64,
    /// Given the previous token.
    pub bigram: f64,
    /// Given the two previous tokens.
    pub trigram: f64,
}

/// The counts of the tokens that follow one context.
#[derive(Default)]
struct Followers {
    counts: HashMap<u32, u32>,
    total: u32,
}

impl Followers {
    /// Returns the probability of a token by the estimate of Witten and Bell. With probability T/(n + T), the next
    /// token is drawn from the shorter context; n is the number of times the context was seen, and T the number of
    /// different tokens that followed it.
    fn probability(&self, token: u32, shorter: f64) -> f64 {
        let (seen, kinds) = (f64::from(self.total), self.counts.len() as f64);
        let count = f64::from(self.counts.get(&token).copied().unwrap_or(0));
        (count + kinds * shorter) / (seen + kinds)
    }
}

/// Largest number of tokens counted. More tokens hardly improve the estimate, and memory stays bounded.
const MOST_COUNTED: usize = 4_000_000;

/// Returns a key of the `length` (at most two) tokens before a position; `None` if there are fewer. Different contexts
/// have different keys; the key of the empty context is 0.
fn context(text: &[u32], place: usize, length: usize) -> Option<u64> {
    let tokens = &text[place.checked_sub(length)?..place];
    Some(tokens.iter().fold(0, |key, &token| key << 32 | (u64::from(token) + 1)))
}

/// Returns the losses of n-gram models counted on one text (at most its first four million tokens), measured on
/// another. The context is not limited to a sequence, which slightly favors the n-gram models over a model that starts
/// each sequence without context.
pub fn baselines(vocabulary: usize, train: &[u32], held_out: &[u32]) -> Baselines {
    let train = &train[..train.len().min(MOST_COUNTED)];
    let mut followers: HashMap<u64, Followers> = HashMap::new();
    for (place, &token) in train.iter().enumerate() {
        for context in (0..3).filter_map(|length| context(train, place, length)) {
            let followers = followers.entry(context).or_default();
            *followers.counts.entry(token).or_default() += 1;
            followers.total += 1;
        }
    }
    let mut losses = [0.0; 3];
    for (place, &token) in held_out.iter().enumerate() {
        let mut probability = 1.0 / vocabulary.max(1) as f64;
        for (length, loss) in losses.iter_mut().enumerate() {
            let known = context(held_out, place, length).and_then(|context| followers.get(&context));
            if let Some(followers) = known {
                probability = followers.probability(token, probability);
            }
            *loss -= pxfm::f_log(probability);
        }
    }
    let [unigram, bigram, trigram] = losses.map(|loss| loss / held_out.len().max(1) as f64);
    Baselines { unigram, bigram, trigram }
}

#[cfg(test)]
mod tests {
    use super::baselines;

    #[test]
    fn an_alternation_is_known_from_one_token() {
        let text: Vec<u32> = (0..2000).map(|place| place % 2).collect();
        let found = baselines(2, &text, &text);
        assert!((found.unigram - 2f64.ln()).abs() < 1e-3, "{found:?}");
        assert!(found.bigram < 0.01, "{found:?}");
        assert!(found.trigram < 0.01, "{found:?}");
    }

    /// The probabilities of all tokens sum to 1.
    #[test]
    fn estimates_are_probabilities() {
        let train: Vec<u32> = (0..500u32).map(|place| place * place % 7).collect();
        let total: f64 = (0..7)
            .map(|token| {
                let text = [1, 2, token];
                let before = baselines(7, &train, &text[..2]).trigram * 2.0;
                (before - baselines(7, &train, &text).trigram * 3.0).exp()
            })
            .sum();
        assert!((total - 1.0).abs() < 1e-9, "{total}");
    }
}
