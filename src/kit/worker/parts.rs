//! The worker's program comes in parts: it starts with nothing but messages, and the code of any work comes when it is
//! first asked for.

use super::{finished, read};
use crate::kit::browser::{Payload, attach_pixels, to_bytes};
use crate::kit::context::{Context, StudyError};
use crate::kit::import::{Imported, SourceFile, read_files};
use crate::kit::permalink::Room;
use crate::kit::protocol;
use crate::kit::protocol::{
    ExamineLora, ExaminedStudy, Export, Found, Import as Names, PackLora, Quantization as Training,
    ReadPotential, ReadValues, Stopped, WrittenFile,
};
use crate::kit::record::{Document, Record, Table, ToDocument};
use crate::studies::fragility::record::Subject;
use crate::studies::language_models::mixed_precision::record::Mixed;
use crate::studies::language_models::record::LanguageModel;
use crate::studies::lora::published::Evidence;
use crate::studies::lora::published::tree::tree;
use crate::studies::lora::record as lora;
use crate::studies::lora::record::Study;
use crate::studies::quantization::record as quantize;
use crate::studies::resolvent::potential_file::{FoundPotential, read_potential};
use crate::studies::resolvent::record as resolvent;
use crate::studies::resolvent::speed::javascript::{PlainJavaScript, machine};
use crate::studies::resolvent::speed::record as speed;
use crate::studies::resolvent::speed::record::Speed;
use bk_plot::export;
use bk_plot::export::{Format, Metadata};
use bk_resolvent::{BackendChoice, Engine};
use leptos::wasm_split::SplitLoaderError;
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

/// How the parts are fetched, each once.
#[derive(Clone, Copy)]
pub struct Parts {
    /// Runs the published simulations.
    pub published: fn() -> Coming<Published>,
    /// Writes figures as files.
    pub export: fn() -> Coming<Perform>,
    /// Reads files.
    pub import: fn() -> Coming<Import>,
    /// Computes resolvents.
    pub resolvent: fn() -> Coming<Resolvent>,
    /// Quantizes cores.
    pub quantization: fn() -> Coming<Quantization>,
    /// Knows the study of quantized LoRA, and runs it for real.
    pub lora: fn() -> Coming<Lora>,
    /// Trains language models.
    pub models: fn() -> Coming<Models>,
    /// Looks into language models.
    pub insight: fn() -> Coming<Insight>,
    /// Measures language models against bit width.
    pub widths: fn() -> Coming<Widths>,
    /// Measures efficiency and stability.
    pub ladder: fn() -> Coming<Perform>,
}

/// Code on its way.
pub type Coming<Code> = Pin<Box<dyn Future<Output = Result<Code, SplitLoaderError>>>>;

/// Does a task: reads it, and hands over what came out.
pub type Perform = fn(Payload, &Context) -> Performing<'_>;

/// A task being done.
pub type Performing<'context> = Pin<Box<dyn Future<Output = Result<Payload, Stopped>> + 'context>>;

/// Runs the published simulations.
pub struct Published {
    /// Robustness.
    pub robustness: Perform,
    /// Efficiency.
    pub efficiency: Perform,
    /// Stability.
    pub stability: Perform,
    /// How often published checks hold.
    pub fragility: Perform,
}

/// Reads files, among them figures that were exported.
pub struct Import {
    /// Reads files as records.
    pub records: Perform,
    /// Reads a file as the values of a potential, or as a record of this lab.
    pub potential: Perform,
    /// Reads a zip of images.
    pub images: Perform,
}

/// Computes resolvents.
pub struct Resolvent {
    /// What a panel asks of one.
    pub study: Perform,
    /// How fast the kernels are.
    pub speed: Perform,
}

/// Quantizes cores.
pub struct Quantization {
    /// One core.
    pub core: Perform,
    /// All modes over seeds.
    pub comparison: Perform,
}

/// Knows the study of quantized LoRA, and runs it for real.
pub struct Lora {
    /// Runs the published simulation.
    pub simulate: Perform,
    /// Says what a study shows.
    pub examine: Perform,
    /// Writes all files of a study as one zip.
    pub pack: Perform,
    /// Does something to a study that is run here.
    pub adapt: Perform,
    /// Says what the record of one shows.
    pub explain: Perform,
    /// Shows the images that its runs are judged by.
    pub pictures: Perform,
}

/// Trains language models, and keeps them.
pub struct Models {
    /// Says which there are.
    pub list: Perform,
    /// Does something to one.
    pub handle: Perform,
    /// Writes a checkpoint.
    pub save: Perform,
}

/// Looks into language models: what their own room asks besides, and no other.
pub struct Insight {
    /// Looks which token moves which logit.
    pub causality: Perform,
    /// Says what a model expects.
    pub predict: Perform,
    /// Studies mixed precision.
    pub mixed: Perform,
}

/// Measures language models against bit width.
pub struct Widths {
    /// Says what was measured.
    pub list: Perform,
    /// Measures one more point.
    pub measure: Perform,
}

/// The published simulation of robustness.
pub fn robustness(task: Payload, _: &Context) -> Performing<'_> {
    Box::pin(async move { finished(crate::studies::robustness::study::run(&read(&task)?)?) })
}

/// The published simulation of efficiency.
pub fn efficiency(task: Payload, _: &Context) -> Performing<'_> {
    Box::pin(async move { finished(crate::studies::efficiency::study::run(&read(&task)?)?) })
}

/// The published simulation of stability.
pub fn stability(task: Payload, _: &Context) -> Performing<'_> {
    Box::pin(async move { finished(crate::studies::stability::study::run(&read(&task)?)?) })
}

/// How often published checks hold.
pub fn fragility(task: Payload, context: &Context) -> Performing<'_> {
    Box::pin(async move { finished(crate::studies::fragility::study::run(&read(&task)?, context).await?) })
}

/// A figure as a file.
pub fn write(task: Payload, _: &Context) -> Performing<'_> {
    Box::pin(async move {
        let Export { mut scene, format, dpi, manifest } = read(&task)?;
        if format != Format::Png {
            attach_pixels(&mut scene, &task.buffers);
        }
        let metadata = Metadata::new(&scene, manifest.as_deref());
        let bytes = if format == Format::Png {
            let painted = task.buffers.first().map(to_bytes).unwrap_or_default();
            export::png::stamp(&painted, dpi, &metadata)?
        } else {
            export::export(&scene, &metadata, format, dpi)?
        };
        finished(WrittenFile { bytes })
    })
}

/// What files hold; a figure that was exported holds the run that it shows.
pub fn records(task: Payload, _: &Context) -> Performing<'_> {
    Box::pin(async move {
        let Names { names } = read(&task)?;
        let files = names.into_iter().zip(&task.buffers);
        let files = files.map(|(name, file)| SourceFile { name, bytes: export::restore(to_bytes(file)) });
        let Imported { records, views, errors } = read_files(&files.collect::<Vec<_>>());
        let errors = errors.iter().map(ToString::to_string).collect();
        let records = records.into_iter().map(found).collect::<Result<_, _>>()?;
        finished(protocol::Imported { records, views, errors })
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
        Record::Robustness(_) => Room::Robustness,
        Record::Efficiency(_) => Room::Efficiency,
        Record::Stability(_) => Room::Stability,
        Record::Fragility(record) => match record.config.subject {
            Subject::Robustness(_) => Room::Robustness,
            Subject::Efficiency(_) => Room::Efficiency,
            Subject::Stability(_) => Room::Stability,
        },
        Record::Resolvent(_) => Room::Resolvent,
        Record::Quantize(_) | Record::ModeComparison(_) => Room::Quantization,
        Record::Lora(_) | Record::Adaptation(_) => Room::Lora,
        Record::Widths(_) => Room::Widths,
        Record::Ladder(_) => Room::Ladder,
        Record::Table(_) | Record::Speed(_) | Record::LanguageModel(_) | Record::Mixed(_) => Room::Files,
    };
    Ok(Found { room, document: record.to_document()? })
}

/// The potential in a file, or in a figure that was exported.
pub fn potential(task: Payload, _: &Context) -> Performing<'_> {
    Box::pin(async move {
        let ReadPotential { name } = read(&task)?;
        let bytes = task.buffers.first().map(to_bytes).unwrap_or_default();
        let FoundPotential { potential, sites, place } = read_potential(&export::restore(bytes), None)
            .map_err(|error| Stopped::Failed(format!("No potential was found in {name}. {error}")))?;
        let sentence = format!("A potential of {sites} sites was read from {name}. Taken from {place}.");
        finished(ReadValues { potential, sites, sentence })
    })
}

/// A resolvent on the engine of its config.
pub fn resolvent(task: Payload, context: &Context) -> Performing<'_> {
    Box::pin(async move {
        let config: resolvent::Config = read(&task)?;
        // Before an adapter is asked for: a config that cannot be computed needs none.
        config.check().map_err(StudyError::from)?;
        let engine = engine(config.backend).await?;
        finished(crate::studies::resolvent::study::run(&config, &engine, context).await?)
    })
}

/// The kernels' times, beside those of plain JavaScript.
pub fn speed(task: Payload, context: &Context) -> Performing<'_> {
    Box::pin(async move {
        let config: speed::Config = read(&task)?;
        config.check().map_err(StudyError::from)?;
        let engine = engine(BackendChoice::Auto).await?;
        finished(
            crate::studies::resolvent::speed::study::run(
                &config,
                machine(),
                &PlainJavaScript,
                &engine,
                context,
            )
            .await?,
        )
    })
}

/// A quantized core: goes on with a training run, if one is given, up to a step.
pub fn quantized_core(task: Payload, context: &Context) -> Performing<'_> {
    Box::pin(async move {
        let Training { config, training, until } = read(&task)?;
        finished(crate::studies::quantization::study::run(&config, training, until, context).await?)
    })
}

/// All modes of the core over seeds.
pub fn mode_comparison(task: Payload, context: &Context) -> Performing<'_> {
    Box::pin(async move {
        let config: quantize::ComparisonConfig = read(&task)?;
        finished(crate::studies::quantization::study::compare(&config, context).await?)
    })
}

/// The published simulation of quantized LoRA.
pub fn simulated_study(task: Payload, _: &Context) -> Performing<'_> {
    Box::pin(async move {
        let config: lora::Config = read(&task)?;
        finished(examined(&crate::studies::lora::study::run(&config)?)?)
    })
}

/// What a study of quantized LoRA shows.
pub fn examined_study(task: Payload, _: &Context) -> Performing<'_> {
    Box::pin(async move {
        let ExamineLora(study) = read(&task)?;
        finished(examined(&study.open()?)?)
    })
}

/// All files of a study of quantized LoRA.
pub fn packed_study(task: Payload, _: &Context) -> Performing<'_> {
    Box::pin(async move {
        let PackLora(study) = read(&task)?;
        let files = tree(&study.open()?)?;
        let files = files.iter().map(|file| (file.path.as_str(), file.text.as_str()));
        finished(WrittenFile {
            bytes: export::zip(files).map_err(|error| Stopped::Failed(error.to_string()))?,
        })
    })
}

/// A study with what can be said of it.
fn examined(study: &Study) -> Result<ExaminedStudy, serde_json::Error> {
    Ok(ExaminedStudy { study: Document::of(study)?, evidence: Evidence::of(study) })
}

thread_local! {
    /// Engines that have been opened: opening one asks for an adapter, which takes a while.
    static ENGINES: RefCell<Vec<(BackendChoice, Rc<Engine>)>> = const { RefCell::new(Vec::new()) };
}

/// The engine for a choice, opened once.
async fn engine(choice: BackendChoice) -> Result<Rc<Engine>, StudyError> {
    let opened = |engines: &RefCell<Vec<(BackendChoice, Rc<Engine>)>>| {
        let engines = engines.borrow();
        engines.iter().find(|(other, _)| *other == choice).map(|(_, engine)| engine.clone())
    };
    if let Some(engine) = ENGINES.with(opened) {
        return Ok(engine);
    }
    let engine = Rc::new(Engine::open(choice).await?);
    ENGINES.with_borrow_mut(|engines| engines.push((choice, engine.clone())));
    Ok(engine)
}
