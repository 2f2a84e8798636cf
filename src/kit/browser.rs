//! The few things page and worker both need of the browser: messages with transferred arrays, and pauses.

use super::protocol::{ExaminedStudy, Imported, ReadValues, WrittenFile};
use crate::studies::efficiency::record::Efficiency;
use crate::studies::fragility::record::Fragility;
use crate::studies::language_models::messages::{MeasuredModel, MeasuredModels, Shelf, Shelved};
use crate::studies::language_models::mixed_precision::record::Mixed;
use crate::studies::language_models::prediction::Prediction;
use crate::studies::lora::measured::messages::{Adapted, Pictures};
use crate::studies::lora::measured::record::{Explained, ImagesFile};
use crate::studies::quantization::record::{ModeComparison, Quantize};
use crate::studies::resolvent::record::Resolvent;
use crate::studies::resolvent::speed::record::Speed;
use crate::studies::robustness::record::Robustness;
use crate::studies::scaling::messages::TrainedLadder;
use crate::studies::stability::record::Stability;
use bk_models::causality::Causality;
use bk_plot::Scene;
use bk_plot::scene::{Command, Picture};
use js_sys::{Array, ArrayBuffer, Float32Array, Float64Array, Function, Promise, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// What came of a task as it travels: JSON, and behind it the buffers of its long arrays.
pub struct Payload {
    /// The JSON.
    pub json: String,
    /// The buffers.
    pub buffers: Vec<ArrayBuffer>,
}

/// What travels as a [`Payload`].
pub trait Parcel: Serialize + DeserializeOwned {
    /// Takes the long arrays out, to travel as buffers.
    fn detach(&mut self) -> Vec<ArrayBuffer> {
        vec![]
    }

    /// Puts the arrays back that [`Parcel::detach`] took, in the same order.
    fn attach(&mut self, _buffers: Vec<ArrayBuffer>) {}

    /// Ready to travel.
    fn pack(mut self) -> Result<Payload, serde_json::Error> {
        let buffers = self.detach();
        Ok(Payload { json: serde_json::to_string(&self)?, buffers })
    }

    /// As it was before it travelled.
    fn unpack(payload: Payload) -> Result<Self, serde_json::Error> {
        let mut parcel: Self = serde_json::from_str(&payload.json)?;
        parcel.attach(payload.buffers);
        Ok(parcel)
    }
}

impl Parcel for Robustness {}
impl Parcel for Efficiency {}
impl Parcel for Stability {}
impl Parcel for Fragility {}
impl Parcel for Quantize {}
impl Parcel for ModeComparison {}
impl Parcel for Speed {}
impl Parcel for ExaminedStudy {}
impl Parcel for Imported {}
impl Parcel for ReadValues {}
impl Parcel for Shelf {}
impl Parcel for Shelved {}
impl Parcel for Causality {}
impl Parcel for Mixed {}
impl Parcel for MeasuredModel {}
impl Parcel for MeasuredModels {}
impl Parcel for TrainedLadder {}
impl Parcel for Adapted {}
impl Parcel for Explained {}
impl Parcel for ImagesFile {}
impl Parcel for Prediction {}

impl Parcel for WrittenFile {
    fn detach(&mut self) -> Vec<ArrayBuffer> {
        vec![to_buffer(&std::mem::take(&mut self.bytes))]
    }

    fn attach(&mut self, buffers: Vec<ArrayBuffer>) {
        self.bytes = buffers.first().map(to_bytes).unwrap_or_default();
    }
}

impl Parcel for Pictures {
    fn detach(&mut self) -> Vec<ArrayBuffer> {
        vec![to_buffer(&std::mem::take(&mut self.pixels))]
    }

    fn attach(&mut self, buffers: Vec<ArrayBuffer>) {
        self.pixels = buffers.first().map(to_bytes).unwrap_or_default();
    }
}

impl Parcel for Resolvent {
    fn detach(&mut self) -> Vec<ArrayBuffer> {
        let (doubles, singles) = arrays(self);
        let doubles =
            doubles.into_iter().map(|array| Float64Array::from(std::mem::take(array).as_slice()).buffer());
        let singles =
            singles.into_iter().map(|array| Float32Array::from(std::mem::take(array).as_slice()).buffer());
        doubles.chain(singles).collect()
    }

    fn attach(&mut self, buffers: Vec<ArrayBuffer>) {
        let mut buffers = buffers.into_iter();
        let (doubles, singles) = arrays(self);
        for (array, buffer) in doubles.into_iter().zip(buffers.by_ref()) {
            *array = Float64Array::new(&buffer).to_vec();
        }
        for (array, buffer) in singles.into_iter().zip(buffers.by_ref()) {
            *array = Float32Array::new(&buffer).to_vec();
        }
    }
}

/// The long arrays of a record, in the order in which they travel.
fn arrays(record: &mut Resolvent) -> (Vec<&mut Vec<f64>>, Vec<&mut Vec<f32>>) {
    let (mut doubles, singles) = record.finding.arrays_mut();
    doubles.push(&mut record.diagonal);
    (doubles, singles)
}

/// A message as `[head, body, buffer, …]`, and the list of its buffers to transfer.
pub(crate) fn message<Head: Serialize>(
    head: &Head,
    Payload { json, buffers }: &Payload,
) -> Result<(Array, Array), JsValue> {
    let head = serde_json::to_string(head).map_err(|error| JsValue::from_str(&error.to_string()))?;
    let packed = Array::of2(&JsValue::from_str(&head), &JsValue::from_str(json));
    let transfer = Array::new();
    for buffer in buffers {
        packed.push(buffer);
        transfer.push(buffer);
    }
    Ok((packed, transfer))
}

/// The inverse of [`message`]; `None` for a message that is not one of ours.
pub(crate) fn parts_of<Head: DeserializeOwned>(data: JsValue) -> Option<(Head, Payload)> {
    let packed: Array = data.dyn_into().ok()?;
    let head = serde_json::from_str(&packed.get(0).as_string()?).ok()?;
    let json = packed.get(1).as_string()?;
    let buffers = packed.iter().skip(2).map(|buffer| buffer.dyn_into().ok());
    Some((head, Payload { json, buffers: buffers.collect::<Option<_>>()? }))
}

/// Takes the pixels out of a scene's pictures, to travel as buffers.
pub(crate) fn detach_pixels(scene: &mut Scene) -> Vec<ArrayBuffer> {
    pictures(scene).map(|picture| to_buffer(&std::mem::take(&mut picture.pixels))).collect()
}

/// Puts the pixels back in the order in which [`detach_pixels`] took them.
pub(crate) fn attach_pixels(scene: &mut Scene, buffers: &[ArrayBuffer]) {
    for (picture, buffer) in pictures(scene).zip(buffers) {
        picture.pixels = to_bytes(buffer).into();
    }
}

fn pictures(scene: &mut Scene) -> impl Iterator<Item = &mut Picture> {
    scene.commands.iter_mut().filter_map(|command| match command {
        Command::Picture(picture) => Some(picture),
        _ => None,
    })
}

/// A buffer's content.
pub(crate) fn to_bytes(buffer: &ArrayBuffer) -> Vec<u8> {
    Uint8Array::new(buffer).to_vec()
}

/// A copy of bytes in a buffer of their own.
pub(crate) fn to_buffer(bytes: &[u8]) -> ArrayBuffer {
    Uint8Array::from(bytes).buffer()
}

/// Lets the messages in that have arrived: comes back in a later task of the event loop.
///
/// A message port is used because timers are held back by browsers, for a second in a tab in the background.
pub(crate) async fn pause() {
    let Ok(channel) = web_sys::MessageChannel::new() else { return };
    let promise = Promise::new(&mut |resolve: Function, _reject| {
        channel.port1().set_onmessage(Some(&resolve));
        // Posting to a port of one's own cannot fail for a value without transfers.
        let _ = channel.port2().post_message(&JsValue::NULL);
    });
    let _ = JsFuture::from(promise).await;
    channel.port1().close();
}

/// What a thrown value says.
pub(crate) fn message_of(error: &JsValue) -> String {
    error
        .dyn_ref::<js_sys::Error>()
        .map(|error| String::from(error.message()))
        .or_else(|| error.as_string())
        .unwrap_or_else(|| format!("{error:?}"))
}
