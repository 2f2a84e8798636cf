//! Records that were not run in this tab: of a file, or the one that comes with the lab.

use super::MeasuredRoom;
use crate::kit::page::shipped;
use crate::kit::page::state::{Lab, Tone};
use crate::kit::record::{Document, Provenance, ToDocument};
use crate::studies::lora::measured::messages::{Action, ExplainAdaptation};
use crate::studies::lora::measured::record::Adaptation;
use leptos::prelude::*;
use std::sync::Arc;

/// What the command line ran of the whole matrix.
const SHIPPED: &str = "checkpoints/adaptation.json";

impl MeasuredRoom {
    /// Shows the record that comes with the lab, which the command line made.
    pub(crate) fn show_shipped(self, lab: Lab) {
        self.trouble.set(None);
        leptos::task::spawn_local(async move {
            match shipped::record::<Adaptation>(SHIPPED).await {
                Ok(Some(mut record)) => {
                    record.provenance = Provenance::Shipped;
                    let (by, how) = (&record.manifest.application, &record.manifest.origin);
                    record.manifest.origin = format!("Run natively by {by}. {how}");
                    self.show_record(lab, record);
                }
                Ok(None) => self.trouble.set(Some("This copy of the lab comes without a record. Run the study here, or open one of the command line.".into())),
                Err(sentence) => self.trouble.set(Some(sentence)),
            }
        });
    }

    /// Takes the record of a file in, which is shown as it is.
    pub(crate) fn open_record(self, lab: Lab, document: &Document) {
        if let Some(record) = lab.record::<Adaptation>(document) {
            self.show_record(lab, record);
        }
    }

    fn show_record(self, lab: Lab, record: Adaptation) {
        let document = match record.to_document() {
            Ok(document) => document,
            Err(error) => return lab.notify(Tone::Trouble, format!("A record cannot be shown: {error}.")),
        };
        let sentence = format!(
            "That record was opened: {}, {}. {}",
            record.title(),
            record.provenance.label(),
            record.manifest.origin
        );
        self.opened.set(Some(Arc::new(record)));
        lab.ask(&ExplainAdaptation(document), vec![], move |explained| match explained {
            Ok(explained) => self.explained.set(Some(Arc::new(explained))),
            Err(stopped) => lab.tell(stopped),
        });
        lab.notify(Tone::Information, sentence);
    }

    /// Shows what was run again.
    pub(crate) fn close_record(self, lab: Lab) {
        self.opened.set(None);
        self.ask(lab, Action::Look);
    }
}
