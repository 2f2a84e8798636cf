//! Potentials from files and pasted text: one number a site, as JSON or as separated values.
//!
//! * JSON: a list of numbers; an object that has one under `potential`, `diagonal` or `values`; a resolvent record of
//!   this lab, whose potential is taken as it is written there.
//! * Otherwise rows of values separated by commas, semicolons, tabs or spaces, the first row a header if it has no
//!   number in it, lines that begin with `#` left out. One row alone is the potential itself; of more, a column is.

use crate::kit::import::json;
use crate::kit::import::json::excerpt;
use crate::kit::import::{LARGEST_FILE, Problem};
use crate::kit::record::document;
use crate::studies::record::Record;
use bk_resolvent::{LARGEST_ENERGY, MOST_SITES, Potential};
use csv::{ReaderBuilder, StringRecord, Trim};
use serde_json::Value;

/// The keys under which an object may have its numbers, and the headings of the column that is taken before others.
const KEYS: [&str; 5] = ["potential", "diagonal", "values", "value", "v"];

/// Headings of columns that number the sites.
const NUMBERINGS: [&str; 7] = ["site", "index", "i", "j", "n", "x", "#"];

/// A potential found in a file or in pasted text.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundPotential {
    /// The potential: the values themselves, or for a record of this lab whatever its run was asked for.
    pub potential: Potential,
    /// How many sites it is for.
    pub sites: usize,
    /// Where in the text it was, as a sentence can have it after “Taken from”.
    pub place: String,
}

/// What can be wrong with a text that should hold a potential.
#[derive(Debug, thiserror::Error)]
pub enum PotentialError {
    /// Too large, empty, not text, or JSON that is not complete or no record.
    #[error("{0}")]
    Text(#[from] Problem),
    /// Something other than a usable number.
    #[error(
        "Line {line}: {value} is not a usable number in column {column}. Give finite numbers of magnitude at most {LARGEST_ENERGY:e}, with a point before the decimals."
    )]
    Value {
        /// The line, counted from 1.
        line: u64,
        /// The column, counted from 1.
        column: usize,
        /// What stands there, in quotes.
        value: String,
    },
    /// An item of a JSON list that is no usable number.
    #[error(
        "Item {item} of the list is {value}. Give finite numbers of magnitude at most {LARGEST_ENERGY:e}."
    )]
    Item {
        /// The item, counted from 1.
        item: usize,
        /// What it is.
        value: String,
    },
    /// More values than a chain has sites.
    #[error(
        "There are more than {MOST_SITES} values, the most sites of a chain. Cut the text down, or take every so many."
    )]
    TooMany,
    /// Rows, but no numbers in them, or a JSON list without items.
    #[error("There are no numbers in it. Give one a site.")]
    NoValues,
    /// A column that is not there.
    #[error("There is no column “{column}”. Choose one of {columns}.")]
    NoColumn {
        /// The column asked for.
        column: String,
        /// The columns there are.
        columns: String,
    },
    /// JSON without a list of numbers where one is looked for.
    #[error(
        "It holds {0}, which is no potential. Give a list of numbers, an object with one under “potential”, “diagonal” or “values”, or a resolvent record."
    )]
    NoPotential(String),
    /// Rows that cannot be separated.
    #[error("Its rows cannot be read: {0}. Give one number a line.")]
    Rows(csv::Error),
}

/// Reads a potential from the bytes of a file or of pasted text.
///
/// `column` names the column to take, or for JSON the key: by its heading, or by its number counted from 1. Without it,
/// a column headed `potential`, `diagonal`, `values`, `value` or `v` is taken, else the first with numbers in it that
/// does not merely number the sites.
///
/// # Errors
/// [`PotentialError`], which names the line and the value.
pub fn read_potential(bytes: &[u8], column: Option<&str>) -> Result<FoundPotential, PotentialError> {
    let size = bytes.len() as u64;
    if size > LARGEST_FILE {
        return Err(Problem::TooLarge(size).into());
    }
    let text = std::str::from_utf8(bytes).map_err(|error| Problem::NotText(error.valid_up_to()))?;
    let text = text.trim_start_matches('\u{feff}');
    match text.trim_start().chars().next() {
        None => Err(Problem::Empty.into()),
        Some('[' | '{') => from_json(&json::parse(text).map_err(Problem::NotJson)?, column),
        Some(_) => from_rows(text, column),
    }
}

/// A potential out of its values.
fn found(values: Vec<f64>, place: String) -> Result<FoundPotential, PotentialError> {
    match values.len() {
        0 => Err(PotentialError::NoValues),
        sites if sites > MOST_SITES => Err(PotentialError::TooMany),
        sites => Ok(FoundPotential { potential: Potential::Values { values }, sites, place }),
    }
}

/// Whether a number may be a value of the potential.
fn is_usable(value: f64) -> bool {
    value.is_finite() && value.abs() <= LARGEST_ENERGY
}

fn from_json(value: &Value, key: Option<&str>) -> Result<FoundPotential, PotentialError> {
    match value {
        Value::Array(items) => match items.first() {
            Some(first) if document::is_document(first) => from_record(first),
            _ => from_list(items, "the list".into()),
        },
        value if document::is_document(value) => from_record(value),
        Value::Object(object) => {
            let keys = key.map_or_else(|| KEYS.to_vec(), |key| vec![key]);
            let entry = keys.into_iter().find_map(|key| Some((key, object.get(key)?.as_array()?)));
            match entry {
                Some((key, items)) => from_list(items, format!("the list “{}”", excerpt(key))),
                None => Err(PotentialError::NoPotential(json::describe(value))),
            }
        }
        value => Err(PotentialError::NoPotential(json::describe(value))),
    }
}

fn from_list(items: &[Value], place: String) -> Result<FoundPotential, PotentialError> {
    if items.len() > MOST_SITES {
        return Err(PotentialError::TooMany);
    }
    let value = |(index, item): (usize, &Value)| {
        let value = json::number(item).filter(|&value| is_usable(value));
        value.ok_or_else(|| PotentialError::Item { item: index + 1, value: json::describe(item) })
    };
    found(items.iter().enumerate().map(value).collect::<Result<_, _>>()?, place)
}

fn from_record(value: &Value) -> Result<FoundPotential, PotentialError> {
    match crate::studies::record::from_value(value.clone()).map_err(Problem::Document)? {
        Record::Resolvent(record) => {
            let (potential, sites) = (record.config.potential.clone(), record.config.sites);
            Ok(FoundPotential { potential, sites, place: "the settings of a resolvent record".into() })
        }
        _ => Err(PotentialError::NoPotential("a record of another study".into())),
    }
}

/// How many rows are looked at to choose a column.
const LOOKED_AT: usize = 100;

/// A row, and the line it begins on.
type Row = (u64, StringRecord);

/// Rows of separated values, one after another.
struct Rows<'text> {
    text: &'text str,
    reader: csv::Reader<&'text [u8]>,
    separator: u8,
}

impl<'text> Rows<'text> {
    fn new(text: &'text str) -> Self {
        let separator = separator(text);
        let mut builder = ReaderBuilder::new();
        builder.has_headers(false).flexible(true).comment(Some(b'#')).delimiter(separator).trim(Trim::All);
        Rows { text, reader: builder.from_reader(text.as_bytes()), separator }
    }

    /// The next row with anything in it.
    fn next(&mut self) -> Result<Option<Row>, PotentialError> {
        let mut row = StringRecord::new();
        while self.reader.read_record(&mut row).map_err(PotentialError::Rows)? {
            let line = self.line_of(&row);
            if row.iter().all(str::is_empty) {
                continue;
            }
            // Several spaces separate as one does.
            let filled = |row: &StringRecord| row.iter().filter(|field| !field.is_empty()).collect();
            return Ok(Some((line, if self.separator == b' ' { filled(&row) } else { row })));
        }
        Ok(None)
    }

    /// The line a row begins on. The reader says where it was before it skipped empty lines and comments.
    fn line_of(&self, row: &StringRecord) -> u64 {
        let Some(position) = row.position() else { return 0 };
        let before = self.text.get(position.byte() as usize..).unwrap_or_default();
        let skipped = before.lines().take_while(|line| line.is_empty() || line.starts_with('#'));
        position.line() + skipped.count() as u64
    }
}

/// The header and the first rows, from which the column is chosen.
struct Beginning {
    header: Option<StringRecord>,
    rows: Vec<Row>,
}

impl Beginning {
    fn read(rows: &mut Rows) -> Result<Self, PotentialError> {
        let mut beginning = Beginning { header: None, rows: Vec::new() };
        while beginning.rows.len() < LOOKED_AT
            && let Some((line, row)) = rows.next()?
        {
            let is_first = beginning.header.is_none() && beginning.rows.is_empty();
            if is_first && row.iter().all(|field| field.parse::<f64>().is_err()) {
                beginning.header = Some(row);
            } else {
                beginning.rows.push((line, row));
            }
        }
        Ok(beginning)
    }

    /// A heading.
    fn heading(&self, column: usize) -> Option<&str> {
        self.header.as_ref()?.get(column).filter(|heading| !heading.is_empty())
    }

    /// Whether the heading of a column is one of these.
    fn is_headed(&self, column: usize, headings: &[&str]) -> bool {
        self.heading(column)
            .is_some_and(|heading| headings.iter().any(|known| heading.eq_ignore_ascii_case(known)))
    }

    /// Whether a column merely numbers the rows, by its heading or from 0 or 1 on.
    fn is_numbering(&self, column: usize) -> bool {
        if self.header.is_some() {
            return self.is_headed(column, &NUMBERINGS);
        }
        let counts_from = |start: usize| {
            let mut rows = self.rows.iter().enumerate();
            rows.all(|(index, (_, row))| row.get(column) == Some((index + start).to_string().as_str()))
        };
        counts_from(0) || counts_from(1)
    }

    /// The column to take, counted from 0; see [`read_potential`].
    fn choose(&self, column: Option<&str>) -> Result<usize, PotentialError> {
        let first = self.rows.first().map(|(_, row)| row).ok_or(PotentialError::NoValues)?;
        let width = first.len().max(self.header.as_ref().map_or(0, StringRecord::len));
        if let Some(wanted) = column {
            let headed = (0..width).find(|&column| self.heading(column) == Some(wanted));
            let counted = wanted.parse().ok().and_then(|number: usize| number.checked_sub(1));
            return headed.or(counted.filter(|&column| column < width)).ok_or_else(|| {
                let names = (0..width)
                    .map(|column| self.heading(column).map_or_else(|| (column + 1).to_string(), excerpt));
                PotentialError::NoColumn {
                    column: excerpt(wanted),
                    columns: names.collect::<Vec<_>>().join(", "),
                }
            });
        }
        let is_number = |&column: &usize| first.get(column).is_some_and(|field| field.parse::<f64>().is_ok());
        let numbers: Vec<usize> = (0..width).filter(is_number).collect();
        let known = KEYS.iter().find_map(|key| {
            (0..width).find(|&column| first.get(column).is_some() && self.is_headed(column, &[*key]))
        });
        let other = numbers.iter().copied().find(|&column| numbers.len() == 1 || !self.is_numbering(column));
        // With no number in the first row, the first column is to blame.
        Ok(known.or(other).or(numbers.first().copied()).unwrap_or(0))
    }
}

fn from_rows(text: &str, column: Option<&str>) -> Result<FoundPotential, PotentialError> {
    let mut rows = Rows::new(text);
    let beginning = Beginning::read(&mut rows)?;
    if let ([(line, row)], None, None) = (beginning.rows.as_slice(), column, &beginning.header) {
        // What follows the last separator is no value.
        let fields = row.len() - usize::from(row.len() > 1 && row.get(row.len() - 1) == Some(""));
        if fields > MOST_SITES {
            return Err(PotentialError::TooMany);
        }
        let values = (0..fields).map(|column| value(*line, row, column));
        return found(values.collect::<Result<_, _>>()?, "the only row".into());
    }
    let column = beginning.choose(column)?;
    let place = match beginning.heading(column) {
        Some(heading) => format!("the column “{}”", excerpt(heading)),
        None => format!("column {}", column + 1),
    };
    let values = beginning.rows.iter().map(|(line, row)| value(*line, row, column));
    let mut values: Vec<f64> = values.collect::<Result<_, _>>()?;
    while let Some((line, row)) = rows.next()? {
        if values.len() == MOST_SITES {
            return Err(PotentialError::TooMany);
        }
        values.push(value(line, &row, column)?);
    }
    found(values, place)
}

/// The number in a column of a row.
fn value(line: u64, row: &StringRecord, column: usize) -> Result<f64, PotentialError> {
    let field = row.get(column).unwrap_or_default();
    field.parse().ok().filter(|&value| is_usable(value)).ok_or_else(|| PotentialError::Value {
        line,
        column: column + 1,
        value: format!("“{}”", excerpt(field)),
    })
}

/// What separates the values: the first of semicolon, tab and comma that the first line with values has, else a space.
fn separator(text: &str) -> u8 {
    let mut lines = text.lines().map(str::trim);
    let first = lines.find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default();
    [b';', b'\t', b','].into_iter().find(|&separator| first.contains(char::from(separator))).unwrap_or(b' ')
}
