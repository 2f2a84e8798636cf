//! The resolvent room as its users see it: reference values, the proved error bound on CPU and GPU, random problems.
//!
//! The modules that need a GPU adapter fail where there is none; lavapipe (Debian `mesa-vulkan-drivers`) is one.

mod adjoint;
mod back_ends;
mod batch;
mod blocks;
mod dense;
mod engine;
mod error_bound;
mod gpu;
mod kernels;
mod long_chains;
mod potentials;
mod problems;
mod random_problems;
mod reference;
