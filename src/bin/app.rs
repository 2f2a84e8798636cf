//! The page's program: see [`bk_lab::kit::page`]. It comes in parts, one for each room in the table of studies: the
//! functions that are marked are where `xtask` splits it.

fn main() {}

#[cfg(target_arch = "wasm32")]
mod parts {
    use bk_lab::kit::page::Table;
    use bk_lab::kit::page::rooms::{Build, Coming};
    use bk_lab::kit::room::Room;
    use leptos::wasm_split::{SplitLoaderError, wasm_split};

    /// Makes a part of every room, and the function that fetches the part of a room.
    macro_rules! parts {
        ($($study:ident { rooms [$($room:ident = $($build:ident)::+),*], work [$($work:tt)*], uses [$($other:tt)*] })*) => {
            $($(
                #[wasm_split($room, wasm_split_path = leptos::wasm_split, fallible)]
                fn $room() -> Result<Build, SplitLoaderError> {
                    Ok(bk_lab::studies::$study::$($build)::+)
                }
            )*)*

            fn fetch(room: Room) -> Coming {
                Box::pin(async move {
                    match room.key() {
                        $($(stringify!($room) => $room().await,)*)*
                        _ => unreachable!("the list of rooms and the table of studies differ"),
                    }
                })
            }
        };
    }

    bk_lab::studies!(parts);

    /// Puts the page into the document and starts its worker.
    #[wasm_bindgen::prelude::wasm_bindgen]
    pub fn start(worker_url: String) {
        let begin = bk_lab::studies::published_figure::page::keep_pinned;
        let table = Table { rooms: bk_lab::studies::ROOMS, records: bk_lab::studies::SHOWN, fetch, begin };
        bk_lab::kit::page::start(worker_url, table);
    }
}
