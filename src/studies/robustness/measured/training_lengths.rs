//! The study of perplexity against the length of a training: it is stopped at chosen steps, measured in every width as it is,
//! and goes on.

use super::record::{Lengths, Next, Widths};
use super::study::Session;
use crate::kit::context::{Context, Progress, StudyError};
use crate::studies::language_models::study::Session as Training;

/// A step of training counts as so many evaluations of its sequences: forward, and backward.
const PASSES_A_STEP: u64 = 3;

/// What is known of a training at its lengths.
#[derive(Debug)]
pub struct Course {
    lengths: Lengths,
    record: Widths,
}

impl Course {
    /// Begins with what `earlier` holds of the same training, which is not measured again.
    ///
    /// # Errors
    /// A config that is none.
    pub fn new(lengths: Lengths, earlier: Option<&Widths>) -> Result<Self, StudyError> {
        lengths.check()?;
        lengths.measure.check()?;
        let earlier = earlier.filter(|earlier| earlier.config.measures_alike(&lengths.measure));
        let known = earlier.iter().flat_map(|earlier| &earlier.models);
        let known = known.filter(|model| lengths.is_of(model)).cloned().collect();
        Ok(Self { record: Widths::new(lengths.measure.clone(), known), lengths })
    }

    /// What was measured so far.
    pub fn record(&self) -> &Widths {
        &self.record
    }

    /// What comes next, after so many steps.
    pub fn next(&self, steps: usize) -> Next {
        self.lengths.next(&self.record, steps)
    }

    /// Measures one more point of the training as it is.
    ///
    /// # Errors
    /// [`StudyError::Cancelled`], or a model that cannot be computed.
    pub async fn measure(&mut self, training: &Training, context: &Context) -> Result<(), StudyError> {
        let (kept, corpus) = (training.kept(), training.corpus().clone());
        let mut session = Session::new(&self.lengths.measure, kept, corpus, Some(&self.record))?;
        let advanced = session.advance(&context.silent()).await;
        self.record.put(session.measured().clone());
        self.record.models.sort_by_key(|model| model.steps);
        advanced.map(|_| ())
    }

    /// How much of the work is done after so many steps, in sequences that were read.
    pub fn progress(&self, training: &Training) -> Progress {
        let Lengths { lengths, training: config, measure } = &self.lengths;
        let steps = training.training().steps();
        let a_step = PASSES_A_STEP * config.recipe.batch as u64;
        let most = training.corpus().held_out.len().min(measure.tokens);
        let a_point = (most / config.architecture.context()).max(1) as u64;
        // Whoever trains holds the parameters in single precision.
        let ways = measure.ways(&config.architecture, bk_models::Format::Fp32).len() as u64;
        let measured = self.record.models.iter().map(|model| model.points.len() as u64).sum::<u64>();
        let last = lengths.last().copied().unwrap_or(0);
        Progress {
            done: steps.min(last) as u64 * a_step + measured * a_point,
            total: last as u64 * a_step + lengths.len() as u64 * ways * a_point,
        }
    }
}

/// Takes a training through all its lengths; `so_far` is shown the record whenever it has grown, and the training as it is.
///
/// # Errors
/// As [`Course::new`] and [`Course::measure`], and a training that diverges: what was measured before has been shown.
pub async fn run(
    lengths: Lengths,
    mut training: Training,
    earlier: Option<&Widths>,
    mut so_far: impl FnMut(&Widths, &Training),
    context: &Context,
) -> Result<Widths, StudyError> {
    let mut course = Course::new(lengths, earlier)?;
    loop {
        let Progress { done, total } = course.progress(&training);
        context.step(done, total).await?;
        match course.next(training.training().steps()) {
            Next::Nothing => return Ok(course.record),
            Next::Measure => course.measure(&training, context).await?,
            Next::Train(_) => {
                let next = training.training().steps() + 1;
                training.advance(next, &context.silent()).await?;
                continue;
            }
        }
        so_far(&course.record, &training);
    }
}
