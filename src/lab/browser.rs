//! The few things page and worker both need of the browser: messages with transferred arrays, and pauses.

use crate::figure::Scene;
use crate::figure::scene::{Command, Picture};
use crate::record::{Record, Resolvent};
use js_sys::{Array, ArrayBuffer, Float32Array, Float64Array, Function, Promise, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// A message as `[json, buffer, …]`, and the list of its buffers to transfer.
pub(super) fn pack<Message: Serialize>(
    message: &Message,
    buffers: &[ArrayBuffer],
) -> Result<(Array, Array), JsValue> {
    let json = serde_json::to_string(message).map_err(|error| JsValue::from_str(&error.to_string()))?;
    let packed = Array::of1(&JsValue::from_str(&json));
    let transfer = Array::new();
    for buffer in buffers {
        packed.push(buffer);
        transfer.push(buffer);
    }
    Ok((packed, transfer))
}

/// The inverse of [`pack`]; `None` for a message that is not one of ours.
pub(super) fn unpack<Message: DeserializeOwned>(data: JsValue) -> Option<(Message, Vec<ArrayBuffer>)> {
    let packed: Array = data.dyn_into().ok()?;
    let message = serde_json::from_str(&packed.get(0).as_string()?).ok()?;
    let buffers = packed.iter().skip(1).map(|buffer| buffer.dyn_into().ok());
    Some((message, buffers.collect::<Option<_>>()?))
}

/// Takes the arrays out of the resolvent records, to travel as buffers.
pub(super) fn detach_arrays(records: &mut [Record]) -> Vec<ArrayBuffer> {
    let mut buffers = Vec::new();
    for record in records.iter_mut().filter_map(resolvent_of) {
        let (doubles, singles) = arrays(record);
        buffers.extend(
            doubles.into_iter().map(|array| Float64Array::from(std::mem::take(array).as_slice()).buffer()),
        );
        buffers.extend(
            singles.into_iter().map(|array| Float32Array::from(std::mem::take(array).as_slice()).buffer()),
        );
    }
    buffers
}

/// Puts the arrays back in the order in which [`detach_arrays`] took them.
pub(super) fn attach_arrays(records: &mut [Record], buffers: Vec<ArrayBuffer>) {
    let mut buffers = buffers.into_iter();
    for record in records.iter_mut().filter_map(resolvent_of) {
        let (doubles, singles) = arrays(record);
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

fn resolvent_of(record: &mut Record) -> Option<&mut Resolvent> {
    match record {
        Record::Resolvent(record) => Some(record.as_mut()),
        _ => None,
    }
}

/// Takes the pixels out of a scene's pictures, to travel as buffers.
pub(super) fn detach_pixels(scene: &mut Scene) -> Vec<ArrayBuffer> {
    pictures(scene).map(|picture| to_buffer(&std::mem::take(&mut picture.pixels))).collect()
}

/// Puts the pixels back in the order in which [`detach_pixels`] took them.
pub(super) fn attach_pixels(scene: &mut Scene, buffers: &[ArrayBuffer]) {
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
pub(super) fn to_bytes(buffer: &ArrayBuffer) -> Vec<u8> {
    Uint8Array::new(buffer).to_vec()
}

/// A copy of bytes in a buffer of their own.
pub(super) fn to_buffer(bytes: &[u8]) -> ArrayBuffer {
    Uint8Array::from(bytes).buffer()
}

/// Lets the messages in that have arrived: comes back in a later task of the event loop.
///
/// A message port is used because timers are held back by browsers, for a second in a tab in the background.
pub(super) async fn pause() {
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
pub(super) fn message_of(error: &JsValue) -> String {
    error
        .dyn_ref::<js_sys::Error>()
        .map(|error| String::from(error.message()))
        .or_else(|| error.as_string())
        .unwrap_or_else(|| format!("{error:?}"))
}
