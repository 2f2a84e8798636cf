//! The worker's program: see [`bk_lab::kit::worker`]. It comes in parts, those in the table of studies and one that writes
//! figures as files: the functions that are marked are where `xtask` splits it.

fn main() {
    #[cfg(target_arch = "wasm32")]
    bk_lab::kit::worker::start(parts::PARTS);
}

#[cfg(target_arch = "wasm32")]
mod parts {
    use bk_lab::kit::worker::{Part, Work};
    use leptos::wasm_split::{SplitLoaderError, wasm_split};

    /// Makes the parts of every study, and the list of all parts.
    macro_rules! parts {
        ($($study:ident { rooms [$($rooms:tt)*], work [$($part:ident = $($work:ident)::+),*], uses [$($other:tt)*] })*) => {
            $($(
                #[wasm_split($part, wasm_split_path = leptos::wasm_split, fallible)]
                fn $part() -> Result<Work, SplitLoaderError> {
                    Ok(bk_lab::studies::$study::$($work)::+)
                }
            )*)*

            #[wasm_split(export, wasm_split_path = leptos::wasm_split, fallible)]
            fn export() -> Result<Work, SplitLoaderError> {
                Ok(bk_lab::kit::worker::export::work)
            }

            /// Where each part comes from.
            pub(super) const PARTS: &[Part] = &[
                $($(Part { name: stringify!($part), fetch: || Box::pin($part()) },)*)*
                Part { name: "export", fetch: || Box::pin(export()) },
            ];
        };
    }

    bk_lab::studies!(parts);
}
