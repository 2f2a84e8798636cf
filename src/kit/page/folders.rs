//! Files as a reader gives them: one by one, or in folders, from which the result files are taken.

use crate::kit::import::FOLDER_ENDING;
use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DataTransfer, File, FileList, FileSystemDirectoryEntry, FileSystemDirectoryReader, FileSystemEntry,
    FileSystemFileEntry,
};

/// A file and its name after the folders it lies in.
pub(crate) struct Given {
    pub(crate) name: String,
    pub(crate) file: File,
}

/// What was given, before folders are read.
#[derive(Default)]
pub(crate) struct Gift {
    files: Vec<Given>,
    folders: Vec<FileSystemDirectoryEntry>,
}

impl Gift {
    /// What was dropped. It has to be asked for while the drop is handled; afterwards the browser hides it.
    pub(crate) fn of_drop(data: Option<DataTransfer>) -> Self {
        let mut gift = Gift::default();
        let Some(items) = data.map(|data| data.items()) else { return gift };
        for item in (0..items.length()).filter_map(|index| items.get(index)) {
            let entry = item.webkit_get_as_entry().ok().flatten();
            match entry.and_then(folder) {
                Some(folder) => gift.folders.push(folder),
                None => {
                    let file = item.get_as_file().ok().flatten();
                    gift.files.extend(file.map(|file| Given { name: file.name(), file }));
                }
            }
        }
        gift
    }

    /// What was chosen, be it files or the files of a folder.
    pub(crate) fn of_choice(list: Option<FileList>) -> Self {
        let files = list.iter().flat_map(|list| (0..list.length()).filter_map(|index| list.get(index)));
        let files = files.filter_map(|file| match path_in_folder(&file) {
            Some(name) => name.ends_with(FOLDER_ENDING).then_some(Given { name, file }),
            None => Some(Given { name: file.name(), file }),
        });
        Gift { files: files.collect(), folders: vec![] }
    }

    /// All files, those of folders last. A folder that cannot be read is as good as empty.
    pub(crate) async fn files(self) -> Vec<Given> {
        let Gift { mut files, folders } = self;
        let mut entries: Vec<FileSystemEntry> = folders.into_iter().map(Into::into).collect();
        while let Some(entry) = entries.pop() {
            let name = entry.full_path().trim_start_matches('/').to_owned();
            if let Some(folder) = folder(entry.clone()) {
                entries.extend(children(&folder.create_reader()).await);
            } else if name.ends_with(FOLDER_ENDING)
                && let Some(file) = file_of(entry).await
            {
                files.push(Given { name, file });
            }
        }
        files
    }
}

/// Where a file lies in the folder that was chosen, if one was.
fn path_in_folder(file: &File) -> Option<String> {
    let path = Reflect::get(file, &"webkitRelativePath".into()).ok()?.as_string()?;
    (!path.is_empty()).then_some(path)
}

fn folder(entry: FileSystemEntry) -> Option<FileSystemDirectoryEntry> {
    // The classes go by other names in some browsers, so the entry is asked, and not its class.
    entry.is_directory().then(|| entry.unchecked_into())
}

/// What lies in a folder, the last by name first. The browser tells it in batches, the last of them empty.
async fn children(reader: &FileSystemDirectoryReader) -> Vec<FileSystemEntry> {
    let mut children: Vec<FileSystemEntry> = Vec::new();
    loop {
        let batch = answer(|found, failed| reader.read_entries_with_callback_and_callback(found, failed));
        let Some(batch) = batch.await.and_then(|batch| batch.dyn_into::<Array>().ok()) else { break };
        if batch.length() == 0 {
            break;
        }
        children.extend(batch.iter().map(JsCast::unchecked_into));
    }
    children.sort_by_key(|entry| std::cmp::Reverse(entry.name()));
    children
}

async fn file_of(entry: FileSystemEntry) -> Option<File> {
    let entry: FileSystemFileEntry = entry.unchecked_into();
    let file = answer(|found, failed| {
        entry.file_with_callback_and_callback(found, failed);
        Ok(())
    });
    file.await?.dyn_into().ok()
}

/// What a function of the browser hands to the first of its two callbacks; `None` if it calls the other.
async fn answer(ask: impl Fn(&Function, &Function) -> Result<(), JsValue>) -> Option<JsValue> {
    let promise = Promise::new(&mut |resolve, reject| {
        if let Err(error) = ask(&resolve, &reject) {
            let _ = reject.call1(&JsValue::NULL, &error);
        }
    });
    JsFuture::from(promise).await.ok()
}
