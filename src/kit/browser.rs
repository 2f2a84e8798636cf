//! The few things page and worker both need of the browser: messages with transferred arrays, and pauses.

use super::protocol::{Arrays, Parcel};
use bk_plot::Scene;
use bk_plot::scene::{Command, Picture};
use js_sys::{Array, ArrayBuffer, Float32Array, Float64Array, Function, Promise, Uint8Array};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::mem::take;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

/// What came of a task as it travels: JSON, and behind it the buffers of its long arrays.
pub struct Payload {
    /// The JSON.
    pub json: String,
    /// The buffers.
    pub buffers: Vec<ArrayBuffer>,
}

impl Payload {
    /// Packs an answer: its long arrays travel as buffers, the rest as JSON.
    pub(crate) fn of(mut parcel: impl Parcel) -> Result<Self, serde_json::Error> {
        let Arrays { doubles, singles, bytes } = parcel.arrays();
        let doubles = doubles.into_iter().map(|array| Float64Array::from(take(array).as_slice()).buffer());
        let singles = singles.into_iter().map(|array| Float32Array::from(take(array).as_slice()).buffer());
        let bytes = bytes.into_iter().map(|array| to_buffer(&take(array)));
        let buffers = doubles.chain(singles).chain(bytes).collect();
        Ok(Payload { json: serde_json::to_string(&parcel)?, buffers })
    }

    /// Unpacks an answer.
    pub(crate) fn open<Answer: Parcel>(self) -> Result<Answer, serde_json::Error> {
        let mut parcel: Answer = serde_json::from_str(&self.json)?;
        let mut buffers = self.buffers.iter();
        let Arrays { doubles, singles, bytes } = parcel.arrays();
        for (array, buffer) in doubles.into_iter().zip(buffers.by_ref()) {
            *array = Float64Array::new(buffer).to_vec();
        }
        for (array, buffer) in singles.into_iter().zip(buffers.by_ref()) {
            *array = Float32Array::new(buffer).to_vec();
        }
        for (array, buffer) in bytes.into_iter().zip(buffers) {
            *array = to_bytes(buffer);
        }
        Ok(parcel)
    }
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
