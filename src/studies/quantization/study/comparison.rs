//! The comparison of modes over seeds.

use super::{run, units};
use crate::kit::context::{Context, StudyError};
use crate::kit::record::{Manifest, Provenance};
use crate::studies::quantization::published::demonstrations;
use crate::studies::quantization::record::{
    ComparisonConfig, Config, Mode, ModeComparison, ModeRuns, Outcome, Reading,
};

/// Runs every mode with every seed, seed after seed. The same config gives the same record on every machine.
pub async fn compare(config: &ComparisonConfig, context: &Context) -> Result<ModeComparison, StudyError> {
    config.check()?;
    let configs = configs(config);
    let a_seed: u64 = configs.iter().map(|config| units(config, config.steps)).sum();
    let total = u64::from(config.seeds) * a_seed;
    let mut done = 0;
    let mut modes: Vec<ModeRuns> = Vec::with_capacity(configs.len());
    for seed in (config.first_seed..=u32::MAX).take(config.seeds as usize) {
        for (place, config) in configs.iter().enumerate() {
            let config = Config { seed, ..config.clone() };
            let record = run(&config, None, config.steps, &context.part(done, total)).await?;
            if modes.len() == place {
                modes.push(ModeRuns::of(&record));
            }
            modes[place].outcomes.push(Outcome::of(&record));
            done += units(&config, config.steps);
        }
    }
    Ok(ModeComparison {
        provenance: Provenance::Computed,
        manifest: Manifest::new(vec![], "Every mode computed and measured here, with every seed."),
        config: config.clone(),
        modes,
    })
}

/// Returns the five modes of the exact reading and, in the published reading, the cores of the four demonstrations and
/// the mode that none of them shows.
fn configs(config: &ComparisonConfig) -> Vec<Config> {
    let exact = Mode::ALL.into_iter().map(|(mode, _)| Config::of(mode, Reading::Exact));
    let demonstrated = demonstrations(config.first_seed).into_iter().flat_map(|one| one.configs);
    let never_shown = Config::of(Mode::QatInt4, Reading::Published);
    let mut configs: Vec<Config> = Vec::new();
    for one in exact.chain(demonstrated).chain([never_shown]) {
        let one = Config { sites: config.sites, group: config.group, seed: config.first_seed, ..one };
        if !configs.contains(&one) {
            configs.push(one);
        }
    }
    configs
}
