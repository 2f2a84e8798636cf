//! The adapter of a GPU back end, as reported by the browser or driver.

use serde::{Deserialize, Serialize};

/// Lowercase parts of the names of adapters that run on the CPU, for those whose device type does not say so.
const SOFTWARE_ADAPTERS: [&str; 4] = ["swiftshader", "llvmpipe", "lavapipe", "basic render driver"];

/// The adapter of a GPU back end, as reported by the browser or driver.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AdapterReport {
    /// The adapter's name. In a browser: vendor, architecture, device and description, as far as the browser
    /// reveals them.
    pub name: String,
    /// The vendor: its PCI number in hexadecimal, or in a browser its name.
    pub vendor: String,
    /// The graphics interface: `webgpu`, `vulkan`, `metal` or `dx12`.
    pub backend: String,
    /// The kind of device, such as `DiscreteGpu` or `Cpu`. Browsers report only `Other` or `Cpu`.
    pub device_type: String,
    /// The driver and its version; empty in a browser.
    pub driver: String,
    /// Whether the CPU emulates the GPU (SwiftShader, llvmpipe, WARP). The speed of such an adapter says nothing
    /// about GPUs.
    pub software: bool,
}

impl AdapterReport {
    /// Returns the report on the adapter of a device.
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

/// Asks the browser directly: wgpu passes on only the description, which browsers often withhold, while they do
/// reveal vendor and architecture.
#[cfg(target_arch = "wasm32")]
fn name_and_vendor(device: &wgpu::Device, info: &wgpu::AdapterInfo) -> (String, String) {
    let Some(info) = device.as_webgpu().map(|device| device.adapter_info()) else {
        return (info.name.clone(), String::new());
    };
    let parts = [info.vendor(), info.architecture(), info.device(), info.description()];
    let name = parts.iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join(" ");
    (name, info.vendor())
}
