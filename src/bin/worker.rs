//! The worker's program: see [`bk_lab::lab::worker`].

fn main() {
    #[cfg(target_arch = "wasm32")]
    bk_lab::lab::worker::start();
}
