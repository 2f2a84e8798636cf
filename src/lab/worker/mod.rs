//! The worker: all computing happens here, off the main thread.
//!
//! Requests run side by side as asynchronous tasks that pause between units of work; that is when a cancel is
//! heard. A panic ends the worker; the page then starts another and says so.

pub mod parts;

use super::browser::{detach_arrays, pack, pause, to_buffer, to_bytes, unpack};
use super::protocol::{Answer, Reply, Request, RequestId, Task};
use crate::export::ExportError;
use crate::import::{FoundPotential, SourceFile};
use crate::study::{self, Context, StudyError};
use js_sys::ArrayBuffer;
use leptos::wasm_split::SplitLoaderError;
use parts::Parts;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// What lives as long as the worker does.
struct Worker {
    scope: DedicatedWorkerGlobalScope,
    /// Where the code of heavier work is.
    parts: Parts,
    /// The cancel flags of the requests that are running.
    running: RefCell<HashMap<RequestId, Rc<Cell<bool>>>>,
}

/// What is said where the code for a task does not come.
const NO_PART: &str = "The code for this could not be loaded; what was computed before is as it was. Check the connection and try again. If that does not help, the lab may have been renewed since this page was opened: reload it, its address keeps the settings.";

/// Starts listening, and tells the page so: what it sent earlier would have been lost.
pub fn start(parts: Parts) {
    console_error_panic_hook::set_once();
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else { return };
    let worker = Rc::new(Worker { scope: scope.clone(), parts, running: RefCell::default() });
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
            let answer = self.perform(task, buffers, &context).await.unwrap_or_else(|nothing| nothing.0);
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
    ) -> Result<Answer, Nothing> {
        Ok(match task {
            Task::Robustness(config) => Answer::one(study::robustness::run(&config)?),
            Task::Efficiency(config) => Answer::one(study::efficiency::run(&config)?),
            Task::Stability(config) => Answer::one(study::stability::run(&config)?),
            Task::Fragility(config) => Answer::one(study::fragility::run(&config, context).await?),
            Task::Resolvent(config) => {
                let resolvent = (self.parts.resolvent)().await?;
                Answer::one((resolvent.study)(config, context).await?)
            }
            Task::Quantize { config, training, until } => {
                let quantize = (self.parts.quantization)().await?;
                let training = training.map(|training| *training);
                Answer::one((quantize.core)(config, training, until, context).await?)
            }
            Task::CompareModes(config) => {
                let quantize = (self.parts.quantization)().await?;
                Answer::one((quantize.comparison)(config, context).await?)
            }
            Task::Speed(config) => {
                let resolvent = (self.parts.resolvent)().await?;
                Answer::one((resolvent.speed)(config, context).await?)
            }
            Task::Lora(task) => (self.parts.lora)().await?(task),
            Task::Import { names } => {
                let import = (self.parts.import)().await?;
                let files = names.into_iter().zip(&buffers);
                let files = files.map(|(name, buffer)| SourceFile { name, bytes: to_bytes(buffer) });
                let imported = (import.records)(files.collect());
                let errors = imported.errors.iter().map(ToString::to_string).collect();
                Answer::Records { records: imported.records, views: imported.views, errors }
            }
            Task::Potential { name } => {
                let import = (self.parts.import)().await?;
                let bytes = buffers.first().map(to_bytes).unwrap_or_default();
                match (import.potential)(SourceFile { name: name.clone(), bytes }) {
                    Ok(FoundPotential { potential, sites, place }) => {
                        let sentence =
                            format!("A potential of {sites} sites was read from {name}. Taken from {place}.");
                        Answer::Potential { potential, sites, sentence }
                    }
                    Err(error) => Answer::Failed(format!("No potential was found in {name}. {error}")),
                }
            }
            Task::Export { scene, format, dpi, manifest } => {
                let write = (self.parts.export)().await?;
                Answer::File { bytes: write(*scene, &buffers, format, dpi, manifest.as_deref())? }
            }
            Task::Cancel(_) => Answer::Cancelled,
        })
    }
}

/// Nothing came out; the answer says why.
struct Nothing(Answer);

impl From<StudyError> for Nothing {
    fn from(error: StudyError) -> Self {
        Nothing(match error {
            StudyError::Cancelled { .. } => Answer::Cancelled,
            error => Answer::Failed(error.to_string()),
        })
    }
}

impl From<ExportError> for Nothing {
    fn from(error: ExportError) -> Self {
        Nothing(Answer::Failed(error.to_string()))
    }
}

impl From<SplitLoaderError> for Nothing {
    fn from(_: SplitLoaderError) -> Self {
        Nothing(Answer::Failed(NO_PART.into()))
    }
}
