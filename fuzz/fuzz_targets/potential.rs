//! Whatever is in a file or was pasted, what is taken for a potential makes a chain.
#![no_main]

use bk_lab::studies::resolvent::potential_file::read_potential;
use libfuzzer_sys::fuzz_target;

/// Columns that may be asked for.
const COLUMNS: [Option<&str>; 4] = [None, Some("v"), Some("2"), Some("potential")];

fuzz_target!(|content: &[u8]| {
    let Some((first, bytes)) = content.split_first() else { return };
    let column = COLUMNS[usize::from(*first) % COLUMNS.len()];
    match read_potential(bytes, column) {
        Ok(found) => {
            let chain = found.potential.chain(found.sites);
            // A record's settings need not fit one another; values always do.
            assert!(chain.is_ok() || !found.potential.to_string().starts_with("values:"), "{chain:?}");
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
