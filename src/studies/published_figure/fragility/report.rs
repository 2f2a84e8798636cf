//! A record as text for the terminal.

use super::record::{Fragility, Tally};
use crate::kit::command::report::grid;
use crate::kit::record::table::Grid;

/// A record of the fragility study as text.
pub(crate) fn count(record: &Fragility) -> String {
    let mut text = String::from("How often the published checks hold\n\n");
    let last = record.config.first_seed + (record.config.seeds - 1);
    text += &grid(&counts(&format!("Over the seeds {} to {last}", record.config.first_seed), &record.seeds));
    if let Some(arrangements) = &record.arrangements {
        text.push('\n');
        text += &grid(&counts("Over all orders of all subsets of the widths", arrangements));
    }
    text
}

pub(crate) fn counts(heading: &str, tally: &Tally) -> Grid {
    let columns = ["Check", "Held", "Of", "Lowest", "Highest", "Threshold"];
    let mut rows: Vec<Vec<String>> = tally
        .checks
        .iter()
        .map(|count| {
            let value = |value: f64| format!("{value:.2} {}", count.unit).trim_end().to_owned();
            let numbers = [count.lowest, count.highest, count.threshold].map(value);
            [vec![count.statement.clone(), count.held.to_string(), count.tried.to_string()], numbers.into()]
                .concat()
        })
        .collect();
    let all = ["All of them", &tally.all_held.to_string(), &tally.runs.to_string(), "", "", ""];
    rows.push(all.map(String::from).into());
    Grid { heading: heading.into(), columns: columns.map(String::from).into(), rows, omitted: 0 }
}
