//! How often the published checks and requirements hold: over seeds, and over orders and subsets of the bit widths.

use bk_lab::kit::context::{Context, StudyError};
use bk_lab::kit::record::document;
use bk_lab::studies::efficiency::record as efficiency;
use bk_lab::studies::published_figure::fragility::record::{Config, Count, Fragility, Subject, Tally};
use bk_lab::studies::published_figure::fragility::study::run;
use bk_lab::studies::record::Record;
use bk_lab::studies::robustness::record as robustness;
use bk_lab::studies::stability::record as stability;
use std::cell::Cell;
use std::rc::Rc;

fn study(config: &Config) -> Fragility {
    pollster::block_on(run(config, &Context::unwatched())).unwrap()
}

fn count<'tally>(tally: &'tally Tally, key: &str) -> &'tally Count {
    tally.checks.iter().find(|count| count.key.contains(key)).unwrap()
}

fn robustness() -> Config {
    Config::of(Subject::Robustness(robustness::Config::default()))
}

/// resnet-bk.md §5.5.
#[test]
fn of_a_thousand_seeds_207_pass_all_six_robustness_checks() {
    let tally = study(&robustness()).seeds;
    assert_eq!((tally.runs, tally.all_held), (1000, 207));
    let failures: Vec<(&str, u64)> =
        tally.checks.iter().map(|count| (&count.key[4..7], count.tried - count.held)).collect();
    assert_eq!(failures, [("7_2", 345), ("7_6", 125), ("8_6", 0), ("8_7", 0), ("7_8", 418), ("7_9", 0)]);
    assert!(tally.checks.iter().all(|count| count.tried == 1000));
}

/// resnet-bk.md §6.4.
#[test]
fn of_a_thousand_seeds_none_passes_8_11_and_none_fails_8_10() {
    let tally = study(&Config::of(Subject::Efficiency(efficiency::Config::default()))).seeds;
    assert_eq!(tally.all_held, 0);
    let (fewer, lower) = (count(&tally, "8_10"), count(&tally, "8_11"));
    assert_eq!((fewer.tried, fewer.held), (1000, 1000));
    assert_eq!(format!("{:.2} {:.2}", fewer.lowest, fewer.highest), "2.16 5.10");
    assert_eq!((lower.tried, lower.held), (1000, 0));
    assert_eq!(format!("{:.1} {:.1}", lower.lowest, lower.highest), "19.4 28.4");
}

/// What the formulas decide holds for every seed or for none (resnet-bk.md §7.2, §7.3).
#[test]
fn of_a_thousand_seeds_none_makes_resnet_bk_better_at_8k_or_diverge_anywhere() {
    let tally = study(&Config::of(Subject::Stability(stability::Config::default()))).seeds;
    assert_eq!((tally.runs, tally.all_held), (1000, 0));
    let held = |key| count(&tally, key).held;
    assert_eq!((held("resnetbk_converges"), held("mamba_diverges")), (1000, 1000));
    assert_eq!((held("lower_8k"), held("lower_32k"), held("lower_1M")), (0, 1000, 1000));
    assert!(count(&tally, "lower_8k").highest < 0.0);
    let above = held("ends_above_its_start");
    assert!(
        (900..1000).contains(&above),
        "{above}: a run whose last loss is low is called diverged all the same"
    );
}

/// With 100 steps no curve reaches the step from which on it would diverge, and it is called diverged all the
/// same; with the shortest length alone nothing is asked of Mamba.
#[test]
fn divergence_is_counted_as_it_is_declared() {
    let short = stability::Config { steps: 100, ..stability::Config::default() };
    let tally = study(&Config { seeds: 5, ..Config::of(Subject::Stability(short)) }).seeds;
    assert_eq!((count(&tally, "mamba_diverges").held, count(&tally, "ends_above_its_start").held), (5, 0));
    let alone = stability::Config { sequence_lengths: vec![8192], ..stability::Config::default() };
    let tally = study(&Config { seeds: 5, ..Config::of(Subject::Stability(alone)) }).seeds;
    let keys: Vec<&str> = tally.checks.iter().map(|count| count.key.as_str()).collect();
    assert_eq!(keys, ["req_8_2_resnetbk_converges", "final_loss_lower_8k"]);
}

/// Five widths have 5 + 20 + 60 + 120 + 120 orders of their subsets. Half of the pairs with a width, and so
/// on, contain it: 1 + 8 + 36 + 96 + 120 = 261 have INT8.
#[test]
fn the_orders_of_the_widths_are_tried_with_the_published_seed() {
    let tally = study(&robustness()).arrangements.unwrap();
    assert_eq!(tally.runs, 325);
    assert_eq!(tally.checks[0].key, "req_7_2_int8_degradation_lt_5pct");
    assert_eq!(count(&tally, "7_2").tried, 261);
    assert!(count(&tally, "7_8").held < 261, "32, 8, 4 is among the orders, and fails");
    assert!(tally.all_held < 325);
    let one_order = Config::of(Subject::Robustness(robustness::Config { bit_widths: vec![8], seed: 42 }));
    assert_eq!(study(&one_order).arrangements.unwrap().runs, 1);
}

#[test]
fn a_record_comes_back_as_it_was() {
    let record = Record::Fragility(study(&Config { seeds: 3, ..robustness() }));
    let json = document::to_json(std::slice::from_ref(&record)).unwrap();
    assert_eq!(bk_lab::studies::record::from_value(serde_json::from_str(&json).unwrap()).unwrap(), record);
}

#[test]
fn a_cancel_is_heard_and_progress_is_told() {
    let (cancelled, seen) = (Rc::new(Cell::new(false)), Rc::new(Cell::new(0)));
    let (flag, told) = (cancelled.clone(), seen.clone());
    let context = Context::new(
        move |progress| {
            told.set(progress.total);
            flag.set(progress.done >= 100);
        },
        || Box::pin(std::future::ready(())),
        cancelled,
    );
    let error = pollster::block_on(run(&robustness(), &context)).unwrap_err();
    assert!(matches!(error, StudyError::Cancelled { done: 100..150, total: 1325 }), "{error:?}");
    assert_eq!(seen.get(), 1325);
}

#[test]
fn impossible_seeds_are_errors_that_name_the_value() {
    let error = |first_seed, seeds| {
        let config = Config { first_seed, seeds, ..robustness() };
        pollster::block_on(run(&config, &Context::unwatched())).unwrap_err().to_string()
    };
    assert!(error(0, 0).starts_with("0 seeds"));
    assert!(error(0, 2_000_000).contains("2000000"));
    assert!(error(u32::MAX, 2).contains("4294967295"));
    let last = Config { first_seed: u32::MAX, seeds: 1, ..robustness() };
    assert_eq!(study(&last).seeds.runs, 1);
}
