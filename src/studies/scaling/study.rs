//! The study of a scaling sweep: every model is trained on the same number of tokens of the same text and measured on
//! held-out text; on request also with early exit and with a sparse diagonal.

use super::record::{Config, Exited, Ladder, Place, Rung, Sparse};
use crate::kit::context::{Context, Progress, StudyError};
use crate::studies::language_models::mixed_precision::study::fingerprint;
use crate::studies::language_models::published_flops as flops;
use crate::studies::language_models::study::{Session as Single, held_out, largest_leak};
use crate::studies::robustness::measured::study::source_loss;
use bk_models::corpus::Text;
use bk_models::early_exit::{Exit, Exits};
use bk_models::sparsity::{Sight, SparsityTraining, flops_a_token};
use bk_models::{Evaluation, LanguageModel};

/// A training ends once this many of its steps were not finite.
const MOST_NOT_FINITE: usize = 20;

/// The result of a request for progress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advanced {
    /// A model was trained further and is not measured yet.
    Training,
    /// A model was measured.
    Measured(Place),
    /// No model is left.
    Nothing,
}

/// A scaling sweep in progress, which can be stopped after any step and resumed.
#[derive(Debug)]
pub struct Session {
    record: Ladder,
    content: Option<Vec<u8>>,
    /// The model in training.
    single: Option<(Place, Single)>,
}

impl Session {
    /// Creates a session with the results that `earlier` holds of the same config. `content` is the bytes of the text's
    /// file, if any.
    ///
    /// # Errors
    /// The errors of [`Config::check`].
    pub fn new(
        config: &Config,
        content: Option<Vec<u8>>,
        earlier: Option<&Ladder>,
    ) -> Result<Self, StudyError> {
        config.check()?;
        Ok(Self { record: Ladder::begin(config.clone(), earlier), content, single: None })
    }

    /// Returns the results so far.
    pub fn record(&self) -> &Ladder {
        &self.record
    }

    /// Returns the progress, in training steps.
    pub fn progress(&self) -> Progress {
        let each = self.steps_a_model();
        let going = self.single.as_ref().map_or(0, |(_, single)| single.training().steps());
        Progress {
            done: self.record.rungs.len() as u64 * each + going as u64,
            total: self.record.config.places().len() as u64 * each,
        }
    }

    /// Returns the number of steps counted per model, including the training of its sparsity networks.
    fn steps_a_model(&self) -> u64 {
        let config = &self.record.config;
        (config.steps + Sight::ALL.len() * config.sparsity_steps) as u64
    }

    /// Trains the next model for about `seconds`, at least one step. If its training is over, measures it, however long
    /// that takes. If cancelled, the steps already taken are kept.
    ///
    /// # Errors
    /// [`StudyError::Cancelled`], or a model that cannot be computed.
    pub async fn advance(&mut self, seconds: f64, context: &Context) -> Result<Advanced, StudyError> {
        let Some(&place) = self.record.left().first() else { return Ok(Advanced::Nothing) };
        let Progress { total, .. } = self.progress();
        let done = self.record.rungs.len() as u64 * self.steps_a_model();
        let mut single = match self.single.take() {
            Some((of, single)) if of == place => single,
            _ => Single::new(&self.record.config.training(place), self.content.as_deref())?,
        };
        let trained = single.endure(MOST_NOT_FINITE, seconds, &context.part(done, total)).await;
        if !matches!(trained, Ok(true)) {
            self.single = Some((place, single));
            return trained.map(|_| Advanced::Training);
        }
        let steps = self.record.config.steps as u64;
        let rung = measured(&self.record.config, place, &single, &context.part(done + steps, total)).await;
        match rung {
            Ok(rung) => self.record.put(rung),
            Err(error) => {
                self.single = Some((place, single));
                return Err(error);
            }
        }
        Ok(Advanced::Measured(place))
    }
}

/// Measures a trained model.
async fn measured(
    config: &Config,
    place: Place,
    single: &Single,
    context: &Context,
) -> Result<Rung, StudyError> {
    let (training, corpus) = (single.training(), single.corpus());
    let (model, length) = (training.model(), place.context);
    let architecture = model.architecture();
    let most = corpus.held_out.len() - 1;
    let sequences = (config.tokens.min(most) / length).max(1);
    let tokens = &corpus.held_out[..(sequences * length).min(most) + 1];
    let finite = |values: &[f32]| values.iter().map(|&value| value.is_finite().then_some(value)).collect();
    let silent = context.silent();
    let trajectory = training.trajectory();
    let mut rung = Rung {
        place,
        architecture: architecture.clone(),
        parameters: architecture.parameter_count(),
        fingerprint: fingerprint(architecture, &config.text, training.parameters())?,
        flops: architecture.flops(1, length).forward() / length as u64,
        published_flops: flops::flops(architecture, 1, length).forward() / length as u64,
        losses: finite(&trajectory.losses),
        norms: finite(&trajectory.norms),
        held_out: evaluated(model, tokens, &silent).await?,
        bytes_a_token: corpus.held_out_bytes.map(|bytes| bytes as f64 / corpus.held_out.len() as f64),
        source_loss: match &config.text {
            Text::Language { .. } => source_loss(tokens),
            _ => corpus.source_loss,
        },
        largest_leak: None,
        exits: vec![],
        sparsity: vec![],
    };
    if rung.held_out.is_none() {
        return Ok(rung);
    }
    rung.largest_leak = Some(largest_leak(model, &corpus.held_out)?);
    if let Some(sizes) = model.resnet_bk() {
        if config.exits {
            for exit in Exit::tried() {
                let (held_out, exits) = exited(model, tokens, exit, &silent).await?;
                let flops = exits.flops_a_token(sizes);
                rung.exits.push(Exited { exit, exits, held_out, flops });
            }
        }
        if let Some(recipe) = config.sparsity_recipe(place) {
            for (number, sight) in Sight::ALL.into_iter().enumerate() {
                let mut training = SparsityTraining::new(model, recipe.clone(), sight)?;
                while !training.is_complete() {
                    training.step(&corpus.train)?;
                    let done = (number * recipe.steps + training.steps()) as u64;
                    context.step(done, (Sight::ALL.len() * recipe.steps) as u64).await?;
                }
                let sparse = training.model(&corpus.train)?;
                rung.sparsity.push(Sparse {
                    sight,
                    sparsity: sparsity(&sparse, tokens, length)?,
                    held_out: held_out(&sparse, tokens, &silent).await?,
                    flops: rung.flops + flops_a_token(sizes, length),
                    largest_leak: largest_leak(&sparse, &corpus.held_out)?,
                });
            }
        }
    }
    Ok(rung)
}

/// Returns the losses of a model on a text; `None` if they are not finite.
async fn evaluated(
    model: &LanguageModel,
    tokens: &[u32],
    context: &Context,
) -> Result<Option<Evaluation>, StudyError> {
    match held_out(model, tokens, context).await {
        Ok(evaluation) => Ok(evaluation.nats.is_finite().then_some(evaluation)),
        // An intermediate value was not finite, which the kernels reject.
        Err(StudyError::Model(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

async fn exited(
    model: &LanguageModel,
    tokens: &[u32],
    exit: Exit,
    context: &Context,
) -> Result<(Evaluation, Exits), StudyError> {
    let length = model.architecture().context();
    let (mut evaluation, mut exits) = (Evaluation::default(), Exits::default());
    for batch in Evaluation::batches(tokens, length) {
        exits.add(&evaluation.add_exiting(model, batch, length, exit)?);
        context.step(0, 0).await?;
    }
    Ok((evaluation, exits))
}

/// Returns the fraction of sites that is left out in the first sequences of a text.
fn sparsity(model: &LanguageModel, tokens: &[u32], length: usize) -> Result<f64, StudyError> {
    let batch = Evaluation::batches(tokens, length).next().unwrap_or_default();
    Ok(model.sparsity_on(&batch[..batch.len().saturating_sub(1)], length)?)
}

/// Trains and measures all models. `so_far` is called with the record whenever it has grown.
///
/// # Errors
/// Errors of [`Session::new`] and [`Session::advance`]. Everything found before the error has been reported to
/// `so_far`.
pub async fn run(
    config: &Config,
    content: Option<Vec<u8>>,
    earlier: Option<&Ladder>,
    mut so_far: impl FnMut(&Ladder),
    context: &Context,
) -> Result<Ladder, StudyError> {
    let mut session = Session::new(config, content, earlier)?;
    loop {
        match session.advance(f64::INFINITY, context).await? {
            Advanced::Nothing => return Ok(session.record),
            Advanced::Measured(_) => so_far(session.record()),
            Advanced::Training => {}
        }
    }
}
