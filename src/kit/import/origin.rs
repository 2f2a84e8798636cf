//! What a file proves about where its numbers come from. The default is “unknown”; nothing in a file can
//! make it “measured”.

use super::dataset::FigurePoint;
use super::fields::{Marks, RowError};
use crate::kit::record::{Comparison, Provenance, Series};

/// Seeds that are tried when looking for the published simulation behind a file.
pub(crate) const SEEDS_TRIED: u32 = 1000;

/// The seed labels that the published mock script writes.
pub(crate) const MOCK_SEEDS: [u64; 5] = [42, 43, 44, 45, 46];

/// How far a stated loss may be from the logarithm of its perplexity to count as computed from it: a few
/// units in the last place of a double of size 1 to 10.
pub(crate) const SAME_LOSS: f64 = 4e-15;

/// What is said of a record that states the simulation without holding its numbers.
pub(crate) const NOT_SIMULATED: &str =
    "The file says published simulation, but its numbers are not those of the simulation.";

/// Where the rows of a data set come from.
pub(crate) struct Origin<Config> {
    pub(crate) provenance: Provenance,
    /// What that rests on.
    pub(crate) sentence: String,
    /// The configuration of the simulation that gives these rows.
    pub(crate) simulation: Option<Config>,
}

/// The origin of rows from foreign files; `configurations` is how many there are of each model, where the
/// file names a few of them only.
pub(crate) fn of<Point: FigurePoint>(
    marks: &[Marks],
    series: &[Series<Point>],
    configurations: Option<u32>,
) -> Origin<Point::Config> {
    if let Some(config) = Point::simulation_behind(series, configurations) {
        let sentence = format!(
            "The numbers of the published simulation with seed {}: a formula plus noise, not a measurement.",
            Point::seed(&config)
        );
        return Origin { provenance: Provenance::PublishedSimulation, sentence, simulation: Some(config) };
    }
    let (provenance, sentence) = if is_published_mock(marks, series) {
        let sentence = "Has the marks of the published mock data: five runs a point labelled 42 to 46, the loss computed from the perplexity, no throughput. The script that writes such files calls them mock.";
        (Provenance::Mock, sentence.into())
    } else {
        stated(marks)
    };
    Origin { provenance, sentence, simulation: None }
}

/// What all rows say of their origin, if they agree.
fn stated(marks: &[Marks]) -> (Provenance, String) {
    let mut stated: Vec<&str> = marks.iter().filter_map(|marks| marks.stated.as_deref()).collect();
    stated.dedup();
    match stated.as_slice() {
        [only] if marks.iter().all(|marks| marks.stated.is_some()) => {
            (Provenance::Imported, format!("The file says “{only}”; the lab cannot check that."))
        }
        _ => (Provenance::Unknown, "The file does not say where its numbers come from.".into()),
    }
}

/// Whether the rows are what the published mock script writes (resnet-bk.md §11.1).
fn is_published_mock<Point: FigurePoint>(marks: &[Marks], series: &[Series<Point>]) -> bool {
    let marked = |marks: &Marks| {
        let stated = marks.loss.zip(marks.perplexity);
        !marks.has_throughput && stated.is_some_and(|(loss, perplexity)| is_loss_of(loss, perplexity))
    };
    marks.iter().all(marked)
        && series.iter().flat_map(|series| &series.points).all(|point| {
            let mut seeds = point.seeds();
            seeds.sort_unstable();
            seeds == MOCK_SEEDS.map(Some)
        })
}

/// Whether a loss was computed from a perplexity.
pub(crate) fn is_loss_of(loss: f64, perplexity: f64) -> bool {
    (loss - pxfm::f_log(perplexity)).abs() <= SAME_LOSS
}

/// Re-examines a record of one of the figures.
pub(crate) fn recheck_comparison<Point: FigurePoint>(
    mut record: Comparison<Point::Config, Point>,
) -> Result<Comparison<Point::Config, Point>, RowError> {
    for series in &record.series {
        for (index, point) in series.points.iter().enumerate() {
            point.check(&format!("Point {} of {}", index + 1, series.model))?;
        }
    }
    if record.provenance != Provenance::PublishedSimulation {
        doubt(&mut record.provenance, &mut record.manifest.origin);
        return Ok(record);
    }
    let recomputed = record.config.as_ref().and_then(Point::simulate);
    if recomputed.as_ref() != Some(&record.series) && Point::simulation_behind(&record.series, None).is_none()
    {
        record.provenance = Provenance::Unknown;
        record.config = None;
        record.manifest.origin = NOT_SIMULATED.into();
    }
    Ok(record)
}

/// What a file says this lab did itself is a statement like any other.
pub(crate) fn doubt(provenance: &mut Provenance, origin: &mut String) {
    let by_the_lab =
        [Provenance::Measured, Provenance::Shipped, Provenance::Computed, Provenance::PublishedSimulation];
    if by_the_lab.contains(provenance) {
        *provenance = Provenance::Imported;
        *origin = "The file says that this lab made it; the lab cannot check that.".into();
    }
}
