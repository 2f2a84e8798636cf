//! Potentials from files and pasted text.

use bk_lab::kit::record::document;
use bk_lab::studies::record::Record;
use bk_lab::studies::resolvent::potential_file::{PotentialError, read_potential};
use bk_resolvent::{LARGEST_ENERGY, MOST_SITES, Potential};
use proptest::prelude::*;

fn values(text: &str) -> Vec<f64> {
    match read_potential(text.as_bytes(), None) {
        Ok(found) => {
            let Potential::Values { values } = found.potential else { panic!("{text:?}: no values") };
            assert_eq!(values.len(), found.sites);
            values
        }
        Err(error) => panic!("{text:?}: {error}"),
    }
}

#[track_caller]
fn assert_refused(text: &str, message: &str) {
    let error = read_potential(text.as_bytes(), None).unwrap_err().to_string();
    assert!(error.contains(message), "{text:?}: {error}");
}

#[test]
fn numbers_may_stand_in_rows_or_in_one_row() {
    let expected = [0.3, -0.2, 5e-1];
    for text in [
        "0.3\n-0.2\n5e-1",
        "0.3\r\n-0.2\r\n5e-1\r\n",
        "\u{feff}0.3,-0.2,5e-1",
        "0.3;-0.2;5e-1;",
        "0.3\t-0.2\t5e-1\n",
        "  0.3  -0.2   5e-1 ",
        "# from a notebook\n\n0.3\n\n-0.2\n5e-1\n",
        "v\n0.3\n-0.2\n5e-1",
        "[0.3, -0.2, 5e-1]",
        r#"{"name": "mine", "potential": [0.3, -0.2, 0.5]}"#,
        r#" {"diagonal": [0.3, -0.2, 0.5], "values": [1]}"#,
    ] {
        assert_eq!(values(text), expected, "{text:?}");
    }
    assert_eq!(values("7"), [7.0]);
}

#[test]
fn the_column_of_the_potential_is_found() {
    for (text, place) in [
        ("site,v\n0,0.3\n1,-0.2", "the column “v”"),
        ("Site;Name;Potential\n0;a;0.3\n1;b;-0.2", "the column “Potential”"),
        ("name,energy\nfirst,0.3\nsecond,-0.2", "the column “energy”"),
        ("0,0.3\n1,-0.2", "column 2"),
        ("1\t0.3\t9\n2\t-0.2\t9", "column 2"),
        ("0.3,9\n-0.2,8", "column 1"),
        ("\"site\",\"a, b\"\n\"0\",\"0.3\"\n\"1\",\"-0.2\"", "the column “a, b”"),
        ("local potential\n0.3\n-0.2", "the column “local”"),
    ] {
        let found = read_potential(text.as_bytes(), None).unwrap();
        assert_eq!(found.potential, Potential::Values { values: vec![0.3, -0.2] }, "{text:?}");
        assert_eq!(found.place, place, "{text:?}");
    }
}

#[test]
fn a_column_or_a_key_may_be_chosen() {
    let table = "site,a,b\n0,1,0.3\n1,2,-0.2";
    for column in ["b", "3"] {
        let found = read_potential(table.as_bytes(), Some(column)).unwrap();
        assert_eq!(found.potential, Potential::Values { values: vec![0.3, -0.2] });
    }
    let error = read_potential(table.as_bytes(), Some("c")).unwrap_err().to_string();
    assert_eq!(error, "There is no column “c”. Choose one of site, a, b.");
    let json = br#"{"potential": [1], "other": [0.5]}"#;
    let found = read_potential(json, Some("other")).unwrap();
    assert_eq!(found.potential, Potential::Values { values: vec![0.5] });
    assert!(matches!(read_potential(json, Some("none")), Err(PotentialError::NoPotential(_))));
}

#[test]
fn what_is_wrong_is_named_with_its_place() {
    for (text, message) in [
        ("0.3\n-0.2\nx", "Line 3: “x” is not a usable number in column 1."),
        ("a,v\n1,0.3\n\n2,", "Line 4: “” is not a usable number in column 2."),
        ("# a\r\n\r\n0.3\r\n# b\r\n\r\nx\r\n", "Line 6: “x” is not a usable number in column 1."),
        ("\n0.3\n \nx", "Line 4: “x” is not a usable number in column 1."),
        ("a,v\n1,0.3\n2", "Line 3: “” is not a usable number in column 2."),
        ("0.3,x,0.5", "Line 1: “x” is not a usable number in column 2."),
        ("0.3\nNaN", "Line 2: “NaN” is not a usable number"),
        (
            "0.3\n1e16",
            "Line 2: “1e16” is not a usable number in column 1. Give finite numbers of magnitude at most 1e15",
        ),
        ("x,v", "There are no numbers in it."),
        ("# nothing", "There are no numbers in it."),
        ("", "It is empty."),
        (" \n ", "It is empty."),
        ("[]", "There are no numbers in it."),
        ("[0.3, \"x\"]", "Item 2 of the list is the text “x”."),
        ("[0.3, NaN]", "Item 2 of the list is the text “NaN”."),
        ("[0.3, [1]]", "Item 2 of the list is a list of 1 items."),
        ("[0.3,", "It is not complete JSON"),
        ("{\"a\": [1]}", "It holds an object with “a”, which is no potential."),
        ("{\"potential\": 3}", "which is no potential."),
    ] {
        assert_refused(text, message);
    }
    assert!(matches!(read_potential(&[0x31, 0xff], None), Err(PotentialError::Text(_))));
}

#[test]
fn there_is_a_limit_and_up_to_it_everything_is_read() {
    let mut text = "1\n".repeat(MOST_SITES);
    assert_eq!(values(&text).len(), MOST_SITES);
    text.push_str("1\n");
    assert_refused(&text, "There are more than 1048576 values");
    assert_refused(&format!("[{}1]", "1,".repeat(MOST_SITES)), "There are more than 1048576 values");
    assert_refused(&format!("{}1", "1,".repeat(MOST_SITES)), "There are more than 1048576 values");
    let large = vec![b' '; 50_000_001];
    let error = read_potential(&large, None).unwrap_err().to_string();
    assert!(error.starts_with("It has 50 MB"), "{error}");
}

#[test]
fn a_record_of_the_lab_gives_its_settings() {
    let config = serde_json::json!({ "sites": 12, "potential": "random:strength=2,seed=5" });
    let config: bk_lab::studies::resolvent::record::Config = serde_json::from_value(config).unwrap();
    let engine = pollster::block_on(bk_resolvent::Engine::open(bk_resolvent::BackendChoice::F64)).unwrap();
    let context = bk_lab::kit::context::Context::unwatched();
    let record =
        pollster::block_on(bk_lab::studies::resolvent::study::run(&config, &engine, &context)).unwrap();
    let json = document::to_json(&[Record::Resolvent(Box::new(record))]).unwrap();
    let found = read_potential(json.as_bytes(), None).unwrap();
    assert_eq!((found.potential, found.sites), (config.potential, 12));
}

proptest! {
    #[test]
    fn values_come_back_from_every_form(
        values in prop::collection::vec(-LARGEST_ENERGY..=LARGEST_ENERGY, 1..40), separator in "[,;\t\n ]",
    ) {
        let texts: Vec<String> = values.iter().map(f64::to_string).collect();
        let expected = Potential::Values { values: values.clone() };
        let joined = texts.join(&separator);
        prop_assert_eq!(&read_potential(joined.as_bytes(), None).unwrap().potential, &expected);
        let table: Vec<String> =
            texts.iter().enumerate().map(|(site, text)| format!("{site},{text}")).collect();
        let table = format!("site,v\n{}", table.join("\n"));
        prop_assert_eq!(&read_potential(table.as_bytes(), None).unwrap().potential, &expected);
        let json = serde_json::to_string(&values).unwrap();
        prop_assert_eq!(&read_potential(json.as_bytes(), None).unwrap().potential, &expected);
    }

    #[test]
    fn any_text_gives_a_chain_or_an_error(text in r#"[0-9.,;\t\n "\[\]{}:eEx#-]{0,60}|.*"#, column in prop::option::of("[0-9a-z]{0,2}")) {
        if let Ok(found) = read_potential(text.as_bytes(), column.as_deref()) {
            prop_assert_eq!(found.potential.chain(found.sites).unwrap().sites(), found.sites);
        }
    }
}
