//! What the program holds in memory, as its allocator counts it: on a processor and in WebAssembly alike.

use peak_alloc::PeakAlloc;

#[global_allocator]
static ALLOCATOR: PeakAlloc = PeakAlloc;

/// What some work gives, and how many bytes more than before it were allocated at once while it was done. Work on other
/// threads of the process counts in.
pub fn peak_of<T>(work: impl FnOnce() -> T) -> (T, usize) {
    let before = ALLOCATOR.current_usage();
    ALLOCATOR.reset_peak_usage();
    let done = work();
    (done, ALLOCATOR.peak_usage().saturating_sub(before))
}
