//! The work of the study: the panels, and the times of the kernels.

use super::record::Config;
use super::speed::javascript::{PlainJavaScript, machine};
use super::speed::record as speed;
use crate::kit::browser::Payload;
use crate::kit::context::{Context, StudyError};
use crate::kit::worker::{Perform, Performing, finished, read};
use bk_resolvent::{BackendChoice, Engine};
use std::cell::RefCell;
use std::rc::Rc;

/// Returns what does the task of a name.
pub fn work(task: &str) -> Option<Perform> {
    match task {
        "panel" => Some(panel),
        "speed" => Some(speed),
        _ => None,
    }
}

/// A resolvent on the engine of its config.
fn panel(task: Payload, context: &Context) -> Performing<'_> {
    Box::pin(async move {
        let config: Config = read(&task)?;
        // Before an adapter is asked for: a config that cannot be computed needs none.
        config.check().map_err(StudyError::from)?;
        let engine = engine(config.backend).await?;
        finished(super::study::run(&config, &engine, context).await?)
    })
}

/// The kernels' times, beside those of plain JavaScript.
fn speed(task: Payload, context: &Context) -> Performing<'_> {
    Box::pin(async move {
        let config: speed::Config = read(&task)?;
        config.check().map_err(StudyError::from)?;
        let engine = engine(BackendChoice::Auto).await?;
        finished(super::speed::study::run(&config, machine(), &PlainJavaScript, &engine, context).await?)
    })
}

thread_local! {
    /// Engines that have been opened: opening one asks for an adapter, which takes a while.
    static ENGINES: RefCell<Vec<(BackendChoice, Rc<Engine>)>> = const { RefCell::new(Vec::new()) };
}

/// The engine for a choice, opened once.
async fn engine(choice: BackendChoice) -> Result<Rc<Engine>, StudyError> {
    let opened = |engines: &RefCell<Vec<(BackendChoice, Rc<Engine>)>>| {
        let engines = engines.borrow();
        engines.iter().find(|(other, _)| *other == choice).map(|(_, engine)| engine.clone())
    };
    if let Some(engine) = ENGINES.with(opened) {
        return Ok(engine);
    }
    let engine = Rc::new(Engine::open(choice).await?);
    ENGINES.with_borrow_mut(|engines| engines.push((choice, engine.clone())));
    Ok(engine)
}
