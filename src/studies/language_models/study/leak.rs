//! The demonstration that a two-sided resolvent reads the targets of a language model (resnet-bk.md §9.5).

use super::Session;
use crate::kit::context::{Context, StudyError};
use crate::studies::language_models::leak::{Config, Leak};
use crate::studies::language_models::record::LanguageModel;

/// Trains the same model twice on independent symbols, which cannot be predicted: once causal, once as published.
pub async fn leak(config: &Config, context: &Context) -> Result<Leak, StudyError> {
    // Training is nearly all of the work; each final measurement counts as part of the last step.
    let total = 2 * config.steps as u64;
    let causal = trained(config, false, &context.part(0, total)).await?;
    let two_sided = trained(config, true, &context.part(config.steps as u64, total)).await?;
    Ok(Leak { config: config.clone(), causal, two_sided })
}

async fn trained(config: &Config, two_sided: bool, context: &Context) -> Result<LanguageModel, StudyError> {
    let mut session = Session::new(&config.training(two_sided), None)?;
    session.advance(config.steps, context).await?;
    session.measure(&Context::unwatched()).await
}
