//! The worker's program comes in parts: what it starts with runs the published simulations, and the code of other
//! work comes when it is first asked for.

use crate::export::{self, ExportError, Format, Metadata};
use crate::figure::Scene;
use crate::import::{FoundPotential, Imported, PotentialError, SourceFile, read_files, read_potential};
use crate::lab::browser::{attach_pixels, to_bytes};
use crate::lab::plain::{PlainJavaScript, machine};
use crate::lab::protocol::{Answer, LoraTask};
use crate::published::lora::Evidence;
use crate::published::lora::tree::tree;
use crate::record::lora::{Study, StudyFile};
use crate::record::{Record, quantize, resolvent, speed};
use crate::resolvent::{BackendChoice, Engine, ResolventError};
use crate::study::{self, Context, StudyError};
use js_sys::ArrayBuffer;
use leptos::wasm_split::SplitLoaderError;
use std::cell::RefCell;
use std::pin::Pin;
use std::rc::Rc;

/// How the parts are fetched, each once.
#[derive(Clone, Copy)]
pub struct Parts {
    /// Writes figures as files.
    pub export: fn() -> Coming<Write>,
    /// Reads files.
    pub import: fn() -> Coming<Import>,
    /// Computes resolvents.
    pub resolvent: fn() -> Coming<Resolvent>,
    /// Quantizes cores.
    pub quantization: fn() -> Coming<Quantization>,
    /// Knows the study of quantized LoRA.
    pub lora: fn() -> Coming<Lora>,
}

/// Code on its way.
pub type Coming<Code> = Pin<Box<dyn Future<Output = Result<Code, SplitLoaderError>>>>;

/// A record being computed.
pub type Computing<'context> = Pin<Box<dyn Future<Output = Result<Record, StudyError>> + 'context>>;

/// Writes a figure, whose pixels or painting are in the buffers, with what restores it.
pub type Write = fn(Scene, &[ArrayBuffer], Format, f64, Option<&str>) -> Result<Vec<u8>, ExportError>;

/// Reads files, among them figures that were exported.
pub struct Import {
    /// Reads files as records.
    pub records: fn(Vec<SourceFile>) -> Imported,
    /// Reads a file as the values of a potential, or as a record of this lab.
    pub potential: fn(SourceFile) -> Result<FoundPotential, PotentialError>,
}

/// Computes resolvents.
pub struct Resolvent {
    /// What a panel asks of one.
    pub study: fn(resolvent::Config, &Context) -> Computing<'_>,
    /// How fast the kernels are.
    pub speed: fn(speed::Config, &Context) -> Computing<'_>,
}

/// Quantizes cores.
pub struct Quantization {
    /// One core: goes on with a training run, if one is given, up to a step.
    pub core: fn(quantize::Config, Option<quantize::TrainingRun>, usize, &Context) -> Computing<'_>,
    /// All modes over seeds.
    pub comparison: fn(quantize::ComparisonConfig, &Context) -> Computing<'_>,
}

/// Does what is asked about quantized LoRA.
pub type Lora = fn(LoraTask) -> Answer;

/// A figure as a file.
pub fn write(
    mut scene: Scene,
    buffers: &[ArrayBuffer],
    format: Format,
    dpi: f64,
    manifest: Option<&str>,
) -> Result<Vec<u8>, ExportError> {
    if format == Format::Png {
        let painted = buffers.first().map(to_bytes).unwrap_or_default();
        return export::png::stamp(&painted, dpi, &Metadata::new(&scene, manifest));
    }
    attach_pixels(&mut scene, buffers);
    export::export(&scene, &Metadata::new(&scene, manifest), format, dpi)
}

/// What files hold; a figure that was exported holds the run that it shows.
pub fn records(mut files: Vec<SourceFile>) -> Imported {
    files.iter_mut().for_each(|file| file.bytes = export::restore(std::mem::take(&mut file.bytes)));
    read_files(&files)
}

/// The potential in a file, or in a figure that was exported.
pub fn potential(file: SourceFile) -> Result<FoundPotential, PotentialError> {
    read_potential(&export::restore(file.bytes), None)
}

/// A resolvent on the engine of its config.
pub fn resolvent(config: resolvent::Config, context: &Context) -> Computing<'_> {
    Box::pin(async move {
        // Before an adapter is asked for: a config that cannot be computed needs none.
        config.check()?;
        let engine = engine(config.backend).await?;
        let record = study::resolvent::run(&config, &engine, context).await?;
        Ok(Record::Resolvent(Box::new(record)))
    })
}

/// The kernels' times, beside those of plain JavaScript.
pub fn speed(config: speed::Config, context: &Context) -> Computing<'_> {
    Box::pin(async move {
        config.check()?;
        let engine = engine(BackendChoice::Auto).await?;
        let record = study::speed::run(&config, machine(), &PlainJavaScript, &engine, context).await?;
        Ok(Record::Speed(Box::new(record)))
    })
}

/// A quantized core.
pub fn quantized_core(
    config: quantize::Config,
    training: Option<quantize::TrainingRun>,
    until: usize,
    context: &Context,
) -> Computing<'_> {
    Box::pin(async move {
        let record = study::quantize::run(&config, training, until, context).await?;
        Ok(Record::Quantize(Box::new(record)))
    })
}

/// All modes of the core over seeds.
pub fn mode_comparison(config: quantize::ComparisonConfig, context: &Context) -> Computing<'_> {
    Box::pin(async move {
        let record = study::quantize::compare(&config, context).await?;
        Ok(Record::ModeComparison(Box::new(record)))
    })
}

/// Something about quantized LoRA.
pub fn lora(task: LoraTask) -> Answer {
    let answer = match task {
        LoraTask::Simulate(config) => match study::lora::run(&config) {
            Ok(study) => examined(&study),
            Err(error) => return Answer::Failed(error.to_string()),
        },
        LoraTask::Examine(file) => file.read().and_then(|study| examined(&study)),
        LoraTask::Pack(file) => file.read().and_then(|study| tree(&study)).map(|files| {
            let files = files.iter().map(|file| (file.path.as_str(), file.text.as_str()));
            let packed = export::zip(files).map(|bytes| Answer::File { bytes });
            packed.unwrap_or_else(|error| Answer::Failed(error.to_string()))
        }),
    };
    answer.unwrap_or_else(|error| Answer::Failed(format!("This study cannot be read or written: {error}.")))
}

/// A study with what can be said of it.
fn examined(study: &Study) -> Result<Answer, serde_json::Error> {
    let evidence = serde_json::to_value(Evidence::of(study))?;
    Ok(Answer::Lora { study: Box::new(StudyFile::of(study)?), evidence })
}

thread_local! {
    /// Engines that have been opened: opening one asks for an adapter, which takes a while.
    static ENGINES: RefCell<Vec<(BackendChoice, Rc<Engine>)>> = const { RefCell::new(Vec::new()) };
}

/// The engine for a choice, opened once.
async fn engine(choice: BackendChoice) -> Result<Rc<Engine>, ResolventError> {
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
