//! Texts as tokens, for training and evaluation.
//!
//! A corpus has three parts without overlap: training text, validation text for evaluation during training, and
//! held-out text, which only the final evaluation reads.

mod baseline;
mod byte_pairs;
mod language;

pub use baseline::{Baselines, baselines};
pub use byte_pairs::BytePairs;
pub use language::{Language, SYMBOLS};

use bk_python::random::LegacyRandom;
use serde::{Deserialize, Serialize};

/// Smallest size of a text file, in bytes. A smaller file is too short to learn from.
const FEWEST_BYTES: usize = 10_000;
/// Largest size of a text file, in bytes.
const MOST_BYTES: usize = 256 << 20;
/// Largest number of generated tokens.
const MOST_TOKENS: usize = 100_000_000;
/// Number of equal parts of a text: one is validation text, one is held-out text, the others are training text.
const PARTS: usize = 20;

/// The source of a corpus.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "text", rename_all = "kebab-case")]
pub enum Text {
    /// Text of the embedded language, whose entropy is known exactly.
    Language {
        /// Symbols in all three parts together.
        tokens: usize,
    },
    /// Symbols drawn uniformly and independently, so that no model can predict the next one.
    Uniform {
        /// Number of different symbols.
        symbols: usize,
        /// Symbols in all three parts together.
        tokens: usize,
    },
    /// A text file, tokenized with byte pairs that are found in its training part.
    File {
        /// The name of the file.
        name: String,
        /// Vocabulary size: bytes and byte pairs.
        vocabulary: usize,
    },
}

/// A tokenizer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "tokens", rename_all = "kebab-case")]
pub enum Tokenizer {
    /// One token per symbol of the embedded language.
    Symbols,
    /// Tokens are numbers.
    Numbers {
        /// Vocabulary size.
        count: usize,
    },
    /// Byte-pair encoding.
    BytePairs(BytePairs),
}

impl Tokenizer {
    /// Returns the vocabulary size.
    pub fn vocabulary(&self) -> usize {
        match self {
            Tokenizer::Symbols => SYMBOLS.len(),
            Tokenizer::Numbers { count } => *count,
            Tokenizer::BytePairs(pairs) => pairs.vocabulary(),
        }
    }

    /// Returns the tokens of a text.
    ///
    /// # Errors
    /// Returns [`CorpusError::Symbol`] for a character that the embedded language does not have, and
    /// [`CorpusError::Number`] for a word that is not a token, where tokens are numbers.
    pub fn encode(&self, text: &[u8]) -> Result<Vec<u32>, CorpusError> {
        match self {
            Tokenizer::Symbols => {
                let place = |byte: &u8| SYMBOLS.iter().position(|symbol| symbol == byte);
                let symbol = |byte: &u8| {
                    let found = place(byte).map(|place| place as u32);
                    found.ok_or_else(|| CorpusError::Symbol { symbol: char::from(*byte) })
                };
                text.iter().map(symbol).collect()
            }
            Tokenizer::Numbers { count } => {
                let text = String::from_utf8_lossy(text);
                let number = |word: &str| {
                    let number = word.parse::<u32>().ok().filter(|&number| (number as usize) < *count);
                    let word = || word.chars().take(40).collect();
                    number.ok_or_else(|| CorpusError::Number { word: word(), count: *count })
                };
                text.split_whitespace().map(number).collect()
            }
            Tokenizer::BytePairs(pairs) => Ok(pairs.encode(text)),
        }
    }

    /// Returns the text of the tokens. Where tokens are numbers, they are separated by spaces.
    pub fn decode(&self, tokens: &[u32]) -> Vec<u8> {
        match self {
            Tokenizer::Symbols => {
                tokens.iter().filter_map(|&token| SYMBOLS.get(token as usize).copied()).collect()
            }
            Tokenizer::Numbers { .. } => {
                tokens.iter().flat_map(|token| format!("{token} ").into_bytes()).collect()
            }
            Tokenizer::BytePairs(pairs) => pairs.decode(tokens),
        }
    }
}

/// Why a text cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CorpusError {
    /// A file that is too short or too long.
    #[error(
        "The text has {bytes} bytes. Give a text of {FEWEST_BYTES} to {MOST_BYTES} bytes, so that there is something to learn and to measure."
    )]
    Length {
        /// Size of the file, in bytes.
        bytes: usize,
    },
    /// A file that is not text.
    #[error(
        "The file is not text: byte {place} (counted from 0) is zero or not UTF-8. Give a plain text file."
    )]
    NotText {
        /// Position of the first invalid byte.
        place: usize,
    },
    /// The contents of the file were not given.
    #[error("The text “{name}” is not loaded. Give the file again.")]
    Missing {
        /// The name of the file.
        name: String,
    },
    /// Too few or too many generated tokens.
    #[error("{tokens} tokens cannot be generated. Choose from {least} to {MOST_TOKENS}.")]
    Tokens {
        /// The requested number.
        tokens: usize,
        /// The smallest number allowed.
        least: usize,
    },
    /// A number of different symbols that is not supported.
    #[error("Text cannot be drawn from {symbols} symbols. Choose from 2 to 65536.")]
    Symbols {
        /// The requested number.
        symbols: usize,
    },
    /// A vocabulary size that byte-pair encoding does not support.
    #[error(
        "Byte-pair encoding cannot have a vocabulary of {vocabulary} tokens. Choose from 256, the bytes alone, to 65536."
    )]
    Vocabulary {
        /// The requested size.
        vocabulary: usize,
    },
    /// A character that the embedded language does not have.
    #[error(
        "The embedded language has no symbol “{symbol}”: it consists of lowercase letters, periods, and spaces. Train on your own text instead."
    )]
    Symbol {
        /// The character.
        symbol: char,
    },
    /// A word that is not a token, where tokens are numbers.
    #[error(
        "“{word}” is not a token of this model, which was trained on random numbers. Give whole numbers below {count}, separated by spaces."
    )]
    Number {
        /// The beginning of the word.
        word: String,
        /// Vocabulary size.
        count: usize,
    },
    /// A part with too few tokens for one sequence.
    #[error(
        "The shortest part of the text has {tokens} tokens, too short for sequences of {context}. Give a longer text or a shorter context."
    )]
    TooShort {
        /// Number of tokens in the shortest part.
        tokens: usize,
        /// Length of a sequence.
        context: usize,
    },
}

/// A tokenized text in three parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Corpus {
    /// The tokenizer.
    pub tokenizer: Tokenizer,
    /// Training text.
    pub train: Vec<u32>,
    /// Validation text, evaluated during training.
    pub validation: Vec<u32>,
    /// Held-out text, for the final evaluation.
    pub held_out: Vec<u32>,
    /// Bytes of the held-out text; `None` where tokens are numbers.
    pub held_out_bytes: Option<usize>,
    /// The entropy floor, in nats per token: the smallest possible expected loss of a causal model; `None` if it is not
    /// known.
    pub entropy: Option<f64>,
    /// The loss of the source itself on the held-out text, in nats per token; `None` if it is not known.
    pub source_loss: Option<f64>,
}

/// Seeds of the three parts of a generated text. They are fixed, so that all models are evaluated on the same text.
const SEEDS: [u32; 3] = [101, 202, 303];

impl Text {
    /// Creates the corpus. For a text file, `content` holds the bytes of the file.
    ///
    /// # Errors
    /// Returns [`CorpusError`] if the text cannot be generated or tokenized.
    pub fn corpus(&self, content: Option<&[u8]>) -> Result<Corpus, CorpusError> {
        match self {
            &Text::Language { tokens } => {
                let language = Language::embedded();
                let lengths = lengths(tokens)?;
                let [train, validation, held_out] =
                    std::array::from_fn(|part| language.generate(lengths[part], SEEDS[part]));
                Ok(Corpus {
                    tokenizer: Tokenizer::Symbols,
                    held_out_bytes: Some(held_out.len()),
                    entropy: Some(language.entropy_rate()),
                    source_loss: language.loss(&held_out),
                    train,
                    validation,
                    held_out,
                })
            }
            &Text::Uniform { symbols, tokens } => {
                if !(2..=1 << 16).contains(&symbols) {
                    return Err(CorpusError::Symbols { symbols });
                }
                let lengths = lengths(tokens)?;
                let draw = |part: usize| {
                    let mut random = LegacyRandom::new(SEEDS[part]);
                    (0..lengths[part]).map(|_| (random.uniform() * symbols as f64) as u32).collect()
                };
                let [train, validation, held_out] = std::array::from_fn(draw);
                let entropy = Some(pxfm::f_log(symbols as f64));
                Ok(Corpus {
                    tokenizer: Tokenizer::Numbers { count: symbols },
                    train,
                    validation,
                    held_out,
                    held_out_bytes: None,
                    entropy,
                    source_loss: entropy,
                })
            }
            Text::File { name, vocabulary } => {
                let content = content.ok_or_else(|| CorpusError::Missing { name: name.clone() })?;
                check_text(content)?;
                let [train, validation, held_out] = split(content);
                let pairs = BytePairs::train(train, *vocabulary)?;
                Ok(Corpus {
                    train: pairs.encode(train),
                    validation: pairs.encode(validation),
                    held_out: pairs.encode(held_out),
                    held_out_bytes: Some(held_out.len()),
                    entropy: None,
                    source_loss: None,
                    tokenizer: Tokenizer::BytePairs(pairs),
                })
            }
        }
    }
}

impl Corpus {
    /// Checks that each part is long enough for one sequence and its last target.
    ///
    /// # Errors
    /// Returns [`CorpusError::TooShort`] if a part is too short.
    pub fn check(&self, context: usize) -> Result<(), CorpusError> {
        let parts = [&self.train, &self.validation, &self.held_out];
        match parts.into_iter().map(Vec::len).min().unwrap_or(0) {
            tokens if tokens <= context => Err(CorpusError::TooShort { tokens, context }),
            _ => Ok(()),
        }
    }
}

/// Checks that the size is within its limits and that the content is text.
fn check_text(content: &[u8]) -> Result<(), CorpusError> {
    if !(FEWEST_BYTES..=MOST_BYTES).contains(&content.len()) {
        return Err(CorpusError::Length { bytes: content.len() });
    }
    let wrong = std::str::from_utf8(content).err().map(|error| error.valid_up_to());
    // Zero bytes are valid UTF-8, but not text.
    let place = wrong.or_else(|| content.iter().position(|&byte| byte == 0));
    place.map_or(Ok(()), |place| Err(CorpusError::NotText { place }))
}

/// Returns the number of tokens in each part.
fn lengths(tokens: usize) -> Result<[usize; 3], CorpusError> {
    if !(FEWEST_BYTES..=MOST_TOKENS).contains(&tokens) {
        return Err(CorpusError::Tokens { tokens, least: FEWEST_BYTES });
    }
    let part = tokens / PARTS;
    Ok([tokens - 2 * part, part, part])
}

/// Divides a text into nine tenths, one twentieth, and one twentieth, at line ends where one is near.
fn split(content: &[u8]) -> [&[u8]; 3] {
    let part = content.len() / PARTS;
    let cut = |place: usize| {
        let line = content[place..].iter().take(part / 2).position(|&byte| byte == b'\n');
        // Otherwise, at the start of a character.
        let character = || content[place..].iter().position(|&byte| byte & 0xc0 != 0x80).unwrap_or(0);
        place + line.map_or_else(character, |line| line + 1)
    };
    let (first, second) = (cut(content.len() - 2 * part), cut(content.len() - part));
    [&content[..first], &content[first..second], &content[second..]]
}
