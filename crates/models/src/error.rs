//! Errors of models. Each names the invalid value and a remedy.

/// Why a model could not be built or computed.
#[derive(Debug, thiserror::Error)]
pub enum ModelError {
    /// A size out of range.
    #[error("The model's {what} is {value}. Choose from {least} to {most}.")]
    Size {
        /// The name of the size.
        what: &'static str,
        /// The requested value.
        value: usize,
        /// The smallest value allowed.
        least: usize,
        /// The largest value allowed.
        most: usize,
    },
    /// More parameters than the lab supports.
    #[error(
        "The model would have {parameters} parameters. Choose smaller sizes; at most {most} are supported."
    )]
    Parameters {
        /// The number of parameters.
        parameters: usize,
        /// The largest number allowed.
        most: usize,
    },
    /// A resolvent that cannot be applied to the values.
    #[error(
        "{potentials} resolvents cannot be applied to {values} values per token. Choose one-sided resolvents and a number of potentials that divides {values}."
    )]
    Applied {
        /// Values per token.
        values: usize,
        /// Resolvents requested.
        potentials: usize,
    },
    /// Early exit or sparsity for a model that does not read the diagonal of a resolvent.
    #[error(
        "Early exit and sparsity need a model whose blocks use the diagonal of a resolvent. Choose ResNet-BK as published, or with several potentials."
    )]
    NoResolvents,
    /// A parameter of the model is missing.
    #[error("The parameter “{name}” is missing. Give the weights of a model of these sizes.")]
    Missing {
        /// Its name.
        name: String,
    },
    /// A parameter with another shape than the model needs.
    #[error(
        "The parameter “{name}” has the shape {found:?}, but the model needs {expected:?}. Give the weights of a model of these sizes."
    )]
    Shape {
        /// Its name.
        name: String,
        /// The shape found.
        found: Vec<usize>,
        /// The shape needed.
        expected: Vec<usize>,
    },
    /// Tokens that do not fill whole sequences, or sequences longer than the context.
    #[error(
        "{tokens} tokens in sequences of {length} cannot be computed: sequences must be full and hold 1 to {context} tokens."
    )]
    Tokens {
        /// The number of tokens.
        tokens: usize,
        /// The requested length of a sequence.
        length: usize,
        /// The length of the longest sequence.
        context: usize,
    },
    /// A token beyond the vocabulary.
    #[error(
        "Token {token} is not in the vocabulary of {vocabulary} tokens. Tokenize the text with the model's tokenizer."
    )]
    Token {
        /// The token.
        token: u32,
        /// The vocabulary size.
        vocabulary: usize,
    },
    /// A rate out of range.
    #[error("The {what} is {value}. Choose from 0 to {most}.")]
    Rate {
        /// The name of the rate.
        what: &'static str,
        /// The requested value.
        value: f64,
        /// The largest value allowed.
        most: f64,
    },
    /// Training diverged: the loss or the norm of its gradient is not finite.
    #[error(
        "Training diverged at step {step}: the loss is {loss}, the norm of its gradient {norm}. The parameters are as before that step; choose a smaller learning rate."
    )]
    Diverged {
        /// Steps taken before.
        step: usize,
        /// The loss.
        loss: f32,
        /// The norm of the gradient.
        norm: f64,
    },
    /// Parameters that cannot be quantized.
    #[error("The model cannot be quantized: {0}")]
    Quantize(#[from] bk_quantize::QuantizeError),
    /// An error of candle or of a kernel.
    #[error("The model could not be computed: {0}")]
    Computation(#[from] candle_core::Error),
}
