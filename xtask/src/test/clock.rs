//! The table of what was done, with times and counts.

use std::time::{Duration, Instant};

use super::counts::Counts;

/// Tells the reader what goes on, and at the end how long it took and how many tests ran.
#[derive(Default)]
pub struct Clock {
    /// All tests of all steps so far.
    pub counts: Counts,
    steps: Vec<Step>,
}

struct Step {
    name: &'static str,
    time: Duration,
    counts: Counts,
}

impl Clock {
    /// Does a step; `patience` says what it may take, and for what. Prints the table if it fails.
    pub fn step<T, E>(
        &mut self,
        name: &'static str,
        patience: &str,
        work: impl FnOnce() -> Result<T, E>,
    ) -> Result<T, E> {
        println!("\n== {name} ({patience})");
        let started = Instant::now();
        let outcome = work();
        self.steps.push(Step { name, time: started.elapsed(), counts: Counts::default() });
        if outcome.is_err() {
            println!("\n{name} failed. Until then:");
            self.print();
        }
        outcome
    }

    /// Does a step that runs tests, and counts them.
    pub fn test<E>(
        &mut self,
        name: &'static str,
        patience: &str,
        work: impl FnOnce() -> Result<Counts, E>,
    ) -> Result<(), E> {
        let counts = self.step(name, patience, work)?;
        self.counts += counts;
        if let Some(step) = self.steps.last_mut() {
            step.counts = counts;
        }
        Ok(())
    }

    /// Prints a line per step: seconds, tests that ran, name.
    pub fn print(&self) {
        println!("\n   seconds  tests");
        for Step { name, time, counts } in &self.steps {
            let tests = if counts.ran == 0 { String::new() } else { counts.ran.to_string() };
            println!("{:>10.1}  {tests:>5}  {name}", time.as_secs_f64());
        }
        let total: Duration = self.steps.iter().map(|step| step.time).sum();
        println!("{:>10.1}  {:>5}  in all", total.as_secs_f64(), self.counts.ran);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_that_fails_hands_on_its_error_and_is_timed() {
        let mut clock = Clock::default();
        let outcome: Result<(), &str> = clock.step("Fail", "at once", || Err("because"));
        assert_eq!(outcome, Err("because"));
        assert_eq!(clock.steps.len(), 1);
    }

    #[test]
    fn tests_of_all_steps_are_counted() {
        let mut clock = Clock::default();
        for left_out in [0, 2] {
            clock.test("Test", "at once", || Ok::<_, ()>(Counts { ran: 5, left_out })).unwrap();
        }
        assert_eq!(clock.counts, Counts { ran: 10, left_out: 2 });
        assert!(clock.steps.iter().all(|step| step.counts.ran == 5));
    }
}
