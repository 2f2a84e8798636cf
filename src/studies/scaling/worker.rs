//! Measured efficiency and stability in the worker: half a second at a time. Every model is kept on the shelf under what decides it,
//! so that a tab that closes loses at most one, and a ladder with more seeds, sizes or contexts trains those alone. A model
//! whose training was paused is gone on with as long as the tab is open.

use super::messages::{Action, TrainLadder, TrainedLadder};
use super::record::{Config, Ladder, Place, Rung};
use super::study::{Advanced, Session};
use crate::kit::browser::Payload;
use crate::kit::browser::to_bytes;
use crate::kit::context::Context;
use crate::kit::worker::store::{Shelf, shelf};
use crate::kit::worker::{Perform, Performing};
use crate::kit::worker::{finished, memory, read};
use crate::studies::language_models::worker::Problem;
use bk_models::corpus::Text;
use serde::Serialize;
use std::cell::RefCell;

/// Returns what does the task of a name.
pub fn work(task: &str) -> Option<Perform> {
    match task {
        "train" => Some(train),
        _ => None,
    }
}

/// Training comes back this often, so that a pause is heard.
const SECONDS_A_REQUEST: f64 = 0.5;

thread_local! {
    /// The ladder that was last gone on with, and where its models lie.
    static OPEN: RefCell<Option<(String, Session)>> = const { RefCell::new(None) };
}

/// What tells something from others on the shelf.
fn checksum(of: &impl Serialize) -> Result<String, serde_json::Error> {
    Ok(format!("{:08x}", crc32fast::hash(&serde_json::to_vec(of)?)))
}

/// Where the file of a text lies, if it is one.
fn file_name(text: &Text) -> Result<Option<String>, serde_json::Error> {
    match text {
        Text::File { name, .. } => Ok(Some(format!("ladder-text/{}", checksum(name)?))),
        Text::Language { .. } | Text::Uniform { .. } => Ok(None),
    }
}

/// Where the models of a ladder lie, together with those of others that are trained alike on the same text.
fn folder(config: &Config, content: Option<&[u8]>) -> Result<String, serde_json::Error> {
    let text = content.map_or(0, crc32fast::hash);
    Ok(format!("ladder/{}-{text:08x}", checksum(&config.unlisted())?))
}

/// Where a model lies.
fn name(folder: &str, place: &Place) -> Result<String, serde_json::Error> {
    Ok(format!("{folder}/{}", checksum(place)?))
}

/// Something that is done to a ladder.
pub fn train(task: Payload, context: &Context) -> Performing<'_> {
    Box::pin(async move {
        let TrainLadder { config, action } = read(&task)?;
        config.check().map_err(|error| Problem::Study(error.into()))?;
        let shelf = &*shelf().await;
        let file = file_name(&config.text)?;
        if let (Action::GiveText, Some(file)) = (action, &file) {
            let given = task.buffers.first().ok_or(Problem::NoFile)?;
            shelf.put(file, to_bytes(given)).await;
        }
        let content = match &file {
            Some(file) => shelf.get(file).await,
            None => None,
        };
        let folder = folder(&config, content.as_deref())?;
        let waits = file.is_some() && content.is_none();
        let is_same = |(at, open): &mut (String, Session)| *at == folder && open.record().config == config;
        let open = OPEN.with_borrow_mut(|open| open.take_if(is_same)).map(|(_, open)| open);
        if action == Action::Forget {
            for place in config.places() {
                shelf.remove(&name(&folder, &place)?).await;
            }
        }
        let mut session = match open.filter(|_| action != Action::Forget) {
            Some(open) => open,
            None => Session::new(&config, content, Some(&known(shelf, &folder, &config).await?))?,
        };
        let mut kept = true;
        let advanced = match action {
            Action::GoOn => session.advance(SECONDS_A_REQUEST, context).await,
            Action::Look | Action::GiveText | Action::Forget => Ok(Advanced::Nothing),
        };
        let mut rungs = session.record().rungs.clone();
        if action == Action::GoOn {
            rungs.retain(|rung| matches!(advanced, Ok(Advanced::Measured(place)) if rung.place == place));
            for rung in &rungs {
                kept = shelf.put(&name(&folder, &rung.place)?, serde_json::to_vec(rung)?).await;
            }
        }
        let answer = TrainedLadder { rungs, progress: session.progress(), kept, waits, memory: memory() };
        // What was trained stays, whatever happened; who only looks puts nothing in its place.
        OPEN.with_borrow_mut(|open| {
            if action == Action::GoOn || open.is_none() {
                *open = Some((folder, session));
            }
        });
        advanced.map_err(Problem::from)?;
        finished(answer)
    })
}

/// What is on the shelf of a ladder.
async fn known(shelf: &Shelf, folder: &str, config: &Config) -> Result<Ladder, Problem> {
    let mut ladder = Ladder::begin(config.clone(), None);
    let names = shelf.names(folder).await;
    for place in config.places() {
        let name = name(folder, &place)?;
        if !names.contains(&name) {
            continue;
        }
        let bytes = shelf.get(&name).await.unwrap_or_default();
        // What another version of the lab kept is trained again.
        let rung = serde_json::from_slice::<Rung>(&bytes).ok().filter(|rung| rung.place == place);
        ladder.rungs.extend(rung);
    }
    Ok(ladder)
}
