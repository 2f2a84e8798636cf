//! The worker: all computing happens here, off the main thread.
//!
//! Requests run side by side as asynchronous tasks that pause between units of work; that is when a cancel is
//! heard. A panic ends the worker; the page then starts another and says so.

pub mod export;
pub(crate) mod store;

use super::browser::{Payload, message, parts_of, pause};
use super::context::{Context, StudyError};
use super::protocol::{Answer, Parcel, Reply, Request, RequestId, Stopped};
use bk_plot::export::ExportError;
use leptos::wasm_split::SplitLoaderError;
use serde::de::DeserializeOwned;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::pin::Pin;
use std::rc::Rc;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, MessageEvent};

/// A page of WebAssembly's memory, in bytes.
const MEMORY_PAGE: usize = 65_536;

/// A part of the worker's program, which is fetched when one of its tasks is first asked for.
#[derive(Clone, Copy)]
pub struct Part {
    /// Its name in the table of studies: [`Task::PART`](super::protocol::Task::PART).
    pub name: &'static str,
    /// Fetches its code.
    pub fetch: fn() -> Coming,
}

/// The code of a part on its way.
pub type Coming = Pin<Box<dyn Future<Output = Result<Work, SplitLoaderError>>>>;

/// Returns what does the task of a name; `None` for a name that the part does not know.
pub type Work = fn(&str) -> Option<Perform>;

/// Does a task: reads it, and hands over the answer.
pub type Perform = fn(Payload, &Context) -> Performing<'_>;

/// A task being done.
pub type Performing<'context> = Pin<Box<dyn Future<Output = Result<Payload, Stopped>> + 'context>>;

/// What lives as long as the worker does.
struct Worker {
    scope: DedicatedWorkerGlobalScope,
    /// Where the code of heavier work is.
    parts: &'static [Part],
    /// The cancel flags of the requests that are running.
    running: RefCell<HashMap<RequestId, Rc<Cell<bool>>>>,
}

/// What is said where the code for a task does not come.
const NO_PART: &str = "The code for this could not be loaded; what was computed before is as it was. Check the connection and try again. If that does not help, the lab may have been renewed since this page was opened: reload it, its address keeps the settings.";

/// Starts listening, and tells the page so: what it sent earlier would have been lost.
pub fn start(parts: &'static [Part]) {
    console_error_panic_hook::set_once();
    let Ok(scope) = js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>() else { return };
    let worker = Rc::new(Worker { scope: scope.clone(), parts, running: RefCell::default() });
    let listener = worker.clone();
    let on_message = Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| {
        match parts_of::<Request>(event.data()) {
            Some((Request::Begin { id, part, task: name }, task)) => {
                listener.clone().begin(id, part, name, task)
            }
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
    fn begin(self: Rc<Self>, id: RequestId, part: String, name: String, task: Payload) {
        let cancelled = Rc::new(Cell::new(false));
        self.running.borrow_mut().insert(id, cancelled.clone());
        spawn_local(async move {
            let reporter = self.clone();
            let context = Context::new(
                move |progress| reporter.reply(id, Answer::Progress(progress)),
                || Box::pin(pause()),
                cancelled,
            );
            let outcome = self.perform(&part, &name, task, &context).await;
            self.running.borrow_mut().remove(&id);
            match outcome {
                Ok(payload) => self.post(id, Answer::Finished, &payload),
                Err(stopped) => self.reply(id, Answer::Stopped(stopped)),
            }
        });
    }

    /// Does what is asked.
    async fn perform(
        &self,
        part: &str,
        name: &str,
        task: Payload,
        context: &Context,
    ) -> Result<Payload, Stopped> {
        let fetch = self.parts.iter().find(|known| known.name == part).map(|known| known.fetch);
        let unknown =
            || Stopped::Failed(format!("The worker knows no task “{name}” of “{part}”. Reload the page."));
        let work = fetch.ok_or_else(unknown)?().await?;
        work(name).ok_or_else(unknown)?(task, context).await
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
    Ok(Payload::of(outcome)?)
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
