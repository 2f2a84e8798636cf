//! Tables, as a CSV reader reads them and as a paper includes them.

use bk_lab::kit::claims::PublishedFigure;
use bk_lab::kit::data_files as data;
use bk_lab::kit::data_files::DataFormat;
use bk_lab::kit::record::Model;
use bk_lab::studies::efficiency::record as efficiency;
use bk_lab::studies::robustness::record as robustness;
use bk_lab::studies::robustness::record::Robustness;
use bk_lab::studies::stability::record as stability;
use bk_plot::export::{Table, manifest_of};
use proptest::prelude::*;

fn table(rows: &[[&str; 3]]) -> Table {
    Table {
        caption: "Perplexity & loss at 4 bits".into(),
        columns: ["Model", "Perplexity", "Loss in %"].map(String::from).into(),
        rows: rows.iter().map(|row| row.map(String::from).into()).collect(),
    }
}

#[test]
fn latex_is_a_booktabs_table() {
    let table = table(&[["ResNet-BK", "34.36", "−13.6"], ["Mamba_2", "–", "5.4e2"]]);
    let expected = r"% \usepackage{booktabs}
\begin{table}
  \centering
  \caption{Perplexity \& loss at 4 bits}
  \begin{tabular}{lrr}
    \toprule
    Model & Perplexity & Loss in \% \\
    \midrule
    ResNet-BK & 34.36 & $-13.6$ \\
    Mamba\_2 & -- & $5.4 \times 10^{2}$ \\
    \bottomrule
  \end{tabular}
\end{table}
";
    assert_eq!(table.latex(None), expected);
}

#[test]
fn csv_has_headings_and_plain_minus_signs() {
    let csv = table(&[["a, \"b\"", "−1.5", ""]]).csv(None);
    assert_eq!(csv, "Model,Perplexity,Loss in %\r\n\"a, \"\"b\"\"\",-1.5,\r\n");
}

/// A manifest with the marks of comments and the signs that tables are made of.
const MANIFEST: &str = "{\"name\": \"# 5 % & \\\\, ü\"}";

/// The rows of an exported CSV file by their headings, as a reader that is told of comments sees them.
fn values<Figure: PublishedFigure>(record: &Figure) -> Vec<Vec<(String, String)>> {
    let csv = data::write(&[record], DataFormat::Csv, MANIFEST);
    let restored = manifest_of(csv.as_bytes()).expect("a manifest");
    let value = |json: &str| serde_json::from_str::<serde_json::Value>(json).expect("JSON");
    assert_eq!(value(&restored), value(MANIFEST));
    let mut reader = csv::ReaderBuilder::new().comment(Some(b'#')).from_reader(csv.as_bytes());
    let headings = reader.headers().expect("headings").clone();
    let row = |row: csv::StringRecord| headings.iter().zip(&row).map(|(h, c)| (h.into(), c.into())).collect();
    reader.records().map(|record| row(record.expect("as many cells as headings"))).collect()
}

/// The cell under a heading.
fn cell<'row>(row: &'row [(String, String)], heading: &str) -> &'row str {
    row.iter().find(|(name, _)| name == heading).map(|(_, cell)| cell.as_str()).expect(heading)
}

#[test]
fn a_figures_csv_holds_every_value_with_all_its_digits() {
    let record = bk_lab::studies::robustness::study::run(&robustness::Config::default()).expect("a record");
    let rows = values(&record);
    assert_eq!(rows.len(), 10);
    for row in &rows {
        let model = Model::named(cell(row, "Model"));
        let bits = cell(row, "Bits").parse().expect("a width");
        assert_eq!(cell(row, "Perplexity").parse().ok(), record.perplexity(&model, bits));
        assert_eq!(cell(row, "Data"), "published simulation");
    }
    let record = bk_lab::studies::efficiency::study::run(&efficiency::Config::default()).expect("a record");
    let rows = values(&record);
    let costs = [Model::ResNetBk, Model::Mamba].map(|model| record.costs(&model)).concat();
    let found: Vec<[f64; 2]> = rows
        .iter()
        .map(|row| {
            ["FLOPs a token", "Perplexity"].map(|heading| cell(row, heading).parse().expect("a number"))
        })
        .collect();
    assert_eq!(found, costs.iter().map(|cost| [cost.flops, cost.perplexity]).collect::<Vec<_>>());
    let config = stability::Config { seed: 1, sequence_lengths: vec![8192, 32768], steps: 700 };
    let record = bk_lab::studies::stability::study::run(&config).expect("a record");
    let rows = values(&record);
    assert_eq!(rows.len(), 2 * 2 * 700);
    let curves = record.all_points().flat_map(|(_, point)| &point.runs).filter_map(|run| run.curve());
    let losses: Vec<Option<f64>> = curves.flat_map(|curve| curve.losses.clone()).collect();
    assert_eq!(rows.iter().map(|row| cell(row, "Loss").parse().ok()).collect::<Vec<_>>(), losses);
}

#[test]
fn a_figures_latex_is_a_table_for_each_record() {
    let record = bk_lab::studies::robustness::study::run(&robustness::Config::default()).expect("a record");
    let mut other = Robustness { config: None, ..record.clone() };
    other.manifest.files = vec!["50_%.json".into()];
    let latex = data::write(&[&other, &record], DataFormat::Latex, MANIFEST);
    assert_eq!(latex.matches("\\begin{table}").count(), 2);
    assert_eq!(latex.matches("\\end{table}").count(), 2);
    assert!(latex.contains("Data: published simulation (50\\_\\%.json)."), "{latex}");
    let columns = record.numbers().columns.len();
    let rows: Vec<&str> = latex.lines().filter(|line| line.ends_with("\\\\")).collect();
    assert_eq!(rows.len(), 2 * (1 + 5));
    assert!(rows.iter().all(|row| row.matches(" & ").count() == columns - 1), "{rows:?}");
    // TeX reads no further than a sign of comment that is not escaped.
    let read = |line: &str| line.replace("\\%", "").split('%').next().unwrap_or_default().to_owned();
    let depth = latex.lines().map(read).collect::<String>().replace("\\{", "").replace("\\}", "");
    assert_eq!(depth.matches('{').count(), depth.matches('}').count());
    assert!(manifest_of(latex.as_bytes()).is_some());
}

proptest! {
    #[test]
    fn a_csv_reader_gets_every_cell_back(rows in prop::collection::vec(["[^−]*", "[^−]*", "[^−]*"], 0..5)) {
        let rows: Vec<Vec<String>> = rows.into_iter().map(Vec::from).collect();
        let table = Table { rows: rows.clone(), ..table(&[]) };
        let csv = table.csv(None);
        let mut reader = csv::Reader::from_reader(csv.as_bytes());
        prop_assert_eq!(reader.headers().expect("headings").iter().collect::<Vec<_>>(), ["Model", "Perplexity", "Loss in %"]);
        let read: Vec<Vec<String>> =
            reader.records().map(|record| record.expect("a row").iter().map(String::from).collect()).collect();
        prop_assert_eq!(read, rows);
    }
}
