//! The page's side of the worker: sends requests, hands answers to whoever asked, and starts another worker
//! when one has crashed.

use crate::kit::browser::{Payload, message, message_of, parts_of};
use crate::kit::context::Progress;
use crate::kit::protocol::{Answer, Reply, Request, RequestId, Stopped, Task};
use js_sys::ArrayBuffer;
use leptos::prelude::set_timeout;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;
use wasm_bindgen::prelude::*;
use web_sys::{ErrorEvent, Event, MessageEvent, Worker, WorkerOptions, WorkerType};

/// Workers that crash before they listen are started again this often in a row; then something is wrong that
/// another start does not cure.
const MOST_STARTS: u32 = 3;

/// How long a worker may take to hear that a request is to be stopped, so that stopping takes effect within
/// 100 ms whatever it is doing.
const PATIENCE: Duration = Duration::from_millis(60);

/// Takes the answers to one task.
struct Listener {
    /// Is told how far it has come.
    watch: Rc<dyn Fn(Progress)>,
    /// Is given what came out, as it travels.
    take: Box<dyn FnOnce(Result<Payload, Stopped>)>,
}

/// A handle to the worker, whichever is running at the moment.
#[derive(Clone)]
pub(crate) struct Client(Rc<RefCell<State>>);

struct State {
    url: String,
    worker: Option<Worker>,
    ready: bool,
    starts: u32,
    last_id: RequestId,
    /// Requests made before the worker listened.
    waiting: Vec<(Request, Payload)>,
    listeners: HashMap<RequestId, Listener>,
    on_crash: Rc<dyn Fn(String)>,
}

impl Client {
    /// Starts a worker from its script; `on_crash` is given a sentence for the reader whenever one dies.
    pub(crate) fn start(url: String, on_crash: impl Fn(String) + 'static) -> Self {
        let client = Client(Rc::new(RefCell::new(State {
            url,
            worker: None,
            ready: false,
            starts: 0,
            last_id: 0,
            waiting: Vec::new(),
            listeners: HashMap::new(),
            on_crash: Rc::new(on_crash),
        })));
        client.start_worker();
        client
    }

    /// Starts another worker of the same program, which crashes to the same ears.
    pub(crate) fn another(&self) -> Self {
        let (url, on_crash) = {
            let state = self.0.borrow();
            (state.url.clone(), state.on_crash.clone())
        };
        Client::start(url, move |sentence| on_crash(sentence))
    }

    /// Ends the worker; whoever still waits for it is told.
    pub(crate) fn end(self) {
        fail(self.end_worker());
    }

    /// Asks for something: `watch` gets progress, and `take` then exactly once what came out.
    pub(crate) fn ask<Asked: Task>(
        &self,
        task: &Asked,
        buffers: Vec<ArrayBuffer>,
        watch: impl Fn(Progress) + 'static,
        take: impl FnOnce(Result<Asked::Outcome, Stopped>) + 'static,
    ) -> RequestId {
        let open = |payload: Payload| payload.open().map_err(unreadable);
        let listener =
            Listener { watch: Rc::new(watch), take: Box::new(move |outcome| take(outcome.and_then(open))) };
        let payload = serde_json::to_string(task).map(|json| Payload { json, buffers });
        self.send((Asked::PART, Asked::NAME), payload.map_err(unreadable), listener)
    }

    /// Sends a task on its way.
    fn send(
        &self,
        (part, name): (&str, &str),
        task: Result<Payload, Stopped>,
        listener: Listener,
    ) -> RequestId {
        let mut state = self.0.borrow_mut();
        state.last_id += 1;
        let id = state.last_id;
        let task = task.and_then(|payload| match state.worker {
            Some(_) => Ok(payload),
            None => Err(Stopped::Failed(
                "Nothing can be computed: the worker does not start. Reload the page.".into(),
            )),
        });
        match task {
            Ok(payload) => {
                state.listeners.insert(id, listener);
                state.post(Request::Begin { id, part: part.into(), task: name.into() }, payload);
            }
            Err(stopped) => {
                drop(state);
                (listener.take)(Err(stopped));
            }
        }
        id
    }

    /// Stops a task, which is then [`Stopped::Cancelled`]. The worker is asked first; one that is too deep in its work
    /// to hear it in time is replaced.
    pub(crate) fn cancel(&self, id: RequestId) {
        let nothing = Payload { json: String::new(), buffers: vec![] };
        self.0.borrow_mut().post(Request::Cancel(id), nothing);
        let client = self.clone();
        set_timeout(move || client.stop_for_certain(id), PATIENCE);
    }

    /// Ends the worker if the task is still under way.
    fn stop_for_certain(&self, id: RequestId) {
        let Some(listener) = self.0.borrow_mut().listeners.remove(&id) else { return };
        let others = self.end_worker();
        self.start_worker();
        (listener.take)(Err(Stopped::Cancelled));
        fail(others);
    }

    /// Ends the worker; hands back who still waits for it.
    fn end_worker(&self) -> Vec<Listener> {
        let mut state = self.0.borrow_mut();
        if let Some(worker) = state.worker.take() {
            worker.terminate();
        }
        state.waiting.clear();
        state.listeners.drain().map(|(_, listener)| listener).collect()
    }

    fn start_worker(&self) {
        let mut state = self.0.borrow_mut();
        state.ready = false;
        state.starts += 1;
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = match Worker::new_with_options(&state.url, &options) {
            Ok(worker) => worker,
            Err(error) => {
                let (on_crash, message) = (state.on_crash.clone(), message_of(&error));
                drop(state);
                on_crash(format!("The computing worker could not be started ({message}). Reload the page."));
                return;
            }
        };
        let client = self.clone();
        let on_message =
            Closure::<dyn Fn(MessageEvent)>::new(move |event: MessageEvent| client.receive(event.data()));
        worker.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        on_message.forget();
        let client = self.clone();
        let on_error = Closure::<dyn Fn(Event)>::new(move |event: Event| {
            event.prevent_default();
            let message = event.dyn_ref::<ErrorEvent>().map(ErrorEvent::message).unwrap_or_default();
            client.crashed(if message.is_empty() {
                "its program could not be loaded".into()
            } else {
                message
            });
        });
        worker.set_onerror(Some(on_error.as_ref().unchecked_ref()));
        on_error.forget();
        state.worker = Some(worker);
    }

    fn receive(&self, data: JsValue) {
        let Some((Reply { id, answer }, payload)) = parts_of::<Reply>(data) else { return };
        let outcome = match answer {
            Answer::Ready => return self.0.borrow_mut().begin(),
            Answer::Progress(progress) => {
                let watch = self.0.borrow().listeners.get(&id).map(|listener| listener.watch.clone());
                return watch.into_iter().for_each(|watch| watch(progress));
            }
            Answer::Stopped(Stopped::Failed(message)) if id == 0 => return self.crashed(message),
            Answer::Finished => Ok(payload),
            Answer::Stopped(stopped) => Err(stopped),
        };
        let listener = self.0.borrow_mut().listeners.remove(&id);
        if let Some(listener) = listener {
            (listener.take)(outcome);
        }
    }

    /// The worker is dead: whoever waits for it is told, and another is started.
    fn crashed(&self, message: String) {
        let listeners = self.end_worker();
        let (on_crash, again) = {
            let state = self.0.borrow();
            (state.on_crash.clone(), state.starts < MOST_STARTS)
        };
        if again {
            self.start_worker();
            on_crash(format!(
                "The computing worker stopped ({message}). It was started again, and everything on this page is still here: repeat the last step."
            ));
        } else {
            on_crash(format!(
                "The computing worker keeps stopping ({message}). Nothing more can be computed here: reload the page, or try another browser."
            ));
        }
        fail(listeners);
    }
}

/// Tells whoever waited for a worker that is gone.
fn fail(listeners: Vec<Listener>) {
    for listener in listeners {
        (listener.take)(Err(Stopped::Failed(
            "The computation stopped with the worker. The earlier result is still shown.".into(),
        )));
    }
}

/// What is said where page and worker do not understand one another.
fn unreadable(error: serde_json::Error) -> Stopped {
    Stopped::Failed(format!("Page and worker do not understand one another ({error}). Reload the page."))
}

impl State {
    /// The worker listens: it is sent what waited for that.
    fn begin(&mut self) {
        self.ready = true;
        self.starts = 0;
        for (request, payload) in std::mem::take(&mut self.waiting) {
            self.post(request, payload);
        }
    }

    /// Sends a request, as soon as the worker listens.
    fn post(&mut self, request: Request, payload: Payload) {
        let Some(worker) = &self.worker else { return };
        if !self.ready {
            return self.waiting.push((request, payload));
        }
        let sent = message(&request, &payload)
            .and_then(|(message, transfer)| worker.post_message_with_transfer(&message, &transfer));
        if let Err(error) = sent {
            web_sys::console::error_1(&error);
        }
    }
}
