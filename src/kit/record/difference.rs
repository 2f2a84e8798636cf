//! What differs between two runs of a study: run A, which was pinned, and run B, which is compared with it.

use super::Model;

/// One number of a record that another record may have too.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// Whose it is.
    pub model: Model,
    /// Where on the figure: a precision, a configuration, a sequence length.
    pub place: String,
    /// What it is, with its unit.
    pub name: &'static str,
    /// The number: the mean where there are several runs.
    pub value: f64,
}

/// A record whose numbers can be set against those of another.
pub trait Quantities {
    /// All numbers that the figure rests on, in the order of the record.
    fn quantities(&self) -> Vec<Quantity>;
}

/// A number in run A, in run B, or in both.
#[derive(Debug, Clone, PartialEq)]
pub struct Difference {
    /// Whose it is.
    pub model: Model,
    /// Where on the figure.
    pub place: String,
    /// What it is, with its unit.
    pub name: &'static str,
    /// In run A, if that has it.
    pub a: Option<f64>,
    /// In run B, if that has it.
    pub b: Option<f64>,
}

impl Difference {
    /// B − A; `None` unless both runs have the number.
    pub fn absolute(&self) -> Option<f64> {
        Some(self.b? - self.a?)
    }

    /// (B − A) / |A|; `None` unless both runs have the number, and for A = 0.
    pub fn relative(&self) -> Option<f64> {
        let a = self.a.filter(|a| *a != 0.0)?;
        Some(self.absolute()? / a.abs())
    }
}

/// The numbers of run A with those of run B beside them, and then what only B has.
pub fn differences(a: &[Quantity], b: &[Quantity]) -> Vec<Difference> {
    let is_same = |one: &Quantity, other: &Quantity| {
        one.model == other.model && one.place == other.place && one.name == other.name
    };
    let row = |of: &Quantity, a, b| Difference {
        model: of.model.clone(),
        place: of.place.clone(),
        name: of.name,
        a,
        b,
    };
    let find = |of: &Quantity, among: &[Quantity]| {
        among.iter().find(|other| is_same(of, other)).map(|other| other.value)
    };
    let first = a.iter().map(|of| row(of, Some(of.value), find(of, b)));
    let only_b = b.iter().filter(|of| find(of, a).is_none()).map(|of| row(of, None, Some(of.value)));
    first.chain(only_b).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quantity(model: Model, place: &str, value: f64) -> Quantity {
        Quantity { model, place: place.into(), name: "Perplexity", value }
    }

    #[test]
    fn what_either_run_lacks_has_no_difference() {
        let a = [quantity(Model::Mamba, "INT8", 40.0), quantity(Model::Mamba, "INT4", 0.0)];
        let b = [
            quantity(Model::ResNetBk, "INT8", 30.0),
            quantity(Model::Mamba, "INT4", 5.0),
            quantity(Model::Mamba, "INT8", 50.0),
        ];
        let rows = differences(&a, &b);
        let seen: Vec<_> =
            rows.iter().map(|row| (row.place.as_str(), row.absolute(), row.relative())).collect();
        let expected = [("INT8", Some(10.0), Some(0.25)), ("INT4", Some(5.0), None), ("INT8", None, None)];
        assert_eq!(seen, expected);
        assert_eq!((rows[2].a, rows[2].b), (None, Some(30.0)));
    }
}
