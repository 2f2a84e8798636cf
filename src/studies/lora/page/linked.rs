//! The link to the room. Each part of the settings is written and read by itself: a struct that flattens them all would
//! hold the code that reads a config a second time, 12 kB gzipped.

use super::axes::Filter;
use super::{Half, Settings};
use crate::kit::permalink::{self, Link, LinkError, Restored};
use crate::studies::lora::ROOM;
use bk_plot::View;
use serde::{Deserialize, Serialize};

/// The half that is shown.
#[derive(Default, Serialize, Deserialize)]
struct ShownHalf {
    half: Half,
}

/// The experiment that is looked at; empty for none.
#[derive(Default, Serialize, Deserialize)]
struct ChosenExperiment {
    chosen: String,
}

/// Returns the fragment that restores the settings and the view.
pub(super) fn fragment(settings: &Settings, view: &View) -> String {
    let Settings { half, config, filter, chosen, measured } = settings;
    [
        permalink::to_room(ROOM),
        permalink::settings(&ShownHalf { half: *half }),
        permalink::settings(config),
        permalink::settings(filter),
        permalink::settings(&ChosenExperiment { chosen: chosen.clone() }),
        permalink::settings(measured),
        permalink::settings(view),
    ]
    .concat()
}

/// Returns what a link sets, and the keys that no part of the settings has.
pub(super) fn restore(link: &Link) -> Result<(Settings, View, Vec<String>), LinkError> {
    let Restored { config: ShownHalf { half }, mut unknown } = link.restore()?;
    let mut known = |of: Vec<String>| unknown.retain(|key| of.contains(key));
    let config = link.restore()?;
    known(config.unknown);
    let filter = link.restore::<Filter>()?;
    known(filter.unknown);
    let chosen = link.restore::<ChosenExperiment>()?;
    known(chosen.unknown);
    let measured = link.restore()?;
    known(measured.unknown);
    let view = link.restore::<View>()?;
    known(view.unknown);
    let settings = Settings {
        half,
        config: config.config,
        filter: filter.config,
        chosen: chosen.config.chosen,
        measured: measured.config,
    };
    Ok((settings, view.config, unknown))
}
