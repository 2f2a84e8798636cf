//! Perplexity against bit width in the worker: a point a request, each kept on the shelf, so that a tab that closes loses
//! at most one; and against the length of a training, which goes on meanwhile.

use super::record::{Config, Lengths, Next, Widths};
use super::study::Session;
use super::training_lengths::Course;
use crate::kit::browser::Payload;
use crate::kit::context::{Context, Progress};
use crate::kit::worker::store::Shelf;
use crate::kit::worker::store::shelf;
use crate::kit::worker::{Perform, Performing};
use crate::kit::worker::{finished, read};
use crate::studies::language_models::messages::ModelKey;
use crate::studies::language_models::study::corpus_by;
use crate::studies::language_models::worker::{Problem, bench, kept, put_back};
use crate::studies::robustness::measured::messages::{
    ListWidths, MeasureWidths, MeasuredModel, MeasuredModels, Taken,
};
use bk_models::corpus::{Corpus, Text, Tokenizer};
use std::cell::RefCell;
use std::rc::Rc;

/// Returns what does the task of a name.
pub fn work(task: &str) -> Option<Perform> {
    match task {
        "list" => Some(list),
        "measure" => Some(measure),
        _ => None,
    }
}

/// Where what was measured of a model lies, one file a way to measure.
const WIDTHS: &str = "widths-";
/// And what was measured of it along its training.
const LENGTHS: &str = "lengths-";

/// Training comes back this often, so that it is seen to go on.
const SECONDS_A_REQUEST: f64 = 0.5;

/// A model on its way through its points.
struct Open {
    key: ModelKey,
    config: Config,
    /// Steps of training that it had: with more it is another model.
    steps: usize,
    session: Session,
}

/// A text taken apart.
struct Read {
    text: Text,
    tokenizer: Tokenizer,
    corpus: Rc<Corpus>,
}

thread_local! {
    /// The model that was measured last.
    static OPEN: RefCell<Option<Open>> = const { RefCell::new(None) };
    /// The text that was read last: taking it apart takes longer than measuring on it.
    static READ: RefCell<Option<Read>> = const { RefCell::new(None) };
}

/// What was measured of the models on the shelf.
pub fn list(task: Payload, _: &Context) -> Performing<'_> {
    Box::pin(async move {
        let ListWidths = read(&task)?;
        let shelf = &*shelf().await;
        let mut found = vec![];
        let names = [bench::parts(shelf, WIDTHS).await, bench::parts(shelf, LENGTHS).await].concat();
        for name in names {
            let bytes = shelf.get(&name).await.unwrap_or_default();
            // What another version of the lab kept is not shown, and not thrown away.
            found.extend(serde_json::from_slice::<MeasuredModel>(&bytes));
        }
        finished(MeasuredModels(found))
    })
}

/// Measures the next point of a model, or trains it further up to the next look; where nothing is left, says what was
/// measured.
pub fn measure(task: Payload, context: &Context) -> Performing<'_> {
    Box::pin(async move {
        let MeasureWidths { key, config, tuning, lengths } = read(&task)?;
        let shelf = &*shelf().await;
        if let Some(lengths) = lengths {
            return finished(go_on(shelf, key, config, lengths, context).await?);
        }
        let mut open = session(shelf, key, &config).await?;
        let advanced = match tuning {
            None => open.session.advance(context).await,
            Some(tuning) => open.session.tune(tuning, context).await,
        };
        let found = keep(shelf, &open).await;
        OPEN.with_borrow_mut(|place| *place = Some(open));
        advanced.map_err(Problem::from)?;
        finished(found?)
    })
}

/// Puts what was measured on the shelf.
async fn keep(shelf: &Shelf, open: &Open) -> Result<MeasuredModel, Problem> {
    let record = Widths::new(open.config.clone(), vec![open.session.measured().clone()]);
    let found = MeasuredModel { key: open.key, record, course: None };
    shelf.put(&place(open.key, &open.config), serde_json::to_vec(&found)?).await;
    Ok(found)
}

/// Goes on with a training for about a request, or measures its next point where one of its lengths is reached.
async fn go_on(
    shelf: &Shelf,
    key: ModelKey,
    config: Config,
    lengths: Vec<usize>,
    context: &Context,
) -> Result<MeasuredModel, Problem> {
    let mut open = crate::studies::language_models::worker::session(shelf, key).await?;
    let study = Lengths::new(open.session().config(), lengths.clone(), config);
    let names: Vec<String> = lengths.iter().map(ToString::to_string).collect();
    let Config { group, rule, tokens, .. } = &study.measure;
    let place = bench::name(key, &format!("{LENGTHS}{group}-{rule}-{tokens}-{}", names.join("-")));
    let earlier = shelf.get(&place).await;
    let earlier = earlier.and_then(|bytes| serde_json::from_slice::<MeasuredModel>(&bytes).ok());
    let mut course = match Course::new(study, earlier.as_ref().map(|earlier| &earlier.record)) {
        Ok(course) => course,
        Err(error) => {
            put_back(open, shelf).await;
            return Err(error.into());
        }
    };
    let Progress { done, total } = course.progress(open.session());
    let worked = match (context.step(done, total).await, course.next(open.session().training().steps())) {
        (Err(stopped), _) => Err(stopped.into()),
        (Ok(()), Next::Nothing) => Ok(()),
        (Ok(()), Next::Measure) => course.measure(open.session(), context).await.map_err(Problem::from),
        (Ok(()), Next::Train(until)) => open.train(until, SECONDS_A_REQUEST, shelf, &context.silent()).await,
    };
    let taken = Taken { lengths, steps: open.session().training().steps() };
    let found = MeasuredModel { key, record: course.record().clone(), course: Some(taken) };
    put_back(open, shelf).await;
    shelf.put(&place, serde_json::to_vec(&found)?).await;
    worked.map(|()| found)
}

fn place(key: ModelKey, Config { group, rule, tokens, windows, .. }: &Config) -> String {
    bench::name(key, &format!("{WIDTHS}{group}-{rule}-{tokens}-{windows}"))
}

/// The model that is open, or as it lies on the shelf, with what was measured of it before.
async fn session(shelf: &Shelf, key: ModelKey, config: &Config) -> Result<Open, Problem> {
    let steps = bench::summary(shelf, key).await?.steps;
    let is_same = |open: &mut Open| open.key == key && open.steps == steps && open.config == *config;
    if let Some(open) = OPEN.with_borrow_mut(|open| open.take_if(is_same)) {
        return Ok(open);
    }
    let (kept, content) = kept(key).await?;
    let known = READ.with_borrow(|read| {
        let read = read.as_ref().filter(|read| read.text == kept.text && read.tokenizer == kept.tokenizer);
        read.map(|read| read.corpus.clone())
    });
    let corpus = match known {
        Some(corpus) => corpus,
        None => {
            let corpus = Rc::new(corpus_by(&kept.text, &kept.tokenizer, content.as_deref())?);
            let (text, tokenizer) = (kept.text.clone(), kept.tokenizer.clone());
            READ.with_borrow_mut(|read| *read = Some(Read { text, tokenizer, corpus: corpus.clone() }));
            corpus
        }
    };
    let earlier = shelf.get(&place(key, config)).await;
    let earlier = earlier.and_then(|bytes| serde_json::from_slice::<MeasuredModel>(&bytes).ok());
    let session = Session::new(config, kept, corpus, earlier.as_ref().map(|earlier| &earlier.record))?;
    Ok(Open { key, config: config.clone(), steps, session })
}
