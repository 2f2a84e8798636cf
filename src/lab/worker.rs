//! The worker: all computing happens here, off the main thread.
//!
//! Requests run side by side as asynchronous tasks that pause between units of work; that is when a cancel is
//! heard. A panic ends the worker; the page then starts another and says so.

use super::browser::{attach_pixels, detach_arrays, pack, pause, to_buffer, to_bytes, unpack};
use super::plain::{PlainJavaScript, machine};
use super::protocol::{Answer, Reply, Request, RequestId, Task};
use crate::export::{self, ExportError, Format, Metadata};
use crate::figure::Scene;
use crate::import::{SourceFile, read_files};
use crate::record::Record;
use crate::resolvent::{BackendChoice, Engine, ResolventError};
use crate::study::{self, Context, StudyError};
use js_sys::ArrayBuffer;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// What lives as long as the worker does.
struct Worker {
    scope: DedicatedWorkerGlobalScope,
    /// Engines that have been opened: opening one asks for an adapter, which takes a while.
    engines: RefCell<Vec<(BackendChoice, Rc<Engine>)>>,
    /// The cancel flags of the requests that are running.
    running: RefCell<HashMap<RequestId, Rc<Cell<bool>>>>,
}

/// Starts listening, and tells the page so: what it sent earlier would have been lost.
pub fn start() {
    console_error_panic_hook::set_once();
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else { return };
    let worker =
        Rc::new(Worker { scope: scope.clone(), engines: RefCell::default(), running: RefCell::default() });
    let listener = worker.clone();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        match unpack::<Request>(event.data()) {
            Some((request, buffers)) => listener.clone().receive(request, buffers),
            // Nobody would ever be answered: better to end, and be started again.
            None => listener.reply(0, Answer::Failed("it was sent a message that it cannot read".into())),
        }
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    worker.reply(0, Answer::Ready);
}

impl Worker {
    /// Sends an answer; the arrays in it are transferred.
    fn reply(&self, id: RequestId, mut answer: Answer) {
        let buffers = match &mut answer {
            Answer::Records { records, .. } => detach_arrays(records),
            Answer::File { bytes } => vec![to_buffer(bytes)],
            _ => vec![],
        };
        let sent = pack(&Reply { id, answer }, &buffers)
            .and_then(|(message, transfer)| self.scope.post_message_with_transfer(&message, &transfer));
        if let Err(error) = sent {
            web_sys::console::error_1(&error);
        }
    }

    /// Begins a request, or marks one as cancelled.
    fn receive(self: Rc<Self>, Request { id, task }: Request, buffers: Vec<ArrayBuffer>) {
        if let Task::Cancel(target) = task {
            if let Some(cancelled) = self.running.borrow().get(&target) {
                cancelled.set(true);
            }
            return;
        }
        let cancelled = Rc::new(Cell::new(false));
        self.running.borrow_mut().insert(id, cancelled.clone());
        spawn_local(async move {
            let reporter = self.clone();
            let context = Context::new(
                move |progress| reporter.reply(id, Answer::Progress(progress)),
                || Box::pin(pause()),
                cancelled,
            );
            let answer = match self.perform(task, buffers, &context).await {
                Ok(answer) => answer,
                Err(StudyError::Cancelled { .. }) => Answer::Cancelled,
                Err(error) => Answer::Failed(error.to_string()),
            };
            self.running.borrow_mut().remove(&id);
            self.reply(id, answer);
        });
    }

    /// Does what is asked.
    async fn perform(
        &self,
        task: Task,
        buffers: Vec<ArrayBuffer>,
        context: &Context,
    ) -> Result<Answer, StudyError> {
        match task {
            Task::Robustness(config) => Ok(Answer::one(study::robustness::run(&config)?)),
            Task::Efficiency(config) => Ok(Answer::one(study::efficiency::run(&config)?)),
            Task::Stability(config) => Ok(Answer::one(study::stability::run(&config)?)),
            Task::Fragility(config) => Ok(Answer::one(study::fragility::run(&config, context).await?)),
            Task::Resolvent(config) => {
                // Before an adapter is asked for: a config that cannot be computed needs none.
                config.check()?;
                let engine = self.engine(config.backend).await?;
                let record = study::resolvent::run(&config, &engine, context).await?;
                Ok(Answer::one(Record::Resolvent(Box::new(record))))
            }
            Task::Quantize { config, training, until } => {
                let training = training.map(|training| *training);
                let record = study::quantize::run(&config, training, until, context).await?;
                Ok(Answer::one(Record::Quantize(Box::new(record))))
            }
            Task::Speed(config) => {
                config.check()?;
                let engine = self.engine(BackendChoice::Auto).await?;
                let record =
                    study::speed::run(&config, machine(), &PlainJavaScript, &engine, context).await?;
                Ok(Answer::one(Record::Speed(Box::new(record))))
            }
            Task::Import { names } => {
                let files: Vec<SourceFile> = names
                    .into_iter()
                    .zip(buffers)
                    .map(|(name, buffer)| SourceFile { name, bytes: export::restore(to_bytes(&buffer)) })
                    .collect();
                let imported = read_files(&files);
                let errors = imported.errors.iter().map(ToString::to_string).collect();
                Ok(Answer::Records { records: imported.records, views: imported.views, errors })
            }
            Task::Export { scene, format, dpi, manifest } => {
                let written = write(*scene, &buffers, format, dpi, manifest.as_deref());
                Ok(written
                    .map_or_else(|error| Answer::Failed(error.to_string()), |bytes| Answer::File { bytes }))
            }
            Task::Cancel(_) => Ok(Answer::Cancelled),
        }
    }

    /// The engine of a back end, opened once.
    async fn engine(&self, backend: BackendChoice) -> Result<Rc<Engine>, ResolventError> {
        let opened = self
            .engines
            .borrow()
            .iter()
            .find(|(choice, _)| *choice == backend)
            .map(|(_, engine)| engine.clone());
        if let Some(engine) = opened {
            return Ok(engine);
        }
        let engine = Rc::new(Engine::open(backend).await?);
        self.engines.borrow_mut().push((backend, engine.clone()));
        Ok(engine)
    }
}

/// A figure as a file.
fn write(
    mut scene: Scene,
    buffers: &[ArrayBuffer],
    format: Format,
    dpi: f64,
    manifest: Option<&str>,
) -> Result<Vec<u8>, ExportError> {
    if format == Format::Png {
        let painted = buffers.first().map(to_bytes).unwrap_or_default();
        return export::png::stamp(&painted, dpi, &Metadata::new(&scene, manifest));
    }
    attach_pixels(&mut scene, buffers);
    export::export(&scene, &Metadata::new(&scene, manifest), format, dpi)
}
