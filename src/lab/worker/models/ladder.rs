//! Measured efficiency and stability in the worker: a model a request, each kept on the shelf, so that a tab that closes loses
//! at most one. A model whose training was stopped is gone on with as long as the tab is open.

use super::Problem;
use crate::lab::ladder::{Action, TrainLadder, TrainedLadder};
use crate::lab::worker::parts::Performing;
use crate::lab::worker::shelf::{Shelf, shelf};
use crate::lab::worker::{Payload, finished, read};
use crate::record::ladder::{Config, Ladder};
use crate::study::Context;
use crate::study::ladder::Session;
use std::cell::RefCell;

thread_local! {
    /// The ladder that was last gone on with.
    static OPEN: RefCell<Option<Session>> = const { RefCell::new(None) };
}

/// What a ladder is called on the shelf.
fn name(config: &Config) -> Result<String, serde_json::Error> {
    Ok(format!("ladder/{:08x}", crc32fast::hash(&serde_json::to_vec(config)?)))
}

/// Something that is done to a ladder.
pub fn train(task: Payload, context: &Context) -> Performing<'_> {
    Box::pin(async move {
        let TrainLadder { config, action, known } = read(&task)?;
        let shelf = &*shelf().await;
        let is_same = |open: &mut Session| open.record().config == config;
        let open = OPEN.with_borrow_mut(|open| open.take_if(is_same));
        if action == Action::Forget {
            shelf.remove(&name(&config)?).await;
        }
        let mut session = match open.filter(|_| action != Action::Forget) {
            Some(open) => open,
            None => opened(shelf, &config).await?,
        };
        let mut kept = true;
        let advanced = match action {
            Action::GoOn => session.advance(context).await,
            Action::Look | Action::Forget => Ok(false),
        };
        if let Ok(true) = advanced {
            kept = shelf.put(&name(&config)?, serde_json::to_vec(session.record())?).await;
        }
        let answer = TrainedLadder {
            rungs: session.record().rungs.get(known..).unwrap_or_default().to_vec(),
            progress: session.progress(),
            kept,
        };
        // What was trained stays, whatever happened.
        OPEN.with_borrow_mut(|open| *open = Some(session));
        advanced.map_err(Problem::from)?;
        finished(answer)
    })
}

/// A ladder as it lies on the shelf, or a new one.
async fn opened(shelf: &Shelf, config: &Config) -> Result<Session, Problem> {
    let kept = shelf.get(&name(config)?).await;
    // What another version of the lab kept is begun again.
    let kept = kept.and_then(|bytes| serde_json::from_slice::<Ladder>(&bytes).ok());
    Ok(Session::new(config, None, kept.as_ref())?)
}
