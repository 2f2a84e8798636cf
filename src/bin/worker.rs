//! The worker's program: see [`bk_lab::kit::worker`]. It comes in parts, a part for each kind of heavier work: the
//! functions that are marked are where `xtask` takes it apart.

fn main() {
    #[cfg(target_arch = "wasm32")]
    bk_lab::kit::worker::start(parts::PARTS);
}

#[cfg(target_arch = "wasm32")]
mod parts {
    use bk_lab::kit::worker::parts;
    use bk_lab::kit::worker::parts::{
        Import, Insight, Lora, Models, Parts, Perform, Published, Quantization, Resolvent, Widths,
    };
    use bk_lab::studies::language_models::worker as models;
    use bk_lab::studies::lora::measured::{images, worker as adaptation};
    use leptos::wasm_split::{SplitLoaderError, wasm_split};

    #[wasm_split(export, wasm_split_path = leptos::wasm_split, fallible)]
    fn export() -> Result<Perform, SplitLoaderError> {
        Ok(parts::write)
    }

    #[wasm_split(published, wasm_split_path = leptos::wasm_split, fallible)]
    fn published() -> Result<Published, SplitLoaderError> {
        Ok(Published {
            robustness: parts::robustness,
            efficiency: parts::efficiency,
            stability: parts::stability,
            fragility: parts::fragility,
        })
    }

    #[wasm_split(import, wasm_split_path = leptos::wasm_split, fallible)]
    fn import() -> Result<Import, SplitLoaderError> {
        Ok(Import { records: parts::records, potential: parts::potential, images: images::read_zip })
    }

    #[wasm_split(resolvent, wasm_split_path = leptos::wasm_split, fallible)]
    fn resolvent() -> Result<Resolvent, SplitLoaderError> {
        Ok(Resolvent { study: parts::resolvent, speed: parts::speed })
    }

    #[wasm_split(quantization, wasm_split_path = leptos::wasm_split, fallible)]
    fn quantization() -> Result<Quantization, SplitLoaderError> {
        Ok(Quantization { core: parts::quantized_core, comparison: parts::mode_comparison })
    }

    #[wasm_split(lora, wasm_split_path = leptos::wasm_split, fallible)]
    fn lora() -> Result<Lora, SplitLoaderError> {
        Ok(Lora {
            simulate: parts::simulated_study,
            examine: parts::examined_study,
            pack: parts::packed_study,
            adapt: adaptation::adapt,
            explain: adaptation::explain,
            pictures: adaptation::pictures,
        })
    }

    #[wasm_split(models, wasm_split_path = leptos::wasm_split, fallible)]
    fn models() -> Result<Models, SplitLoaderError> {
        Ok(Models { list: models::list, handle: models::handle, save: models::save })
    }

    #[wasm_split(insight, wasm_split_path = leptos::wasm_split, fallible)]
    fn insight() -> Result<Insight, SplitLoaderError> {
        Ok(Insight {
            causality: models::map_causality,
            predict: models::predict_next,
            mixed: models::study_mixed,
        })
    }

    #[wasm_split(widths, wasm_split_path = leptos::wasm_split, fallible)]
    fn widths() -> Result<Widths, SplitLoaderError> {
        Ok(Widths {
            list: bk_lab::studies::robustness::measured::worker::list,
            measure: bk_lab::studies::robustness::measured::worker::measure,
        })
    }

    #[wasm_split(ladder, wasm_split_path = leptos::wasm_split, fallible)]
    fn ladder() -> Result<Perform, SplitLoaderError> {
        Ok(bk_lab::studies::scaling::worker::train)
    }

    /// Where each part comes from.
    pub(super) const PARTS: Parts = Parts {
        export: || Box::pin(export()),
        published: || Box::pin(published()),
        import: || Box::pin(import()),
        resolvent: || Box::pin(resolvent()),
        quantization: || Box::pin(quantization()),
        lora: || Box::pin(lora()),
        models: || Box::pin(models()),
        insight: || Box::pin(insight()),
        widths: || Box::pin(widths()),
        ladder: || Box::pin(ladder()),
    };
}
