//! The worker: all computing happens here, off the main thread.
//!
//! Requests run side by side as asynchronous tasks that pause between units of work; that is when a cancel is
//! heard. A panic ends the worker; the page then starts another and says so.

pub mod parts;
pub(crate) mod store;

use super::browser::{Parcel, Payload, message, parts_of, pause};
use super::context::{Context, StudyError};
use super::protocol::{Answer, Kind, Reply, Request, RequestId, Stopped};
use bk_plot::export::ExportError;
use leptos::wasm_split::SplitLoaderError;
use parts::Parts;
use serde::de::DeserializeOwned;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// A page of WebAssembly's memory, in bytes.
const MEMORY_PAGE: usize = 65_536;

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
        match parts_of::<Request>(event.data()) {
            Some((Request::Begin { id, kind }, task)) => listener.clone().begin(id, kind, task),
            Some((Request::Cancel(id), _)) => listener.cancel(id),
            // Nobody would ever be answered: better to end, and be started again.
            None => listener.reply(
                0,
                Answer::Stopped(Stopped::Failed("it was sent a message that it cannot read".into())),
            ),
        }
    });
    scope.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
    on_message.forget();
    worker.reply(0, Answer::Ready);
}

impl Worker {
    /// Sends an answer that has no body.
    fn reply(&self, id: RequestId, answer: Answer) {
        self.post(id, answer, &Payload { json: String::new(), buffers: vec![] });
    }

    /// Sends an answer with its body; the arrays in it are transferred.
    fn post(&self, id: RequestId, answer: Answer, payload: &Payload) {
        let sent = message(&Reply { id, answer }, payload)
            .and_then(|(message, transfer)| self.scope.post_message_with_transfer(&message, &transfer));
        if let Err(error) = sent {
            web_sys::console::error_1(&error);
        }
    }

    /// Marks a task as cancelled.
    fn cancel(&self, id: RequestId) {
        if let Some(cancelled) = self.running.borrow().get(&id) {
            cancelled.set(true);
        }
    }

    /// Begins a task.
    fn begin(self: Rc<Self>, id: RequestId, kind: Kind, task: Payload) {
        let cancelled = Rc::new(Cell::new(false));
        self.running.borrow_mut().insert(id, cancelled.clone());
        spawn_local(async move {
            let reporter = self.clone();
            let context = Context::new(
                move |progress| reporter.reply(id, Answer::Progress(progress)),
                || Box::pin(pause()),
                cancelled,
            );
            let outcome = self.perform(kind, task, &context).await;
            self.running.borrow_mut().remove(&id);
            match outcome {
                Ok(payload) => self.post(id, Answer::Finished, &payload),
                Err(stopped) => self.reply(id, Answer::Stopped(stopped)),
            }
        });
    }

    /// Does what is asked.
    async fn perform(&self, kind: Kind, task: Payload, context: &Context) -> Result<Payload, Stopped> {
        let perform = match kind {
            Kind::Robustness => (self.parts.published)().await?.robustness,
            Kind::Efficiency => (self.parts.published)().await?.efficiency,
            Kind::Stability => (self.parts.published)().await?.stability,
            Kind::Fragility => (self.parts.published)().await?.fragility,
            Kind::Resolvent => (self.parts.resolvent)().await?.study,
            Kind::Speed => (self.parts.resolvent)().await?.speed,
            Kind::Quantize => (self.parts.quantization)().await?.core,
            Kind::CompareModes => (self.parts.quantization)().await?.comparison,
            Kind::SimulateLora => (self.parts.lora)().await?.simulate,
            Kind::ExamineLora => (self.parts.lora)().await?.examine,
            Kind::PackLora => (self.parts.lora)().await?.pack,
            Kind::Adapt => (self.parts.lora)().await?.adapt,
            Kind::ExplainAdaptation => (self.parts.lora)().await?.explain,
            Kind::ReadImages => (self.parts.import)().await?.images,
            Kind::ShowImages => (self.parts.lora)().await?.pictures,
            Kind::ListModels => (self.parts.models)().await?.list,
            Kind::HandleModel => (self.parts.models)().await?.handle,
            Kind::MapCausality => (self.parts.insight)().await?.causality,
            Kind::Predict => (self.parts.insight)().await?.predict,
            Kind::StudyMixed => (self.parts.insight)().await?.mixed,
            Kind::MeasureWidths => (self.parts.widths)().await?.measure,
            Kind::ListWidths => (self.parts.widths)().await?.list,
            Kind::TrainLadder => (self.parts.ladder)().await?,
            Kind::SaveModel => (self.parts.models)().await?.save,
            Kind::Import => (self.parts.import)().await?.records,
            Kind::Potential => (self.parts.import)().await?.potential,
            Kind::Export => (self.parts.export)().await?,
        };
        perform(task, context).await
    }
}

/// Bytes of memory that the worker has.
pub(crate) fn memory() -> u64 {
    (core::arch::wasm32::memory_size::<0>() * MEMORY_PAGE) as u64
}

/// The task in a message.
pub(crate) fn read<Task: DeserializeOwned>(task: &Payload) -> Result<Task, Stopped> {
    Ok(serde_json::from_str(&task.json)?)
}

/// What came out, ready to travel.
pub(crate) fn finished(outcome: impl Parcel) -> Result<Payload, Stopped> {
    Ok(outcome.pack()?)
}

impl From<StudyError> for Stopped {
    fn from(error: StudyError) -> Self {
        match error {
            StudyError::Cancelled { .. } => Stopped::Cancelled,
            error => Stopped::Failed(error.to_string()),
        }
    }
}

impl From<ExportError> for Stopped {
    fn from(error: ExportError) -> Self {
        Stopped::Failed(error.to_string())
    }
}

impl From<SplitLoaderError> for Stopped {
    fn from(_: SplitLoaderError) -> Self {
        Stopped::Failed(NO_PART.into())
    }
}

impl From<serde_json::Error> for Stopped {
    fn from(error: serde_json::Error) -> Self {
        Stopped::Failed(format!("What was asked, or what came of it, is not in the form expected: {error}."))
    }
}
