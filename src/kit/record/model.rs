//! The language models of the figures: the two that were published, and any other a file names.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A language model. Written in JSON as its key, and read under any spelling the published files use.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub enum Model {
    /// ResNet-BK, whose layer is the diagonal of a tridiagonal resolvent.
    ResNetBk,
    /// Mamba, a selective state-space model.
    Mamba,
    /// Another model, by the name its file gives it. Never trusted as markup.
    Other(String),
}

impl Model {
    /// The two that the published figures compare, in the order of the published files.
    pub const PUBLISHED: [Model; 2] = [Model::ResNetBk, Model::Mamba];

    /// The model of a name: resnetbk, resnet_bk, ResNet-BK and bk are one, as the published files spell it
    /// in all these ways.
    pub fn named(name: &str) -> Self {
        match letters(name).as_str() {
            "resnetbk" | "bk" => Model::ResNetBk,
            "mamba" => Model::Mamba,
            _ => Model::Other(name.into()),
        }
    }

    /// The published model that a file name mentions, as the published loaders look for it.
    pub fn in_file_name(file: &str) -> Option<Self> {
        let letters = letters(file);
        Model::PUBLISHED.into_iter().find(|model| letters.contains(model.key()))
    }

    /// The name a reader knows.
    pub fn label(&self) -> &str {
        match self {
            Model::ResNetBk => "ResNet-BK",
            Model::Mamba => "Mamba",
            Model::Other(name) => name,
        }
    }

    /// The key in JSON files.
    pub fn key(&self) -> &str {
        match self {
            Model::ResNetBk => "resnetbk",
            Model::Mamba => "mamba",
            Model::Other(name) => name,
        }
    }
}

/// Letters and digits in lower case: what the spellings of one name share.
fn letters(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|letter| letter.to_ascii_lowercase()).collect()
}

impl fmt::Display for Model {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.label())
    }
}

impl From<String> for Model {
    fn from(name: String) -> Self {
        Model::named(&name)
    }
}

impl From<Model> for String {
    fn from(model: Model) -> Self {
        model.key().into()
    }
}

#[cfg(test)]
mod tests {
    use super::Model;

    #[test]
    fn the_spellings_of_the_published_files_are_one_model() {
        for name in ["resnetbk", "resnet_bk", "ResNet-BK", "bk", "BK"] {
            assert_eq!(Model::named(name), Model::ResNetBk, "{name}");
        }
        assert_eq!(Model::named("Mamba"), Model::Mamba);
        assert_eq!(Model::named("resnet_bk_act"), Model::Other("resnet_bk_act".into()));
    }

    #[test]
    fn a_model_is_written_as_its_key_and_read_back() {
        for model in [Model::ResNetBk, Model::Mamba, Model::Other("resnet_bk_act".into())] {
            let json = serde_json::to_string(&model).unwrap_or_default();
            assert_eq!(json, format!("\"{}\"", model.key()));
            assert_eq!(serde_json::from_str::<Model>(&json).ok(), Some(model));
        }
    }
}
