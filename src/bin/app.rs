//! The page's program: see [`bk_lab::kit::page`]. It comes in parts, a part for each room: the functions that
//! are marked are where `xtask` takes it apart.

fn main() {}

#[cfg(target_arch = "wasm32")]
mod parts {
    use bk_lab::kit::page::rooms;
    use bk_lab::kit::page::rooms::{Build, Coming};
    use bk_lab::kit::permalink::Room;
    use leptos::wasm_split::{SplitLoaderError, wasm_split};

    #[wasm_split(robustness, wasm_split_path = leptos::wasm_split, fallible)]
    fn robustness() -> Result<Build, SplitLoaderError> {
        Ok(rooms::robustness)
    }

    #[wasm_split(efficiency, wasm_split_path = leptos::wasm_split, fallible)]
    fn efficiency() -> Result<Build, SplitLoaderError> {
        Ok(rooms::efficiency)
    }

    #[wasm_split(stability, wasm_split_path = leptos::wasm_split, fallible)]
    fn stability() -> Result<Build, SplitLoaderError> {
        Ok(rooms::stability)
    }

    #[wasm_split(resolvent, wasm_split_path = leptos::wasm_split, fallible)]
    fn resolvent() -> Result<Build, SplitLoaderError> {
        Ok(rooms::resolvent)
    }

    #[wasm_split(quantization, wasm_split_path = leptos::wasm_split, fallible)]
    fn quantization() -> Result<Build, SplitLoaderError> {
        Ok(rooms::quantization)
    }

    #[wasm_split(models, wasm_split_path = leptos::wasm_split, fallible)]
    fn models() -> Result<Build, SplitLoaderError> {
        Ok(rooms::models)
    }

    #[wasm_split(widths, wasm_split_path = leptos::wasm_split, fallible)]
    fn widths() -> Result<Build, SplitLoaderError> {
        Ok(rooms::widths)
    }

    #[wasm_split(ladder, wasm_split_path = leptos::wasm_split, fallible)]
    fn ladder() -> Result<Build, SplitLoaderError> {
        Ok(rooms::ladder)
    }

    #[wasm_split(lora, wasm_split_path = leptos::wasm_split, fallible)]
    fn lora() -> Result<Build, SplitLoaderError> {
        Ok(rooms::lora)
    }

    #[wasm_split(files, wasm_split_path = leptos::wasm_split, fallible)]
    fn files() -> Result<Build, SplitLoaderError> {
        Ok(rooms::files)
    }

    /// Fetches the part that holds a room.
    pub(super) fn fetch(room: Room) -> Coming {
        Box::pin(async move {
            match room {
                Room::Robustness => robustness().await,
                Room::Efficiency => efficiency().await,
                Room::Stability => stability().await,
                Room::Resolvent => resolvent().await,
                Room::Quantization => quantization().await,
                Room::Models => models().await,
                Room::Widths => widths().await,
                Room::Ladder => ladder().await,
                Room::Lora => lora().await,
                Room::Files => files().await,
            }
        })
    }

    /// Puts the page into the document and starts its worker.
    #[wasm_bindgen::prelude::wasm_bindgen]
    pub fn start(worker_url: String) {
        bk_lab::kit::page::start(worker_url, fetch);
    }
}
