//! What can go wrong with a model, each with the value that was wrong and what to do about it.

/// Why a model could not be had, or did not compute.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A size out of range.
    #[error("The model's {what} is {value}. Choose from {least} to {most}.")]
    Size {
        /// Which size.
        what: &'static str,
        /// What was asked for.
        value: usize,
        /// The least there is.
        least: usize,
        /// The most there is.
        most: usize,
    },
    /// More parameters than the lab computes with.
    #[error(
        "The model would have {parameters} parameters. Choose smaller sizes: at most {most} are computed."
    )]
    Parameters {
        /// How many it would have.
        parameters: usize,
        /// The most there may be.
        most: usize,
    },
    /// A resolvent that cannot be applied to the values.
    #[error(
        "{potentials} resolvents cannot be applied to {values} values a token. Choose one-sided resolvents, and a number of potentials that divides {values}."
    )]
    Applied {
        /// Values a token has.
        values: usize,
        /// Resolvents asked for.
        potentials: usize,
    },
    /// What needs the diagonal of a resolvent, of a model that has none.
    #[error(
        "Early exit and sparsity are those of a model whose blocks read the diagonal of a resolvent. Choose ResNet-BK as published, or with several potentials."
    )]
    NoResolvents,
    /// A parameter that the model needs is not there.
    #[error("The parameter “{name}” is missing. Give the weights of a model of these sizes.")]
    Missing {
        /// Its name.
        name: String,
    },
    /// A parameter of another shape than the model's.
    #[error(
        "The parameter “{name}” has the shape {found:?}, but the model needs {expected:?}. Give the weights of a model of these sizes."
    )]
    Shape {
        /// Its name.
        name: String,
        /// The shape it has.
        found: Vec<usize>,
        /// The shape it should have.
        expected: Vec<usize>,
    },
    /// Tokens that are not whole sequences the model can take.
    #[error(
        "{tokens} tokens in sequences of {length} cannot be computed: sequences hold from 1 to {context} tokens, and all are full."
    )]
    Tokens {
        /// How many tokens were given.
        tokens: usize,
        /// How long a sequence was to be.
        length: usize,
        /// The most tokens a sequence may have.
        context: usize,
    },
    /// A token beyond the vocabulary.
    #[error(
        "Token {token} is not in the vocabulary of {vocabulary}. Tokenise the text with the model's own tokeniser."
    )]
    Token {
        /// The token.
        token: u32,
        /// How many there are.
        vocabulary: usize,
    },
    /// A rate out of range.
    #[error("The {what} is {value}. Choose from 0 to {most}.")]
    Rate {
        /// Which one.
        what: &'static str,
        /// What was asked for.
        value: f64,
        /// The most there is.
        most: f64,
    },
    /// Training went astray.
    #[error(
        "Training diverged at step {step}: the loss is {loss}, the norm of its derivatives {norm}. Choose a smaller learning rate; the parameters are as before that step."
    )]
    Diverged {
        /// Steps taken before.
        step: usize,
        /// The loss.
        loss: f32,
        /// The norm of the derivatives.
        norm: f64,
    },
    /// Parameters that cannot be quantized.
    #[error("The model cannot be quantized: {0}")]
    Quantize(#[from] bk_quantize::QuantizeError),
    /// What candle or a kernel refused.
    #[error("The model could not be computed: {0}")]
    Computation(#[from] candle_core::Error),
}
