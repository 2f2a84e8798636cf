//! The bit-width sweep: a trained model is stored in every storage format and run on held-out text.

use super::record::{Arm, Config, Core, Look, Measured, Point, Tuned, Tuning, Way, Widths};
use crate::kit::context::{Context, StudyError};
use crate::studies::language_models::mixed_precision::study::fingerprint;
use crate::studies::language_models::study::{corpus_by, held_out, largest_leak};
use bk_models::corpus::{Corpus, Language, Text, baselines};
use bk_models::precision::quantizable;
use bk_models::{
    Architecture, CheckpointError, CoreRounding, Format, KeptModel, LanguageModel, PackedModel, Parameter,
    Training,
};
use bk_quantize::Width;
use std::rc::Rc;

/// The measurement of one model in all its points.
#[derive(Debug)]
pub struct Session {
    config: Config,
    kept: KeptModel,
    corpus: Rc<Corpus>,
    measured: Measured,
    /// The further training in progress.
    training: Option<(Tuning, Arm, Training)>,
}

impl Session {
    /// Creates a session for a model and its own text. Points in `earlier` of the same model and config are not
    /// measured again; they are kept even if the config does not ask for them.
    ///
    /// # Errors
    /// Fails if the config is invalid, the text is not the model's, or the model is already stored in fewer than 16
    /// bits.
    pub fn new(
        config: &Config,
        kept: KeptModel,
        corpus: Rc<Corpus>,
        earlier: Option<&Widths>,
    ) -> Result<Self, StudyError> {
        config.check()?;
        let context = kept.architecture().context();
        corpus.check(context)?;
        let stored = match kept.widths.as_slice() {
            [(Width::Single, _)] => Format::Fp32,
            [(Width::Half, _)] => Format::Fp16,
            _ => return Err(CheckpointError::Quantized.into()),
        };
        let fingerprint = of_model(&kept)?;
        let measured = match earlier.and_then(|earlier| earlier.known(config, fingerprint)) {
            Some(known) => known.clone(),
            None => unmeasured(config, &kept, &corpus, stored, fingerprint)?,
        };
        Ok(Self { config: config.clone(), kept, corpus, measured, training: None })
    }

    /// Returns the measurements so far.
    pub fn measured(&self) -> &Measured {
        &self.measured
    }

    /// Returns the storage formats still to be measured, in order.
    pub fn left(&self) -> Vec<Way> {
        let mut ways = self.config.ways(&self.measured.architecture, self.measured.stored);
        ways.retain(|&way| self.measured.at(way).is_none());
        ways
    }

    /// Measures the next point; returns `false` if none is left.
    ///
    /// # Errors
    /// [`StudyError::Cancelled`], or a model that cannot be computed.
    pub async fn advance(&mut self, context: &Context) -> Result<bool, StudyError> {
        let Some(&way) = self.left().first() else { return Ok(false) };
        let all = self.config.ways(&self.measured.architecture, self.measured.stored);
        let sequences = (self.tokens().len() / self.kept.architecture().context()) as u64;
        let place = all.iter().position(|&other| other == way).unwrap_or(0) as u64;
        let part = context.part(place * sequences, all.len() as u64 * sequences);
        let (packed, model) = self.stored(way)?;
        let held_out = held_out(&model, self.tokens(), &part).await?;
        self.measured.points.push(Point { way, bytes: packed.bytes().total(), held_out });
        // Known points may include some that are not asked for now.
        let formats = Format::ALL.to_vec();
        let every = Config { core: true, parts: true, formats, ..self.config.clone() };
        let order = every.ways(&self.measured.architecture, self.measured.stored);
        self.measured.points.sort_by_key(|point| order.iter().position(|&way| way == point.way));
        Ok(true)
    }

    /// Continues a further training up to its next evaluation point; returns `false` if both arms are complete. A
    /// training that was interrupted starts again, and so does one after a different tuning.
    ///
    /// # Errors
    /// [`StudyError::Cancelled`], or a training that diverges.
    pub async fn tune(&mut self, tuning: Tuning, context: &Context) -> Result<bool, StudyError> {
        tuning.check()?;
        let place = self.measured.tuned.iter().position(|tuned| tuned.tuning == tuning);
        let place = place.unwrap_or_else(|| {
            self.measured.tuned.push(Tuned { tuning, quantized: vec![], control: vec![] });
            self.measured.tuned.len() - 1
        });
        let complete = |tuned: &Tuned, arm| !tuned.looks(arm).is_empty() && tuned.taken(arm) >= tuning.steps;
        let tuned = &self.measured.tuned[place];
        let Some(arm) = Arm::ALL.into_iter().find(|&arm| !complete(tuned, arm)) else { return Ok(false) };
        let under_way = self.training.take().filter(|(of, at, training)| {
            *of == tuning && *at == arm && training.steps() == tuned.taken(arm) && training.steps() > 0
        });
        let mut training = match under_way {
            Some((.., training)) => training,
            None => {
                let aware = (arm == Arm::Quantized).then(|| (tuning.format, self.config.rounding()));
                let training = Training::further(&self.kept, tuning.recipe(&self.kept.recipe), aware)?;
                let look = self.look(&training, tuning.format, context).await?;
                *self.measured.tuned[place].looks_mut(arm) = vec![look];
                training
            }
        };
        let until = (training.steps() + tuning.look_every).min(tuning.steps);
        let before = if arm == Arm::Control { tuning.steps } else { 0 };
        while training.steps() < until {
            training.step(&self.corpus.train, &[])?;
            context.step((before + training.steps()) as u64, 2 * tuning.steps as u64).await?;
        }
        let look = self.look(&training, tuning.format, &context.silent()).await?;
        self.measured.tuned[place].looks_mut(arm).push(look);
        self.training = Some((tuning, arm, training));
        Ok(true)
    }

    /// Evaluates a model in training, in single precision and stored.
    async fn look(&self, training: &Training, format: Format, context: &Context) -> Result<Look, StudyError> {
        let architecture = self.kept.architecture();
        let formats = |parameter: &Parameter| if quantizable(parameter) { format } else { Format::Fp16 };
        let packed =
            PackedModel::stored(architecture, training.parameters(), formats, self.config.rounding())?;
        let model = LanguageModel::new(architecture, &packed.weights()?)?;
        Ok(Look {
            step: training.steps(),
            whole: held_out(training.model(), self.tokens(), &context.silent()).await?,
            stored: held_out(&model, self.tokens(), &context.silent()).await?,
        })
    }

    /// Returns the tokens to measure on, including the last target.
    fn tokens(&self) -> &[u32] {
        tokens(&self.config, self.kept.architecture(), &self.corpus)
    }

    /// Returns the model stored in a storage format, and the language model that runs from it.
    fn stored(&self, way: Way) -> Result<(PackedModel, LanguageModel), StudyError> {
        let (architecture, stored) = (self.kept.architecture(), self.measured.stored);
        let format = |parameter: &Parameter| match (way.weights, quantizable(parameter)) {
            // Unchanged: nothing is rounded.
            (Format::Fp32, _) => Format::Fp32,
            (weights, true) if way.part.holds(&parameter.name) => weights,
            (_, true) => stored,
            (_, false) => Format::Fp16,
        };
        let packed =
            PackedModel::stored(architecture, &self.kept.parameters, format, self.config.rounding())?;
        let mut model = LanguageModel::new(architecture, &packed.weights()?)?;
        if let Some(Core { width, sharing }) = way.core {
            let rounding = CoreRounding::calibrate(&model, &self.windows(), width, sharing)?;
            model = model.with_core_rounding(&rounding);
        }
        Ok((packed, model))
    }

    /// Returns sequences of the training part, evenly spaced.
    fn windows(&self) -> Vec<&[u32]> {
        let length = self.kept.architecture().context();
        let all = self.corpus.train.len() / length;
        let count = self.config.windows.min(all);
        (0..count)
            .map(|place| place * all / count * length)
            .map(|from| &self.corpus.train[from..from + length])
            .collect()
    }
}

fn of_model(kept: &KeptModel) -> Result<u32, StudyError> {
    fingerprint(kept.architecture(), &kept.text, &kept.parameters)
}

/// Returns the held-out tokens that a config measures on: whole sequences, and the target of the last.
fn tokens<'corpus>(config: &Config, architecture: &Architecture, corpus: &'corpus Corpus) -> &'corpus [u32] {
    let context = architecture.context();
    let most = corpus.held_out.len() - 1;
    let sequences = (config.tokens.min(most) / context).max(1);
    &corpus.held_out[..(sequences * context).min(most) + 1]
}

/// Returns the description of a model before any measurement.
fn unmeasured(
    config: &Config,
    kept: &KeptModel,
    corpus: &Corpus,
    stored: Format,
    fingerprint: u32,
) -> Result<Measured, StudyError> {
    let architecture = kept.architecture();
    let tokens = tokens(config, architecture, corpus);
    // The first token has no predecessor to be predicted from.
    let targets = &tokens[1..];
    let bytes = corpus.held_out_bytes.map(|_| corpus.tokenizer.decode(targets).len());
    let source_loss = match &kept.text {
        Text::Language { .. } => source_loss(tokens),
        _ => corpus.source_loss,
    };
    Ok(Measured {
        architecture: architecture.clone(),
        recipe: kept.recipe.clone(),
        steps: kept.steps,
        text: kept.text.clone(),
        parameters: architecture.parameter_count(),
        fingerprint,
        stored,
        tokens: targets.len(),
        bytes_a_token: bytes.map(|bytes| bytes as f64 / targets.len() as f64),
        baselines: baselines(corpus.tokenizer.vocabulary(), &corpus.train, targets),
        source_loss,
        largest_leak: largest_leak(&kept.model, &corpus.held_out)?,
        points: vec![],
        tuned: vec![],
    })
}

/// Returns the loss of the embedded language itself on all symbols but the first, in nats per token.
pub(crate) fn source_loss(tokens: &[u32]) -> Option<f64> {
    let language = Language::embedded();
    let nats = |tokens: &[u32]| Some(language.loss(tokens)? * tokens.len() as f64);
    Some((nats(tokens)? - nats(&tokens[..1])?) / (tokens.len() - 1) as f64)
}

/// Measures models one after the other, and trains each further if `tuning` is given. Models with the same text share
/// it. `so_far` is called with the record whenever it has grown.
///
/// # Errors
/// Errors of [`Session::new`] and [`Session::advance`]. Everything measured before the error has been reported to
/// `so_far`.
pub async fn run(
    config: &Config,
    models: Vec<KeptModel>,
    content: Option<&[u8]>,
    earlier: Option<&Widths>,
    tuning: Option<Tuning>,
    mut so_far: impl FnMut(&Widths),
    context: &Context,
) -> Result<Widths, StudyError> {
    let fingerprints: Vec<u32> = models.iter().map(of_model).collect::<Result<_, _>>()?;
    // Known results of later models are kept while the first ones are measured.
    let known =
        earlier.iter().flat_map(|earlier| fingerprints.iter().filter_map(|&of| earlier.known(config, of)));
    let mut record = Widths::new(config.clone(), known.cloned().collect());
    let mut texts: Vec<(Text, Rc<Corpus>)> = vec![];
    for kept in models {
        let known =
            texts.iter().find(|(text, corpus)| *text == kept.text && corpus.tokenizer == kept.tokenizer);
        let corpus = match known {
            Some((_, corpus)) => corpus.clone(),
            None => {
                let corpus = Rc::new(corpus_by(&kept.text, &kept.tokenizer, content)?);
                texts.push((kept.text.clone(), corpus.clone()));
                corpus
            }
        };
        let mut session = Session::new(config, kept, corpus, earlier)?;
        loop {
            record.put(session.measured().clone());
            record.models.sort_by_key(|model| fingerprints.iter().position(|&of| of == model.fingerprint));
            so_far(&record);
            let grown = match session.advance(context).await? {
                true => true,
                false => match tuning {
                    Some(tuning) => session.tune(tuning, context).await?,
                    None => false,
                },
            };
            if !grown {
                break;
            }
        }
    }
    Ok(record)
}
