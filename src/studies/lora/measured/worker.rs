//! Quantized LoRA for real in the worker: half a second at a time, kept on the shelf after every run.

use super::images::images_name;
use super::messages::{Action, Adapt, Adapted, ExplainAdaptation, Live, Pictures, ShowImages};
use super::record::{Adaptation, Config, Explained};
use super::study as adaptation;
use super::study::Matrix;
use crate::kit::browser::Payload;
use crate::kit::context::Context;
use crate::kit::protocol::Stopped;
use crate::kit::worker::Performing;
use crate::kit::worker::store::{Shelf, shelf};
use crate::kit::worker::{finished, memory, read};
use crate::studies::lora::published::measured::beside;
use bk_models::vision::archive::Archive;
use std::cell::RefCell;
use web_time::Instant;

thread_local! {
    /// The study that was last gone on with, and whether the browser keeps it.
    static OPEN: RefCell<Option<(Matrix, bool)>> = const { RefCell::new(None) };
}

/// What a study is called on the shelf.
fn name(config: &Config, part: &str) -> Result<String, serde_json::Error> {
    Ok(format!("adaptation/{:08x}/{part}", crc32fast::hash(&serde_json::to_vec(config)?)))
}

/// Something that is done to a study.
pub fn adapt(task: Payload, context: &Context) -> Performing<'_> {
    Box::pin(async move {
        let Adapt { config, action, known } = read(&task)?;
        let shelf = &*shelf().await;
        if action == Action::Forget {
            OPEN.with_borrow_mut(|open| open.take_if(|(matrix, _)| matrix.record().config == config));
            shelf.remove(&name(&config, "")?).await;
        }
        let (mut matrix, mut kept) = opened(shelf, &config).await?;
        let done = match action {
            Action::GoOn(seconds) => go_on(&mut matrix, &mut kept, seconds, shelf, context).await,
            Action::Look | Action::Forget => Ok(()),
        };
        let answer = answer(&matrix, kept, known);
        // What was trained stays, whatever happened.
        OPEN.with_borrow_mut(|open| *open = Some((matrix, kept)));
        done?;
        finished(answer)
    })
}

/// The study of a config: the one that is open, as it lies on the shelf, or a new one.
async fn opened(shelf: &Shelf, config: &Config) -> Result<(Matrix, bool), Stopped> {
    let open = OPEN.with_borrow_mut(|open| open.take_if(|(matrix, _)| matrix.record().config == *config));
    if let Some(open) = open {
        return Ok(open);
    }
    let archive = archive(shelf, config).await;
    let kept = shelf.get(&name(config, "record")?).await;
    // What another version of the lab kept is begun again.
    let kept = kept.and_then(|bytes| serde_json::from_slice::<Adaptation>(&bytes).ok());
    let Some(record) = kept.filter(|record| record.config == *config) else {
        return Ok((Matrix::new(config, archive)?, true));
    };
    let mut matrix = Matrix::resume(record, archive)?;
    if let Some(size) = matrix.record().first.last().map(|first| first.size)
        && let Some(model) = shelf.get(&name(config, size.label())?).await
    {
        matrix.give_model(size, &model)?;
    }
    Ok((matrix, true))
}

/// The file that a study adapts to, if it does.
async fn archive(shelf: &Shelf, config: &Config) -> Option<Archive> {
    let file = config.file.as_ref()?;
    let kept = shelf.get(&images_name(file.checksum)).await;
    // Where they are missing or damaged, the study asks for the file.
    kept.and_then(|bytes| Archive::from_bytes(file.checksum, &bytes))
}

/// Trains for about so many seconds; puts what came out on the shelf.
async fn go_on(
    matrix: &mut Matrix,
    kept: &mut bool,
    seconds: f64,
    shelf: &Shelf,
    context: &Context,
) -> Result<(), Stopped> {
    let started = Instant::now();
    loop {
        let ended = |matrix: &Matrix| (matrix.record().first.len(), matrix.record().runs.len());
        let before = ended(matrix);
        let goes_on = matrix.step()?;
        let after = ended(matrix);
        if before != after {
            let config = &matrix.record().config;
            if before.0 != after.0
                && let Some((size, bytes)) = matrix.model()?
            {
                shelf.put(&name(config, size.label())?, bytes).await;
            }
            *kept = shelf.put(&name(config, "record")?, serde_json::to_vec(matrix.record())?).await;
        }
        if !goes_on || started.elapsed().as_secs_f64() >= seconds {
            return Ok(());
        }
        let progress = matrix.progress();
        context.step(progress.done, progress.total).await?;
    }
}

fn answer(matrix: &Matrix, kept: bool, known: usize) -> Adapted {
    let Adaptation { first, runs, .. } = matrix.record();
    let is_new = known == 0 || runs.len() > known;
    Adapted {
        first: first.clone(),
        runs: runs.get(known..).unwrap_or_default().to_vec(),
        live: matrix.live().map(|live| Live {
            size: live.size,
            arm: live.arm,
            trajectory: live.trajectory.clone(),
        }),
        progress: matrix.progress(),
        explained: is_new.then(|| explained(matrix.record())),
        kept,
        memory: memory(),
    }
}

/// What a record shows, the published numbers beside it.
fn explained(record: &Adaptation) -> Explained {
    let mut explained = record.explained();
    explained.tables.push(beside(record));
    explained
}

/// What the record of a file shows.
pub fn explain(task: Payload, _: &Context) -> Performing<'_> {
    Box::pin(async move {
        let ExplainAdaptation(document) = read(&task)?;
        finished(explained(&document.open()?))
    })
}

/// The images that the runs of a task are judged by.
pub fn pictures(task: Payload, _: &Context) -> Performing<'_> {
    Box::pin(async move {
        let ShowImages { config, task } = read(&task)?;
        let archive = archive(&*shelf().await, &config).await;
        let images = adaptation::held_out(&config, task, archive.as_ref())?;
        let pixels = (0..images.len()).flat_map(|image| images.pixels(image)).copied().collect();
        finished(Pictures { side: images.side(), labels: images.labels().to_vec(), pixels })
    })
}
