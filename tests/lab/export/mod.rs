//! Exported files as journals get them: written here, read back by other programs.
//!
//! Needs Ghostscript (`gs`) and Poppler's tools (`pdftotext`, `pdffonts`, `pdfinfo`); a test without its
//! program fails.

mod eps;
mod page;
mod pdf;
mod png;
mod programs;
mod raster;
mod restore;
mod scenes;
mod svg;
mod table;
