//! A Vulkan driver, so that the GPU tests run on every machine: Mesa's lavapipe computes on the CPU.

use std::fs;

use super::SetupError;
use super::apt::{self, Need};

/// Where drivers announce themselves to the Vulkan loader.
const ANNOUNCEMENTS: [&str; 3] =
    ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"];

const LAVAPIPE: Need = Need {
    packages: &["mesa-vulkan-drivers", "libvulkan1"],
    purpose: "run the GPU tests (on the CPU, where there is no GPU)",
    elsewhere: "Install Mesa's Vulkan drivers, lavapipe among them, with the system's own tools.",
};

/// Makes sure that there is a driver. Windows and macOS bring their own graphics interface.
pub fn driver() -> Result<(), SetupError> {
    let announced = ANNOUNCEMENTS
        .iter()
        .any(|folder| fs::read_dir(folder).is_ok_and(|mut files| files.any(|file| file.is_ok())));
    if announced || !cfg!(target_os = "linux") { Ok(()) } else { Ok(apt::install(&LAVAPIPE)?) }
}
