//! How many tests ran and how many did not, read from the summaries that the runners print.

use std::ops::AddAssign;

/// Numbers of tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Tests that ran, whether they passed or failed.
    pub ran: u64,
    /// Tests that the runner knows and did not run.
    pub left_out: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.ran += other.ran;
        self.left_out += other.left_out;
    }
}

impl Counts {
    /// Adds up all summaries of cargo-nextest, of Rust's own harness and of Node in a text; `None` where it holds none.
    pub fn of(printed: &str) -> Option<Self> {
        let mut found = None;
        for counts in
            printed.lines().filter_map(|line| nextest(line).or_else(|| harness(line)).or_else(|| node(line)))
        {
            *found.get_or_insert_default() += counts;
        }
        found
    }

    /// Returns what the reader is told at the very end. `selected` says that only a part of the tests was asked for.
    pub fn sentence(self, selected: bool) -> String {
        let Self { ran, left_out } = self;
        match (left_out, selected) {
            (0, _) => format!("{ran} tests ran, and none was left out."),
            (_, false) => format!(
                "{ran} tests ran, {left_out} did not: they need the published files in ../shared/data."
            ),
            (_, true) => format!(
                "{ran} tests ran, {left_out} did not: no changed file touches them, or they need the published files."
            ),
        }
    }
}

/// `     Summary [  61.011s] 194 tests run: 194 passed, 342 skipped`
fn nextest(line: &str) -> Option<Counts> {
    let (_, line) = line.trim_start().strip_prefix("Summary [")?.split_once("] ")?;
    let (run, rest) = line.split_once(" run: ")?;
    let ran = run.split_once(' ')?.0.parse().ok()?;
    let left_out = rest.split(", ").find_map(|part| part.strip_suffix(" skipped")?.parse().ok());
    Some(Counts { ran, left_out: left_out.unwrap_or_default() })
}

/// `test result: ok. 80 passed; 0 failed; 29 ignored; 0 measured; 0 filtered out; finished in 0.76s`
fn harness(line: &str) -> Option<Counts> {
    let (_, parts) = line.strip_prefix("test result: ")?.split_once(". ")?;
    let number = |what: &str| parts.split("; ").find_map(|part| part.strip_suffix(what)?.parse::<u64>().ok());
    Some(Counts { ran: number(" passed")? + number(" failed")?, left_out: number(" ignored")? })
}

/// `ℹ pass 525`, `ℹ fail 1` and `ℹ skipped 3`; the mark is `#` in the other format of Node.
fn node(line: &str) -> Option<Counts> {
    let mut words = line.trim_end().split(' ');
    if !matches!(words.next()?, "ℹ" | "#") {
        return None;
    }
    let (what, number) = (words.next()?, words.next()?.parse().ok()?);
    match what {
        _ if words.next().is_some() => None,
        "pass" | "fail" | "cancelled" => Some(Counts { ran: number, left_out: 0 }),
        "skipped" | "todo" => Some(Counts { ran: 0, left_out: number }),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_runner_is_counted() {
        let printed = "     Summary [ 363.484s] 685 tests run: 684 passed (3 slow), 1 failed, 29 skipped\n\
                       test result: ok. 2 passed; 1 failed; 4 ignored; 0 measured; 0 filtered out; finished in 0.76s\n\
                       ℹ tests 10\nℹ suites 3\nℹ pass 7\nℹ fail 1\nℹ cancelled 0\nℹ skipped 2\nℹ todo 0\n\
                       ℹ duration_ms 812.1\n# first chart with WebGPU: 700 ms\n";
        assert_eq!(Counts::of(printed), Some(Counts { ran: 685 + 3 + 8, left_out: 29 + 4 + 2 }));
        assert_eq!(Counts::of("# pass 5\n# skipped 1\n"), Some(Counts { ran: 5, left_out: 1 }));
        assert_eq!(
            nextest("     Summary [   0.020s] 1 test run: 1 passed, 0 skipped"),
            Some(Counts { ran: 1, left_out: 0 })
        );
    }

    #[test]
    fn a_text_without_a_summary_counts_nothing() {
        assert_eq!(Counts::of("Finished\nSummary of the work\ntest result: none\n# pass\n"), None);
    }

    #[test]
    fn the_sentence_says_what_did_not_run() {
        let counts = Counts { ran: 656, left_out: 29 };
        assert_eq!(
            counts.sentence(false),
            "656 tests ran, 29 did not: they need the published files in ../shared/data."
        );
        assert!(counts.sentence(true).contains("no changed file touches them"));
        assert_eq!(Counts { ran: 685, left_out: 0 }.sentence(false), "685 tests ran, and none was left out.");
    }
}
