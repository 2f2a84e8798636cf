//! What the commands of `bklab` share: their flags, files and printing, and how they fail.

pub(crate) mod drawing;
pub(crate) mod files;
pub(crate) mod print;
pub(crate) mod report;

/// What a command comes to.
pub enum Failure {
    /// Something failed: exit status 1.
    Failed(String),
    /// The command was used wrongly: exit status 2.
    Usage(String),
}

impl Failure {
    /// A failure from anything that can say what happened.
    pub fn failed(error: impl std::fmt::Display) -> Self {
        Failure::Failed(error.to_string())
    }

    /// Wrong usage from anything that can say what is wrong.
    pub fn usage(error: impl std::fmt::Display) -> Self {
        Failure::Usage(error.to_string())
    }
}
