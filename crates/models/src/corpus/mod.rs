//! Texts as tokens: what models are trained on, and what they are measured by.
//!
//! A corpus has three parts that share nothing: one to train on, one to watch while training, and one held out, which
//! only the final measurement reads.

mod baseline;
mod byte_pairs;
mod language;

pub use baseline::{Baselines, baselines};
pub use byte_pairs::BytePairs;
pub use language::{Language, SYMBOLS};

use bk_python::random::LegacyRandom;
use serde::{Deserialize, Serialize};

/// The fewest bytes of a text file: less holds no statistics to learn.
const FEWEST_BYTES: usize = 10_000;
/// The most bytes of a text file.
const MOST_BYTES: usize = 256 << 20;
/// The most tokens that are generated.
const MOST_TOKENS: usize = 100_000_000;
/// Of every twenty tokens, one is for validation and one is held out.
const PARTS: usize = 20;

/// Where a corpus comes from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "text", rename_all = "kebab-case")]
pub enum Text {
    /// The embedded language, whose entropy is known exactly: so many symbols of it.
    Language {
        /// Symbols in all three parts.
        tokens: usize,
    },
    /// Symbols drawn evenly and independently, so that nothing can be known of the next one.
    Uniform {
        /// How many there are to choose from.
        symbols: usize,
        /// Symbols in all three parts.
        tokens: usize,
    },
    /// A file of the reader's, in byte pairs found in its training part.
    File {
        /// The file's name.
        name: String,
        /// Byte pairs and bytes together.
        vocabulary: usize,
    },
}

/// How a text is taken apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "tokens", rename_all = "kebab-case")]
pub enum Tokenizer {
    /// One token a symbol of the embedded language.
    Symbols,
    /// The tokens are numbers.
    Numbers {
        /// How many there are.
        count: usize,
    },
    /// Byte pairs.
    BytePairs(BytePairs),
}

impl Tokenizer {
    /// How many tokens there are.
    pub fn vocabulary(&self) -> usize {
        match self {
            Tokenizer::Symbols => SYMBOLS.len(),
            Tokenizer::Numbers { count } => *count,
            Tokenizer::BytePairs(pairs) => pairs.vocabulary(),
        }
    }

    /// The tokens of a text.
    ///
    /// # Errors
    /// [`CorpusError::Symbol`] for a character that the embedded language does not have,
    /// [`CorpusError::Number`] for what is no token where tokens are numbers.
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

    /// The text of tokens; numbers are written out.
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

/// Why a text cannot serve.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CorpusError {
    /// A file that is too short or too long.
    #[error(
        "The text has {bytes} bytes. Give one of {FEWEST_BYTES} to {MOST_BYTES} bytes, so that there is something to learn and to measure."
    )]
    Length {
        /// How many bytes it has.
        bytes: usize,
    },
    /// A file that is not text.
    #[error(
        "The file is not text: its byte {place} (counted from 0) begins no UTF-8 character. Give a plain text file."
    )]
    NotText {
        /// The first such byte.
        place: usize,
    },
    /// A file that was not given.
    #[error("The text “{name}” is not here. Give the file again.")]
    Missing {
        /// The file's name.
        name: String,
    },
    /// Too few or too many generated tokens.
    #[error("{tokens} tokens cannot be generated. Choose from {least} to {MOST_TOKENS}.")]
    Tokens {
        /// How many were asked for.
        tokens: usize,
        /// The fewest.
        least: usize,
    },
    /// Another number of symbols than can be drawn.
    #[error("{symbols} symbols cannot be drawn from. Choose from 2 to 65536.")]
    Symbols {
        /// How many were asked for.
        symbols: usize,
    },
    /// A vocabulary that byte pairs cannot have.
    #[error(
        "A vocabulary of {vocabulary} cannot be made of byte pairs. Choose from 256, which are the bytes, to 65536."
    )]
    Vocabulary {
        /// What was asked for.
        vocabulary: usize,
    },
    /// A character that the embedded language does not have.
    #[error(
        "The embedded language has no symbol “{symbol}”: it is made of small letters, full stops and spaces. Train on your own text instead."
    )]
    Symbol {
        /// The character.
        symbol: char,
    },
    /// Text for a model of numbers.
    #[error(
        "“{word}” is no token of this model, which was trained on drawn numbers. Give whole numbers below {count} with spaces between them."
    )]
    Number {
        /// The beginning of what was given.
        word: String,
        /// How many numbers there are.
        count: usize,
    },
    /// A part with fewer tokens than one sequence.
    #[error(
        "The text is only {tokens} tokens long, too short for sequences of {context}. Give a longer text or a shorter context."
    )]
    TooShort {
        /// How many tokens its shortest part has.
        tokens: usize,
        /// How long a sequence is.
        context: usize,
    },
}

/// A tokenised text in three parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Corpus {
    /// How it was tokenised.
    pub tokenizer: Tokenizer,
    /// What models learn from.
    pub train: Vec<u32>,
    /// What is looked at while they do.
    pub validation: Vec<u32>,
    /// What they are measured by.
    pub held_out: Vec<u32>,
    /// Bytes that the held-out tokens stand for; none where tokens are numbers.
    pub held_out_bytes: Option<usize>,
    /// The entropy in nats a token below which no model of the past can get, where it is known.
    pub entropy: Option<f64>,
    /// What the source itself would lose on the held-out part, in nats a token.
    pub source_loss: Option<f64>,
}

/// Seeds of the three parts of a generated text: always the same, so that models are measured by the same text
/// whatever they were trained with.
const SEEDS: [u32; 3] = [101, 202, 303];

impl Text {
    /// The corpus; `content` holds the file's bytes where the text is one.
    ///
    /// # Errors
    /// [`CorpusError`] for what cannot be tokenised, with the reason.
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
    /// Refuses a corpus one of whose parts is shorter than a sequence and its last target.
    ///
    /// # Errors
    /// [`CorpusError::TooShort`].
    pub fn check(&self, context: usize) -> Result<(), CorpusError> {
        let parts = [&self.train, &self.validation, &self.held_out];
        match parts.into_iter().map(Vec::len).min().unwrap_or(0) {
            tokens if tokens <= context => Err(CorpusError::TooShort { tokens, context }),
            _ => Ok(()),
        }
    }
}

/// Refuses what is too short, too long or no text.
fn check_text(content: &[u8]) -> Result<(), CorpusError> {
    if !(FEWEST_BYTES..=MOST_BYTES).contains(&content.len()) {
        return Err(CorpusError::Length { bytes: content.len() });
    }
    let wrong = std::str::from_utf8(content).err().map(|error| error.valid_up_to());
    // A file of zeros is UTF-8 too.
    let place = wrong.or_else(|| content.iter().position(|&byte| byte == 0));
    place.map_or(Ok(()), |place| Err(CorpusError::NotText { place }))
}

/// Tokens of the three parts.
fn lengths(tokens: usize) -> Result<[usize; 3], CorpusError> {
    if !(FEWEST_BYTES..=MOST_TOKENS).contains(&tokens) {
        return Err(CorpusError::Tokens { tokens, least: FEWEST_BYTES });
    }
    let part = tokens / PARTS;
    Ok([tokens - 2 * part, part, part])
}

/// Nine tenths, then a twentieth twice, cut at ends of lines where there are any near.
fn split(content: &[u8]) -> [&[u8]; 3] {
    let part = content.len() / PARTS;
    let cut = |place: usize| {
        let line = content[place..].iter().take(part / 2).position(|&byte| byte == b'\n');
        // Else at the beginning of a character.
        let character = || content[place..].iter().position(|&byte| byte & 0xc0 != 0x80).unwrap_or(0);
        place + line.map_or_else(character, |line| line + 1)
    };
    let (first, second) = (cut(content.len() - 2 * part), cut(content.len() - part));
    [&content[..first], &content[first..second], &content[second..]]
}
