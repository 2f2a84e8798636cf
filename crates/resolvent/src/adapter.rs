//! The adapter: the GPU, or what plays it, as far as the browser or driver tells.

use serde::{Deserialize, Serialize};

/// Names by which adapters that run on the CPU give themselves away where the device type does not.
const SOFTWARE_ADAPTERS: [&str; 4] = ["swiftshader", "llvmpipe", "lavapipe", "basic render driver"];

/// The adapter a GPU back end runs on, as far as the browser or driver tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdapterReport {
    /// The adapter's name; in a browser vendor, architecture, device and description, as far as it gives them.
    pub name: String,
    /// The vendor: natively its PCI number in hexadecimal, in a browser its name.
    pub vendor: String,
    /// The interface it is reached by: `webgpu`, `vulkan`, `metal` or `dx12`.
    pub backend: String,
    /// The kind of device, such as `DiscreteGpu` or `Cpu`; browsers say no more than `Other` or `Cpu`.
    pub device_type: String,
    /// The driver and its version; empty in a browser.
    pub driver: String,
    /// Whether the CPU plays the GPU (SwiftShader, llvmpipe, WARP): then its speed says nothing about GPUs.
    pub software: bool,
}

impl AdapterReport {
    /// What is known of the adapter behind a device.
    pub(crate) fn of(device: &wgpu::Device) -> Self {
        let info = device.adapter_info();
        let (name, vendor) = name_and_vendor(device, &info);
        let lowercase = name.to_lowercase();
        let software = info.device_type == wgpu::DeviceType::Cpu
            || SOFTWARE_ADAPTERS.iter().any(|adapter| lowercase.contains(adapter));
        Self {
            name,
            vendor,
            backend: info.backend.to_string(),
            device_type: format!("{:?}", info.device_type),
            driver: format!("{} {}", info.driver, info.driver_info).trim().to_owned(),
            software,
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn name_and_vendor(_: &wgpu::Device, info: &wgpu::AdapterInfo) -> (String, String) {
    (info.name.clone(), format!("{:#06x}", info.vendor))
}

/// wgpu passes on the description alone, which browsers often withhold; vendor and architecture they give.
#[cfg(target_arch = "wasm32")]
fn name_and_vendor(device: &wgpu::Device, info: &wgpu::AdapterInfo) -> (String, String) {
    let Some(info) = device.as_webgpu().map(|device| device.adapter_info()) else {
        return (info.name.clone(), String::new());
    };
    let parts = [info.vendor(), info.architecture(), info.device(), info.description()];
    let name = parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ");
    (name, info.vendor())
}
