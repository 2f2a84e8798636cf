//! The trained models that the site offers, with a list of what there is and what was measured of them.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::files::{Files, hexadecimal};

/// Where they lie, in the repository and in the site.
pub const FOLDER: &str = "checkpoints";
/// What the models are and how they were trained.
const RECIPES: &str = "recipe.json";
/// The list that the page reads.
const INDEX: &str = "index.json";
/// What the command line measured, which the page shows before it has measured anything itself: of these models, of vision
/// transformers that were adapted, and of models of several sizes and for several contexts.
const RECORDS: [&str; 4] =
    ["widths.json", "adaptation.json", "ladder-efficiency.json", "ladder-stability.json"];
/// How models are called.
const ENDING: &str = ".safetensors";

/// Adds the list to a folder of models: for each, in the order of the recipes and then of the seeds, its file, what it
/// is, its size and its SHA-256. A recipe without a file is not in the list, nor a file without a recipe in the folder.
/// The records of measurements go without blanks; where there is none, nothing stands in its place, so that no request of
/// the page fails.
pub fn listed(mut folder: Files) -> Files {
    let recipes = folder.get(RECIPES).and_then(|text| serde_json::from_slice::<Vec<Value>>(text).ok());
    let entries: Vec<Value> = recipes
        .iter()
        .flatten()
        .flat_map(|recipe| {
            let seeds = recipe["seeds"].as_array().into_iter().flatten();
            seeds.filter_map(|seed| entry(recipe, seed, &folder))
        })
        .collect();
    folder.retain(|name, _| !name.ends_with(ENDING) || entries.iter().any(|entry| entry["file"] == **name));
    for name in RECORDS {
        let record = folder.get(name).and_then(|text| serde_json::from_slice::<Value>(text).ok());
        folder.insert(name.to_owned(), record.unwrap_or_default().to_string().into_bytes());
    }
    folder.insert(INDEX.to_owned(), format!("{:#}\n", Value::from(entries)).into_bytes());
    folder
}

fn entry(recipe: &Value, seed: &Value, folder: &Files) -> Option<Value> {
    let file = format!("{}-{seed}{ENDING}", recipe["name"].as_str()?);
    let contents = folder.get(&file)?;
    Some(json!({
        "file": file,
        "name": recipe["name"],
        "label": recipe["label"],
        "note": recipe["note"],
        "seed": seed,
        "text": recipe["config"]["text"],
        "bytes": contents.len(),
        "sha256": hexadecimal(&Sha256::digest(contents)),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_are_listed_in_the_order_of_their_recipes() {
        let recipes = r#"[
            {"name": "mamba", "label": "Mamba", "seeds": [2, 1], "config": {"text": {"text": "language"}}},
            {"name": "bk", "label": "BK", "seeds": [1], "config": {}},
            {"name": "missing", "label": "none", "seeds": [1], "config": {}}
        ]"#;
        let file = |name: &str, contents: &str| (name.to_owned(), contents.as_bytes().to_vec());
        let folder = Files::from([
            file(RECIPES, recipes),
            file("bk-1.safetensors", "one"),
            file("mamba-1.safetensors", ""),
            file("mamba-2.safetensors", "two"),
            file("other-1.safetensors", "of no recipe"),
            file(RECORDS[0], "{\n  \"study\": \"widths\",\n  \"models\": []\n}"),
        ]);
        let listed = listed(folder);
        let index: Vec<Value> = serde_json::from_slice(&listed[INDEX]).unwrap();
        let files: Vec<_> = index.iter().map(|entry| entry["file"].as_str().unwrap()).collect();
        assert_eq!(files, ["mamba-2.safetensors", "mamba-1.safetensors", "bk-1.safetensors"]);
        assert_eq!(index[1]["bytes"], 0);
        // What `sha256sum` prints for an empty file.
        assert_eq!(index[1]["sha256"], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(index[1]["text"]["text"], "language");
        assert!(!listed.contains_key("other-1.safetensors"));
        assert_eq!(listed[RECORDS[0]], br#"{"study":"widths","models":[]}"#);
    }

    #[test]
    fn a_folder_without_recipes_has_no_models() {
        let listed = listed(Files::new());
        assert_eq!(listed[INDEX], b"[]\n");
        assert!(RECORDS.iter().all(|record| listed[*record] == b"null"));
    }
}
