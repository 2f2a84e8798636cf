//! Permalinks: what a link restores, and what it says when it cannot.

use bk_lab::kit::permalink::{Link, LinkError, settings, to_fragment, to_room};
use bk_lab::studies::resolvent::record as resolvent;
use bk_lab::studies::robustness::record as robustness;
use bk_lab::studies::{ROOMS, robustness::ROOM};
use bk_plot::View;
use bk_resolvent::{BackendChoice, Potential};
use proptest::prelude::*;

/// Parses a link as the page does.
fn parse(fragment: &str) -> Result<Link, LinkError> {
    bk_lab::kit::permalink::parse(fragment, ROOMS, ROOM)
}

#[test]
fn defaults_are_left_out() {
    assert_eq!(
        to_fragment(bk_lab::studies::robustness::ROOM, &robustness::Config::default()),
        "#/robustness?v=1"
    );
    let config = robustness::Config { seed: 7, bit_widths: vec![8, 4] };
    assert_eq!(
        to_fragment(bk_lab::studies::robustness::ROOM, &config),
        "#/robustness?v=1&seed=7&bit_widths=8,4"
    );
}

#[test]
fn a_link_without_anything_leads_to_the_first_room() {
    for empty in ["", "#", "#/"] {
        let link = parse(empty).unwrap();
        assert_eq!(link.room, bk_lab::studies::robustness::ROOM);
        assert_eq!(link.restore::<robustness::Config>().unwrap().config, robustness::Config::default());
    }
}

#[test]
fn every_room_has_a_link_of_its_own() {
    for info in ROOMS {
        assert_eq!(parse(&to_room(info.room)).unwrap().room, info.room);
    }
    assert_eq!(to_room(bk_lab::studies::scaling::ROOM), "#/ladder?v=1");
}

#[test]
fn settings_and_a_look_at_the_figure_share_a_link() {
    let fragment = "#/resolvent?v=1&sites=300&x=10.5,20.5&x_scale=logarithmic";
    let link = parse(fragment).unwrap();
    let (config, view) = (link.restore::<resolvent::Config>().unwrap(), link.restore::<View>().unwrap());
    assert_eq!(config.config, resolvent::Config { sites: 300, ..resolvent::Config::default() });
    assert!(view.config.is_zoomed());
    assert_eq!(
        (config.unknown, view.unknown),
        (vec!["x".into(), "x_scale".into()], vec!["sites".to_string()])
    );
    assert_eq!(
        to_fragment(bk_lab::studies::resolvent::ROOM, &config.config) + &settings(&view.config),
        fragment
    );
    assert_eq!(settings(&View::default()), "");
}

#[test]
fn unknown_keys_are_reported_and_the_rest_is_restored() {
    let restored =
        parse("#/robustness?v=1&colour=red&seed=9").unwrap().restore::<robustness::Config>().unwrap();
    assert_eq!(restored.unknown, ["colour"]);
    assert_eq!(restored.config.seed, 9);
}

#[test]
fn what_cannot_be_followed_is_named() {
    assert_eq!(parse("#/robustness?v=9&seed=1"), Err(LinkError::Version("9".into())));
    assert_eq!(parse("#/attic?v=1"), Err(LinkError::Room("attic".into())));
    for (setting, key, value) in [
        ("seed=-1", "seed", "-1"),
        ("seed=4294967296", "seed", "4294967296"),
        ("bit_widths=8,x", "bit_widths", "8,x"),
    ] {
        let error = parse(&format!("#/robustness?v=1&{setting}"))
            .unwrap()
            .restore::<robustness::Config>()
            .unwrap_err();
        assert_eq!(error, LinkError::Value { key: key.into(), value: value.into() });
    }
    let error =
        parse("#/resolvent?v=1&potential=mountain").unwrap().restore::<resolvent::Config>().unwrap_err();
    assert!(error.to_string().contains("“mountain”"));
}

proptest! {
    #[test]
    fn a_robustness_config_survives_its_link(seed: u32, bit_widths in prop::collection::vec(1u32..=64, 0..8)) {
        let config = robustness::Config { seed, bit_widths };
        let restored = parse(&to_fragment(bk_lab::studies::robustness::ROOM, &config)).unwrap().restore::<robustness::Config>().unwrap();
        prop_assert_eq!(restored.config, config);
        prop_assert!(restored.unknown.is_empty());
    }

    #[test]
    fn a_resolvent_config_survives_its_link(
        sites in 1usize..1_048_576, energy in -1e3..1e3f64, eta in 1e-9..1e3f64, strength in 0.0..1e3f64, seed: u32, energies in 0usize..2048,
    ) {
        let config = resolvent::Config {
            sites, energy, eta,
            potential: Potential::Random { strength, seed },
            backend: BackendChoice::F64,
            map_energies: energies,
            ..Default::default()
        };
        let restored = parse(&to_fragment(bk_lab::studies::resolvent::ROOM, &config)).unwrap().restore::<resolvent::Config>().unwrap();
        prop_assert_eq!(restored.config, config);
    }

    #[test]
    fn any_text_is_followed_or_refused(text in "\\PC{0,80}") {
        if let Ok(link) = parse(&text) {
            let _ = link.restore::<resolvent::Config>();
        }
    }
}
