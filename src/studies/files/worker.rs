//! The work of reading files: result files, potentials, zips of images.

use crate::kit::browser::{Payload, to_bytes};
use crate::kit::context::Context;
use crate::kit::import::SourceFile;
use crate::kit::protocol::{Found, Import, Imported, Stopped};
use crate::kit::record::{Table, ToDocument};
use crate::kit::worker::{Perform, Performing, finished, read};
use crate::studies::language_models::mixed_precision::record::Mixed;
use crate::studies::language_models::record::LanguageModel;
use crate::studies::lora::measured::images;
use crate::studies::published_figure::fragility::record::Subject;
use crate::studies::record::Record;
use crate::studies::resolvent::messages::{ReadPotential, ReadValues};
use crate::studies::resolvent::potential_file::{FoundPotential, read_potential};
use crate::studies::resolvent::speed::record::Speed;
use crate::studies::{efficiency, files, lora, quantization, resolvent, robustness, scaling, stability};
use bk_plot::export;

/// Returns what does the task of a name.
pub fn work(task: &str) -> Option<Perform> {
    match task {
        "records" => Some(records),
        "potential" => Some(potential),
        "images" => Some(images::read_zip),
        _ => None,
    }
}

/// What files hold; a figure that was exported holds the run that it shows.
fn records(task: Payload, _: &Context) -> Performing<'_> {
    Box::pin(async move {
        let Import { names } = read(&task)?;
        let files = names.into_iter().zip(&task.buffers);
        let files = files.map(|(name, file)| SourceFile { name, bytes: export::restore(to_bytes(file)) });
        let crate::studies::import::Imported { records, views, errors } =
            crate::studies::import::read_files(&files.collect::<Vec<_>>());
        let errors = errors.iter().map(ToString::to_string).collect();
        let records = records.into_iter().map(found).collect::<Result<_, _>>()?;
        finished(Imported { records, views, errors })
    })
}

/// A record as the page takes it: where it is shown, and without what is computed anew.
fn found(record: Record) -> Result<Found, serde_json::Error> {
    let record = match record {
        Record::Resolvent(record) => Record::Resolvent(Box::new(record.manifest_only())),
        Record::Speed(record) => {
            let (title, grids) = (Speed::TITLE.into(), vec![record.table()]);
            let Speed { provenance, manifest, .. } = *record;
            Record::Table(Table { provenance, manifest, title, grids })
        }
        Record::LanguageModel(record) => {
            let (title, grids) = (record.title(), vec![record.table()]);
            let LanguageModel { provenance, manifest, .. } = *record;
            Record::Table(Table { provenance, manifest, title, grids })
        }
        Record::Mixed(record) => {
            let grids = [record.published_table(), Some(record.points_table()), Some(record.layer_table())];
            let (title, grids) = (record.title(), grids.into_iter().flatten().collect());
            let Mixed { provenance, manifest, .. } = *record;
            Record::Table(Table { provenance, manifest, title, grids })
        }
        record => record,
    };
    let room = match &record {
        Record::Robustness(_) => robustness::ROOM,
        Record::Efficiency(_) => efficiency::ROOM,
        Record::Stability(_) => stability::ROOM,
        Record::Fragility(record) => match record.config.subject {
            Subject::Robustness(_) => robustness::ROOM,
            Subject::Efficiency(_) => efficiency::ROOM,
            Subject::Stability(_) => stability::ROOM,
        },
        Record::Resolvent(_) => resolvent::ROOM,
        Record::Quantize(_) | Record::ModeComparison(_) => quantization::ROOM,
        Record::Lora(_) | Record::Adaptation(_) => lora::ROOM,
        Record::Widths(_) => robustness::measured::ROOM,
        Record::Ladder(_) => scaling::ROOM,
        Record::Table(_) | Record::Speed(_) | Record::LanguageModel(_) | Record::Mixed(_) => files::ROOM,
    };
    Ok(Found { room: room.key().into(), document: record.to_document()? })
}

/// The potential in a file, or in a figure that was exported.
fn potential(task: Payload, _: &Context) -> Performing<'_> {
    Box::pin(async move {
        let ReadPotential { name } = read(&task)?;
        let bytes = task.buffers.first().map(to_bytes).unwrap_or_default();
        let FoundPotential { potential, sites, place } = read_potential(&export::restore(bytes), None)
            .map_err(|error| Stopped::Failed(format!("No potential was found in {name}. {error}")))?;
        let sentence = format!("A potential of {sites} sites was read from {name}. Taken from {place}.");
        finished(ReadValues { potential, sites, sentence })
    })
}
