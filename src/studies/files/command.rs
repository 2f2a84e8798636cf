//! `bklab show …`: what result files hold.

use crate::kit::command::Failure;
use crate::kit::command::files::print;
use crate::kit::command::report;
use crate::kit::record::document;
use crate::studies::import::read_paths;
use crate::studies::record::Record;
use clap::Args;
use std::path::PathBuf;

/// Arguments of `bklab show`.
#[derive(Args)]
pub struct Arguments {
    /// Result files, or folders of them.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print the records as JSON instead of tables.
    #[arg(long)]
    json: bool,
}

impl Arguments {
    /// Runs the command.
    pub fn run(self) -> Result<(), Failure> {
        let imported = read_paths(&self.files);
        if self.json {
            print(&document::to_json(&imported.records).map_err(Failure::failed)?)?;
        } else {
            let reports: Vec<String> = imported.records.iter().map(Record::report).collect();
            print(&reports.join("\n"))?;
        }
        report::refused(&imported.errors, self.files.len())
    }
}
