//! Tables, as a CSV reader reads them and as a paper includes them.

use bk_lab::export::Table;
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
