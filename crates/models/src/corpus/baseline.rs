//! What counting alone achieves: the perplexities of one, two and three tokens.

use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// Mean losses on a held-out text, in nats a token.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Baselines {
    /// Knowing nothing of the past.
    pub unigram: f64,
    /// Knowing the token before.
    pub bigram: f64,
    /// Knowing two.
    pub trigram: f64,
}

/// How often what followed a context.
#[derive(Default)]
struct Followers {
    counts: HashMap<u32, u32>,
    total: u32,
}

impl Followers {
    /// Witten and Bell's estimate: with the probability T/(n + T) something follows that has not been seen after this
    /// context, T being how many different tokens have, and is then left to the shorter context.
    fn probability(&self, token: u32, shorter: f64) -> f64 {
        let (seen, kinds) = (f64::from(self.total), self.counts.len() as f64);
        let count = f64::from(self.counts.get(&token).copied().unwrap_or(0));
        (count + kinds * shorter) / (seen + kinds)
    }
}

/// The most tokens that are counted: what follows what is then known well enough, and memory does not grow for ever.
const MOST_COUNTED: usize = 4_000_000;

/// The tokens before a place, at most two, as a number: different for different ones, 0 for none.
fn context(text: &[u32], place: usize, length: usize) -> Option<u64> {
    let tokens = &text[place.checked_sub(length)?..place];
    Some(tokens.iter().fold(0, |key, &token| key << 32 | (u64::from(token) + 1)))
}

/// The losses of n-grams counted in one text (in no more than its first four million tokens), on another. Their context is
/// not cut into sequences, which is slightly in their favour beside a model that begins each sequence without any.
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

    /// Probabilities over all tokens sum to 1, so that a perplexity means what it says.
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
