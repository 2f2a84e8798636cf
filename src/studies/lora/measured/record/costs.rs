//! Results of the runs of quantized LoRA: accuracies over seeds, the cost of quantized storage, and both in words.

use super::{Adaptation, Arm, Data, Run, Size};
use crate::kit::record::hypothesis::{Interval, MeansTest, holm};
use crate::kit::record::table::{Grid, cell};
use bk_models::ops::Storage;
use serde::{Deserialize, Serialize};

/// The confidence level of the intervals, for normal values.
const LEVEL: f64 = 0.95;

/// Corrected p values below this count as significant.
const SIGNIFICANT: f64 = 0.05;

impl Arm {
    /// Returns model, task, and rank as cells of a table.
    fn cells(&self) -> Vec<String> {
        vec![self.size.label().into(), self.task.label().into(), self.rank.to_string()]
    }
}

/// Formats a fraction as percent with one decimal.
fn percent(share: f64) -> String {
    format!("{:.1} %", 100.0 * share)
}

/// The cost in accuracy of storing the base in one format, over the seeds of one model, task, and rank.
#[derive(Debug, Clone, PartialEq)]
pub struct Cost {
    /// The cell of the matrix; its seed is the first one.
    pub arm: Arm,
    /// Accuracy lost against single precision with the same seed, over the seeds; `None` for fewer than two.
    pub drop: Option<Interval>,
    /// The paired test over the seeds; `None` if nothing varies.
    pub test: Option<MeansTest>,
    /// The p value of the test, corrected by Holm for all tests of the study.
    pub corrected_p: Option<f64>,
}

impl Adaptation {
    /// Returns the accuracy in every cell of the matrix, over its seeds.
    pub fn accuracy_table(&self) -> Grid {
        let mut rows = vec![];
        for arm in self.places() {
            let Arm { size, task, rank, storage, .. } = arm;
            let found: Vec<f64> = self
                .accuracies(size, task, rank, storage)
                .into_iter()
                .map(|(_, accuracy)| accuracy)
                .collect();
            let Some(run) = self.runs.iter().find(|run| run.arm == Arm { seed: run.arm.seed, ..arm }) else {
                continue;
            };
            let mean = found.iter().sum::<f64>() / found.len() as f64;
            let interval = Interval::of(&found, LEVEL);
            let mut row = arm.cells();
            row.extend([
                storage.label().to_owned(),
                found.len().to_string(),
                percent(mean),
                cell(interval, |interval| format!("± {}", percent(interval.margin))),
                percent(1.0 / self.config.classes(task).len().max(1) as f64),
                run.base_bytes.to_string(),
                run.trained_bytes.to_string(),
                cell(run.memory, |memory| memory.bytes.to_string()),
            ]);
            rows.push(row);
        }
        let columns = [
            "Model",
            "Task",
            "Rank",
            "Base stored as",
            "Seeds",
            "Recognised",
            "95 %",
            "By chance",
            "Bytes of base",
            "Bytes trained",
            "Bytes a step takes",
        ];
        let heading = "Held-out images recognised: means over seeds, with intervals by Student’s t".into();
        Grid { heading, columns: columns.map(String::from).into(), rows, omitted: 0 }
    }

    /// Returns the costs of the storage formats as a table.
    pub fn cost_table(&self) -> Grid {
        let row = |cost: Cost| {
            let mut row = cost.arm.cells();
            let points = |interval: &Interval| format!("{:+.2} points", 100.0 * interval.mean);
            let margin = |interval: &Interval| format!("± {:.2}", 100.0 * interval.margin);
            row.extend([
                cost.arm.storage.label().to_owned(),
                cell(cost.drop.as_ref(), points),
                cell(cost.drop.as_ref(), margin),
                cell(cost.test.as_ref(), |test| format!("{:.3}", test.p)),
                cell(cost.corrected_p, |p| format!("{p:.3}")),
            ]);
            row
        };
        let columns =
            ["Model", "Task", "Rank", "Base stored as", "Lost against f32", "95 %", "p, paired", "p, Holm"];
        Grid {
            heading: "What storing the base costs: each seed with f32 against itself".into(),
            columns: columns.map(String::from).into(),
            rows: self.costs().into_iter().map(row).collect(),
            omitted: 0,
        }
    }

    /// Returns the cells of the matrix, each once: the arms of the first seed.
    fn places(&self) -> Vec<Arm> {
        let mut arms = self.config.matrix();
        arms.retain(|arm| Some(&arm.seed) == self.config.seeds.first());
        arms
    }

    /// Returns the accuracies in a cell with their seeds, one per completed run, in the order of the runs.
    fn accuracies(&self, size: Size, task: Data, rank: usize, storage: Storage) -> Vec<(u32, f64)> {
        let here = |run: &&Run| {
            (run.arm.size, run.arm.task, run.arm.rank, run.arm.storage) == (size, task, rank, storage)
        };
        self.runs.iter().filter(here).map(|run| (run.arm.seed, run.held_out.accuracy())).collect()
    }

    /// Returns the cost of every storage format against single precision, compared within each seed.
    pub fn costs(&self) -> Vec<Cost> {
        let mut costs = vec![];
        for arm in self.places().into_iter().filter(|arm| arm.storage != Storage::Single) {
            let Arm { size, task, rank, storage, .. } = arm;
            let single = self.accuracies(size, task, rank, Storage::Single);
            let pairs =
                self.accuracies(size, task, rank, storage).into_iter().filter_map(|(seed, stored)| {
                    let (_, whole) = single.iter().find(|(other, _)| *other == seed)?;
                    Some((*whole, stored))
                });
            let (whole, stored): (Vec<f64>, Vec<f64>) = pairs.unzip();
            let lost: Vec<f64> = whole.iter().zip(&stored).map(|(whole, stored)| whole - stored).collect();
            let drop = Interval::of(&lost, LEVEL);
            let test = MeansTest::paired(&whole, &stored);
            costs.push(Cost { arm, drop, test, corrected_p: None });
        }
        let values: Vec<f64> =
            costs.iter().filter_map(|cost| cost.test.as_ref().map(|test| test.p)).collect();
        let tested = costs.iter_mut().filter(|cost| cost.test.is_some());
        tested.zip(holm(&values)).for_each(|(cost, p)| cost.corrected_p = Some(p));
        costs
    }

    /// Returns the accuracy lost in all pairs of runs with a storage format and with single precision that are
    /// otherwise the same, over all cells and seeds.
    pub fn pairs(&self, storage: Storage) -> Vec<f64> {
        let of = |run: &Run| run.held_out.accuracy();
        let single = |arm: Arm| {
            let arm = Arm { storage: Storage::Single, ..arm };
            self.runs.iter().find(|run| run.arm == arm).map(of)
        };
        let stored = self.runs.iter().filter(|run| run.arm.storage == storage);
        stored.filter_map(|run| Some(single(run.arm)? - of(run))).collect()
    }

    /// Returns the accuracy of guessing on a run's images, and the run's distance above it in standard deviations.
    pub fn above_chance(&self, run: &Run) -> (f64, f64) {
        let chance = 1.0 / self.config.classes(run.arm.task).len().max(1) as f64;
        let images = run.held_out.images().max(1) as f64;
        let deviation = (chance * (1.0 - chance) / images).sqrt();
        (chance, (run.held_out.accuracy() - chance) / deviation)
    }

    /// Returns the findings as sentences.
    pub fn sentences(&self) -> Vec<String> {
        let Some(least) = self
            .runs
            .iter()
            .min_by(|one, other| self.above_chance(one).1.total_cmp(&self.above_chance(other).1))
        else {
            return vec!["No run has ended yet.".into()];
        };
        let (chance, deviations) = self.above_chance(least);
        let mut sentences = vec![format!(
            "Of {} that ended, the one nearest to chance recognised {} of {} held-out images, where chance is {}: {:.0} standard deviations of chance above it.",
            if self.runs.len() == 1 { "1 run".to_owned() } else { format!("{} runs", self.runs.len()) },
            percent(least.held_out.accuracy()),
            least.held_out.images(),
            percent(chance),
            deviations,
        )];
        let costs = self.costs();
        for storage in Storage::ALL.into_iter().filter(|storage| *storage != Storage::Single) {
            let pairs = self.pairs(storage);
            let Some(interval) = Interval::of(&pairs, LEVEL) else { continue };
            let of = || costs.iter().filter(|cost| cost.arm.storage == storage);
            let tests = of().filter_map(|cost| cost.corrected_p).collect::<Vec<_>>();
            let clear = tests.iter().filter(|&&p| p < SIGNIFICANT).count();
            sentences.push(format!(
                "{}: against single precision with the same seed, {:.2} points of accuracy are lost on average over {} pairs, with {:.0} % confidence between {:.2} and {:.2}. {}",
                storage.label(),
                100.0 * interval.mean,
                interval.count,
                100.0 * LEVEL,
                100.0 * interval.lower(),
                100.0 * interval.upper(),
                verdict(&tests, clear),
            ));
        }
        sentences
    }

    /// Returns the findings and the tables.
    pub fn explained(&self) -> Explained {
        Explained { sentences: self.sentences(), tables: vec![self.accuracy_table(), self.cost_table()] }
    }
}

/// Describes the result of tests over seeds, after Holm's correction.
fn verdict(tests: &[f64], clear: usize) -> String {
    match (tests, clear) {
        ([], _) => "No test is possible yet: it takes two seeds that differ.".into(),
        ([p], 0) => format!(
            "Chance alone would give a difference as large with p = {p:.2}, corrected for all tests of the study: no cost is shown, nor that there is none; few seeds show only large ones."
        ),
        ([p], _) => format!(
            "Chance alone would give a difference as large with p = {p:.3} only, corrected for all tests of the study."
        ),
        (tests, clear) => format!(
            "In {clear} of {} places of the matrix the difference is more than chance explains (p below {SIGNIFICANT}, corrected for all tests of the study); few seeds show only large ones.",
            tests.len()
        ),
    }
}

/// The results of a study, for readers.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Explained {
    /// The findings as sentences.
    pub sentences: Vec<String>,
    /// The numbers as tables.
    pub tables: Vec<Grid>,
}
