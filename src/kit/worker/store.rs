//! What a person made and the browser keeps: bytes by name, in the browser's own database, so that neither a closed tab nor
//! a crash of the worker loses them.

use idb::{
    Database, DatabaseEvent, Error, Factory, KeyRange, ObjectStore, ObjectStoreParams, Query, TransactionMode,
};
use js_sys::{JsString, Uint8Array};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::{JsCast, JsValue};

/// The database.
const DATABASE: &str = "bk-lab";

/// Its only store.
const STORE: &str = "kept";

/// What follows every character that stands in a name.
const LAST: &str = "\u{ffff}";

/// The shelf. Where the browser has no database, or no room in it, things lie in memory: as long as the worker lives.
pub struct Shelf {
    database: Option<Database>,
    memory: RefCell<BTreeMap<String, Vec<u8>>>,
}

thread_local! {
    static SHELF: RefCell<Option<Rc<Shelf>>> = const { RefCell::new(None) };
}

/// The shelf, opened once.
pub async fn shelf() -> Rc<Shelf> {
    if let Some(shelf) = SHELF.with_borrow(Clone::clone) {
        return shelf;
    }
    let shelf = Rc::new(Shelf::open().await);
    SHELF.with_borrow_mut(|kept| kept.get_or_insert(shelf).clone())
}

impl Shelf {
    /// Opens the database.
    pub async fn open() -> Self {
        // A browser that keeps nothing, as in some private windows, gives the reason nowhere but here.
        Shelf { database: open().await.ok(), memory: RefCell::default() }
    }

    /// Keeps bytes under a name, instead of those that were there. Says whether they outlive the tab.
    pub async fn put(&self, name: &str, bytes: Vec<u8>) -> bool {
        if let Some(database) = &self.database
            && put(database, name, &bytes).await.is_ok()
        {
            self.memory.borrow_mut().remove(name);
            return true;
        }
        self.memory.borrow_mut().insert(name.into(), bytes);
        false
    }

    /// The bytes under a name.
    pub async fn get(&self, name: &str) -> Option<Vec<u8>> {
        if let Some(bytes) = self.memory.borrow().get(name) {
            return Some(bytes.clone());
        }
        get(self.database.as_ref()?, name).await.ok().flatten()
    }

    /// All names that begin so, in order.
    pub async fn names(&self, beginning: &str) -> Vec<String> {
        let mut names: Vec<String> =
            self.memory.borrow().keys().filter(|name| name.starts_with(beginning)).cloned().collect();
        if let Some(database) = &self.database {
            names.extend(stored_names(database, beginning).await.unwrap_or_default());
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Throws away everything whose name begins so.
    pub async fn remove(&self, beginning: &str) {
        self.memory.borrow_mut().retain(|name, _| !name.starts_with(beginning));
        if let Some(database) = &self.database {
            // What could not be thrown away is seen again at the next look.
            let _ = remove(database, beginning).await;
        }
    }
}

async fn open() -> Result<Database, Error> {
    let mut request = Factory::new()?.open(DATABASE, Some(1))?;
    request.on_upgrade_needed(|event| {
        // Where this fails, every later transaction does, and memory serves.
        let _ = event
            .database()
            .and_then(|database| database.create_object_store(STORE, ObjectStoreParams::new()).map(drop));
    });
    request.await
}

/// Names from a beginning on.
fn range(beginning: &str) -> Result<Query, Error> {
    let ends = [beginning.to_owned(), format!("{beginning}{LAST}")].map(|end| JsValue::from_str(&end));
    KeyRange::bound(&ends[0], &ends[1], None, None).map(Query::from)
}

fn readable(database: &Database) -> Result<ObjectStore, Error> {
    database.transaction(&[STORE], TransactionMode::ReadOnly)?.object_store(STORE)
}

async fn put(database: &Database, name: &str, bytes: &[u8]) -> Result<(), Error> {
    let transaction = database.transaction(&[STORE], TransactionMode::ReadWrite)?;
    let value = Uint8Array::from(bytes);
    transaction.object_store(STORE)?.put(&value, Some(&JsValue::from_str(name)))?.await?;
    transaction.commit()?.await.map(drop)
}

async fn get(database: &Database, name: &str) -> Result<Option<Vec<u8>>, Error> {
    let value = readable(database)?.get(JsValue::from_str(name))?.await?;
    Ok(value.and_then(|value| value.dyn_into::<Uint8Array>().ok()).map(|bytes| bytes.to_vec()))
}

async fn stored_names(database: &Database, beginning: &str) -> Result<Vec<String>, Error> {
    let keys = readable(database)?.get_all_keys(Some(range(beginning)?), None)?.await?;
    Ok(keys.into_iter().filter_map(|key| key.dyn_into::<JsString>().ok()).map(String::from).collect())
}

async fn remove(database: &Database, beginning: &str) -> Result<(), Error> {
    let transaction = database.transaction(&[STORE], TransactionMode::ReadWrite)?;
    transaction.object_store(STORE)?.delete(range(beginning)?)?.await?;
    transaction.commit()?.await.map(drop)
}
