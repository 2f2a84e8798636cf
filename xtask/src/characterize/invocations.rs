//! The invocations of the command line whose products are recorded.
//!
//! A product keeps its name when a command or flag is renamed: the name here is the field's, the arguments are today's.
//! An invocation may read what an earlier one wrote.
//!
//! Left out, because they depend on the machine or the time: `bench` (times), every invocation with `--backend gpu` or
//! `auto` (adapter), and what is printed to standard error (progress). Times inside of products are blanked (`clock`).
//! Left out, because they take minutes: `adapt --demonstration`, `leak` and `train` with their usual number of steps,
//! and the check of the models that the site offers on all of their text. Smaller runs stand for them.
//!
//! Products of training, evaluation and low-rank adaptation rest on matrix products, whose last digits may differ between
//! processors with other vector instructions. Record and compare them on the same machine.

/// One run of the command line.
pub struct Invocation {
    /// What is printed, by its name in the list. Files that are written are listed by their paths.
    pub product: &'static str,
    /// The arguments, separated by spaces. `$ALL_FORMATS`, `$DRAWINGS` and `$OF_THE_LANGUAGE` stand for lists.
    pub arguments: &'static str,
}

/// Every format of a figure that has tables.
pub const ALL_FORMATS: &str = "png,svg,pdf,eps,csv,tex,json";

/// Every format of a figure that has none.
pub const DRAWINGS: &str = "png,svg,pdf,eps,json";

/// The models trained on the embedded language that the site offers.
pub const OF_THE_LANGUAGE: &str = "checkpoints/applied-language-1.safetensors checkpoints/applied-language-2.safetensors \
    checkpoints/applied-language-3.safetensors checkpoints/mamba-language-1.safetensors \
    checkpoints/mamba-language-2.safetensors checkpoints/mamba-language-3.safetensors \
    checkpoints/potentials-language-1.safetensors checkpoints/potentials-language-2.safetensors \
    checkpoints/potentials-language-3.safetensors checkpoints/published-language-1.safetensors \
    checkpoints/published-language-2.safetensors checkpoints/published-language-3.safetensors";

/// Makes the table of [`ALL`]: a product and its arguments per line.
macro_rules! invocations {
    ($($product:literal: $arguments:literal,)+) => {
        &[$(Invocation { product: $product, arguments: $arguments }),+]
    };
}

/// All invocations, in the order in which they are run.
#[rustfmt::skip]
pub const ALL: &[Invocation] = invocations! {
    // The published simulations: robustness, efficiency, stability.
    "report robustness": "figure robustness --out figure/robustness --format $ALL_FORMATS",
    "report robustness of seed 7": "figure robustness --seed 7 --bit-widths 8,4,2 --out figure/robustness-seed-7 --format svg,csv,json",
    "summary robustness": "figure robustness --summary -",
    "summary robustness of seed 7": "figure robustness --seed 7 --summary -",
    "record robustness": "figure robustness --record -",
    "report efficiency": "figure efficiency --out figure/efficiency --format $ALL_FORMATS",
    "report efficiency of seed 7": "figure efficiency --seed 7 --configs 5 --frontier published --out figure/efficiency-seed-7 --format svg,csv,json",
    "summary efficiency": "figure efficiency --summary -",
    "summary efficiency of seed 7": "figure efficiency --seed 7 --summary -",
    "record efficiency": "figure efficiency --record -",
    "report stability": "figure stability --out figure/stability --format $ALL_FORMATS",
    "report stability of seed 7": "figure stability --seed 7 --lengths 8192,32768 --steps 500 --out figure/stability-seed-7 --format svg,csv,json",
    "summary stability": "figure stability --summary -",
    "summary stability of seed 7": "figure stability --seed 7 --summary -",
    "record stability": "figure stability --record -",

    // How a figure is printed.
    "report robustness in one column": "figure robustness --out print/ieee-1 --format png,pdf,eps --width-preset ieee-1 --font-size 7 --dpi 600",
    "report efficiency in two columns": "figure efficiency --out print/nature-2 --format svg,pdf --width-preset nature-2",
    "report stability in dark": "figure stability --steps 200 --out print/dark --format png,svg --style dark --width 120",
    "report robustness in light": "figure robustness --out print/light --format svg --style light",

    // Figures from files: a summary, and exported figures of every format.
    "report robustness of a summary": "figure robustness --seed 3 --summary files/robustness.json",
    "report efficiency of a summary": "figure efficiency --seed 3 --summary files/efficiency.json",
    "report stability of a summary": "figure stability --seed 3 --summary files/stability.json",
    "report robustness with a file": "figure robustness files/robustness.json figure/robustness-seed-7.svg --source both --out figure/robustness-both --format $ALL_FORMATS",
    "report efficiency with a file": "figure efficiency figure/efficiency-seed-7.csv --source both --out figure/efficiency-both --format svg,csv,tex,json",
    "report stability with a file": "figure stability figure/stability-seed-7.svg --source both --steps 500 --out figure/stability-both --format svg,csv,tex,json",
    "record robustness from PNG": "figure robustness figure/robustness.png --record -",
    "record robustness from SVG": "figure robustness figure/robustness.svg --record -",
    "record robustness from PDF": "figure robustness figure/robustness.pdf --record -",
    "record robustness from EPS": "figure robustness figure/robustness.eps --record -",
    "record robustness from CSV": "figure robustness figure/robustness.csv --record -",
    "record robustness from LaTeX": "figure robustness figure/robustness.tex --record -",
    "record robustness from JSON": "figure robustness figure/robustness.json --record -",
    "record efficiency from PDF": "figure efficiency figure/efficiency.pdf --record -",
    "record stability from PNG": "figure stability figure/stability.png --record -",
    "report on all figures": "show figure",
    "report on all summaries": "show files",
    "records on all summaries": "show files --json",

    // How often the published checks hold.
    "fragility robustness": "fragility robustness --seeds 0..50",
    "fragility efficiency": "fragility efficiency --seeds 0..50",
    "fragility stability": "fragility stability --seeds 0..50",
    "record fragility robustness": "fragility robustness --seeds 5..25 --bit-widths 8,4,2 --seed 7 --json",
    "record fragility efficiency": "fragility efficiency --seeds 5..25 --configs 5 --json",
    "record fragility stability": "fragility stability --seeds 5..25 --lengths 8192,32768 --steps 100 --json",

    // The resolvent: every panel, and every kind of potential.
    "resolvent diagonal": "resolvent --sites 96 --potential random:strength=3,seed=7 --energy 0.5 --eta 0.05 --out resolvent/diagonal --format $DRAWINGS",
    "resolvent density": "resolvent --panel density --sites 64 --potential aubry-andre:strength=2,phase=0 --map-energies 60 --eta 0.05 --out resolvent/density --format $DRAWINGS",
    "resolvent as published": "resolvent --panel published --sites 64 --potential constant:-2 --division naive --out resolvent/published --format $DRAWINGS",
    "resolvent gradient": "resolvent --panel gradient --sites 64 --potential steps:height=2,width=16 --alpha 0.3 --out resolvent/gradient --format $DRAWINGS",
    "resolvent causality": "resolvent --panel causality --sites 64 --potential impurity:strength=5 --source 20 --out resolvent/causality --format $DRAWINGS",
    "resolvent Birman-Schwinger": "resolvent --panel birman-schwinger --sites 48 --potential prime-bump:scale=0.02 --weighted --mourre-from -1 --mourre-to 1 --out resolvent/birman-schwinger --format $DRAWINGS",
    "resolvent precision": "resolvent --panel precision --sites 64 --out resolvent/precision --format $DRAWINGS",
    "resolvent spectral function": "resolvent --panel spectral-function --sites 64 --potential random:strength=3,seed=7 --site 20 --energy 0.5 --eta 0.05 --out resolvent/spectral-function --format $DRAWINGS",
    "record resolvent diagonal": "resolvent --potential values:0.3,-0.2,1,0 --eta 0.1 --json",
    "record resolvent diagonal in single precision": "resolvent --sites 64 --backend f32 --json",
    "record resolvent density": "resolvent --panel density --sites 32 --map-energies 20 --json",
    "record resolvent as published": "resolvent --panel published --sites 32 --json",
    "record resolvent gradient": "resolvent --panel gradient --sites 32 --json",
    "record resolvent causality": "resolvent --panel causality --sites 32 --json",
    "record resolvent Birman-Schwinger": "resolvent --panel birman-schwinger --sites 32 --json",
    "record resolvent precision": "resolvent --panel precision --sites 32 --json",
    "record resolvent spectral function": "resolvent --panel spectral-function --sites 32 --eta 0.1 --map-energies 40 --json",
    "report on the resolvent's figures": "show resolvent",

    // The quantized core: every mode and reading, every storage format, the demonstrations, the comparison.
    "quantize PTQ INT8": "quantize --mode ptq-int8",
    "quantize QAT INT8": "quantize --mode qat-int8",
    "quantize PTQ INT4": "quantize --mode ptq-int4",
    "quantize QAT INT4": "quantize --mode qat-int4 --sites 512 --group 128 --seed 1",
    "quantize mixed": "quantize --mode mixed",
    "quantize PTQ INT8 as published": "quantize --mode ptq-int8 --reading published",
    "quantize QAT INT8 as published": "quantize --mode qat-int8 --reading published",
    "quantize PTQ INT4 as published": "quantize --mode ptq-int4 --reading published",
    "quantize QAT INT4 as published": "quantize --mode qat-int4 --reading published",
    "quantize mixed as published": "quantize --mode mixed --reading published",
    "quantize NF4": "quantize --format nf4 --sites 64 --group 32",
    "quantize NF4 with double quantization": "quantize --format nf4-double --sites 64 --group 32",
    "quantize FP4": "quantize --format fp4 --sites 64 --group 32",
    "quantize FP4 with double quantization": "quantize --format fp4-double --sites 64 --group 32",
    "quantize LLM.int8": "quantize --format llm-int8 --sites 64 --group 32",
    "quantize per channel by percentile": "quantize --sites 64 --potential-bits 3 --green-bits 8 --granularity channel --symmetric --rule percentile:99.9",
    "quantize per tensor by least squares": "quantize --sites 64 --potential-bits 2 --green-bits 16 --granularity tensor --rule least-squares --batches 10",
    "record quantize PTQ INT8": "quantize --sites 64 --group 32 --batches 10 --json",
    "record quantize as published": "quantize --mode qat-int8 --reading published --sites 64 --group 32 --batches 10 --json",
    "quantize demonstration 1": "quantize demo 1",
    "quantize demonstration 2": "quantize demo 2",
    "quantize demonstration 3": "quantize demo 3",
    "quantize demonstration 4": "quantize demo 4",
    "records quantize demonstration 1": "quantize demo 1 --json",
    "quantize comparison": "quantize compare --seeds 2",
    "record quantize comparison": "quantize compare --seeds 3..5 --sites 64 --group 32 --json",

    // Quantized LoRA as published.
    "LoRA validation": "lora --validate-only",
    "LoRA dry run": "lora --dry-run",
    "LoRA simulation as a zip": "lora --simulate --seed 42 --zip lora/study.zip",
    "LoRA simulation with unique names as a zip": "lora --simulate --seed 7 --unique-ids --max-experiments 30 --zip lora/unique.zip",
    "LoRA simulation as a tree": "lora --simulate --seed 42 --max-experiments 6 --output-dir lora/tree",
    "LoRA analysis": "lora --analysis-only lora/tree",
    "record LoRA simulation": "lora --simulate --seed 42 --max-experiments 6 --json",
    "report on a LoRA zip": "show lora/study.zip",
    "records on a LoRA tree": "show lora/tree --json",

    // Quantized LoRA, trained: one run per storage.
    "adaptation": "adapt --models tiny --tasks shapes --ranks 2 --seeds 1 --of-each 10 --first-steps 2 --steps 2 --out adaptation/shapes.json",
    "record adaptation": "adapt --models tiny --tasks strokes,textures --ranks 2 --storages single,four-bit --seeds 1,2 --rank-stabilized --of-each 10 --images-seed 3 --first-steps 2 --steps 2 --json",
    "adaptation resumed": "adapt --out adaptation/shapes.json --resume",
    "record adaptation to a zip of images": "adapt --models tiny --images images.zip --ranks 2 --storages single,four-bit-double --seeds 1 --first-steps 2 --steps 2 --json",
    "report on an adaptation": "show adaptation/shapes.json",

    // Language models: training, checkpoints, evaluation.
    "train ResNet-BK": "train --width 8 --layers 1 --context 16 --tokens 10000 --steps 4 --out models/resnet-bk.safetensors",
    "train ResNet-BK with learned potentials": "train --width 8 --layers 2 --context 16 --experts 2 --top-k 1 --router scattering --gating all --potentials 2 --learned --tied --tokens 10000 --steps 4 --out models/potentials.safetensors",
    "train ResNet-BK in both directions": "train --two-sided --text uniform:2 --width 8 --layers 1 --context 16 --tokens 10000 --steps 4 --out models/two-sided.safetensors",
    "train Mamba": "train --model mamba --width 8 --layers 1 --context 16 --tokens 10000 --steps 4 --out models/mamba.safetensors",
    "train Mamba half-way": "train --model mamba --width 8 --layers 1 --context 16 --tokens 10000 --steps 4 --until 2 --out models/mamba-half-way.safetensors",
    "train Mamba resumed": "train --resume models/mamba-half-way.safetensors --out models/mamba-resumed.safetensors",
    "train on a text": "train --text text.txt --vocabulary 300 --width 8 --layers 1 --context 16 --steps 4 --out models/text.safetensors",
    "record train ResNet-BK": "train --width 8 --layers 1 --context 16 --tokens 10000 --steps 6 --batch 2 --learning-rate 0.01 --warm-up 2 --weight-decay 0.1 --clip 0.5 --validate-every 2 --seed 3 --json",
    "record train Mamba": "train --model mamba --states 4 --width 8 --layers 1 --context 16 --tokens 10000 --steps 4 --json",
    "train all of a recipe": "train-all recipe.json --out-dir models/recipe",
    "eval ResNet-BK": "eval models/resnet-bk.safetensors",
    "eval on a text": "eval models/text.safetensors --text text.txt",
    "record eval ResNet-BK": "eval models/potentials.safetensors --json",
    "causality of a causal model": "eval models/resnet-bk.safetensors --causality",
    "causality of a model in both directions": "eval models/two-sided.safetensors --causality --json",
    "prediction of Mamba, Shakespeare": "eval checkpoints/mamba-1.safetensors --prompt king",
    "prediction of published ResNet-BK": "eval checkpoints/published-1.safetensors --prompt king",
    "prediction of ResNet-BK with potentials": "eval checkpoints/potentials-1.safetensors --prompt king",
    "prediction of applied ResNet-BK": "eval checkpoints/applied-1.safetensors --prompt king",
    "prediction of ResNet-BK in both directions": "eval checkpoints/two-sided-1.safetensors --prompt king",
    "logits of Mamba": "eval checkpoints/mamba-language-1.safetensors --prompt theoldking --json",
    "logits of published ResNet-BK": "eval checkpoints/published-language-1.safetensors --prompt theoldking --json",
    "logits of ResNet-BK with potentials": "eval checkpoints/potentials-language-1.safetensors --prompt theoldking --json",
    "logits of applied ResNet-BK": "eval checkpoints/applied-language-1.safetensors --prompt theoldking --json",
    "leak": "leak --steps 4 --tokens 10000",
    "record leak": "leak --symbols 3 --steps 2 --tokens 10000 --seed 2 --json",

    // Mixed precision.
    "mixed precision as published": "mixed --reading published",
    "record mixed precision as published": "mixed --reading published --policy dynamic --high 0.3 --low 0.4 --vocab 50 --width 16 --layers 2 --experts 2 --seed 3 --json",
    "mixed precision by component": "mixed --checkpoint models/resnet-bk.safetensors",
    "mixed precision by importance": "mixed --checkpoint models/mamba.safetensors --policy dynamic --group 8 --rule least-squares --save models/mamba-by-importance.safetensors",
    "mixed precision by hand": "mixed --checkpoint models/mamba.safetensors --set embedding.weight=8 --save models/mamba-by-hand.safetensors",
    "record mixed precision of two models": "mixed --checkpoint models/mamba.safetensors --checkpoint models/mamba-resumed.safetensors --batches 2 --json",
    "eval a quantized model": "eval models/mamba-by-importance.safetensors",

    // Perplexity against bit width and against training length.
    "bit width": "widths --checkpoint models/mamba.safetensors models/resnet-bk.safetensors --tokens 200 --windows 4 --out widths/small --format svg,csv,tex,json",
    "record bit width": "widths --checkpoint models/resnet-bk.safetensors --tokens 200 --rule least-squares --group 8 --no-core --no-parts --json",
    "record bit width with further training": "widths --checkpoint models/mamba.safetensors --tokens 200 --tune int4 --tune-steps 2 --tune-rate 0.001 --no-core --no-parts --json",
    "bit width to compare with": "widths --checkpoint models/resnet-bk.safetensors --tokens 200 --no-core --no-parts --resume widths/record.json",
    "bit width compared with a record": "widths --checkpoint models/resnet-bk.safetensors --tokens 200 --no-core --no-parts --against widths/record.json",
    "bit width of the models that the site offers": "widths --checkpoint $OF_THE_LANGUAGE --resume checkpoints/widths.json --out widths/shipped --format $ALL_FORMATS",
    "bit width by place": "widths --checkpoint $OF_THE_LANGUAGE --resume checkpoints/widths.json --draw places --out widths/places --format svg,pdf,csv,json",
    "bit width after further training": "widths --checkpoint $OF_THE_LANGUAGE --resume checkpoints/widths.json --draw tuned --out widths/tuned --format svg,pdf,csv,json",
    "training length": "lengths published mamba --recipes recipe.json --lengths 2,4 --tokens 200 --resume lengths/record.json --out lengths/length --format $ALL_FORMATS",
    "record training length": "lengths published --recipes recipe.json --lengths 1,3 --steps 3 --seeds 4 --tokens 200 --json",

    // Ladders of models: measured efficiency and stability.
    "ladder of sizes": "ladder --kinds published,potentials,mamba --sizes 8x1 --contexts 16 --seeds 1,2 --steps 3 --tokens-a-step 64 --generate 10000 --tokens 200 --sparsity-steps 2 --out ladder/small --format svg,csv,tex,json",
    "record ladder of contexts": "ladder --stability --kinds published,mamba --sizes 8x1 --contexts 16,32 --seeds 1 --steps 3 --tokens-a-step 64 --generate 10000 --tokens 200 --json",
    "ladder of sizes that the site offers": "ladder --resume checkpoints/ladder-efficiency.json --out ladder/efficiency --format $ALL_FORMATS",
    "ladder of contexts that the site offers": "ladder --stability --resume checkpoints/ladder-stability.json --out ladder/stability --format $ALL_FORMATS",

    // The records that come with the site.
    "report on the shipped adaptation": "show checkpoints/adaptation.json",
    "report on the shipped bit widths": "show checkpoints/widths.json",
    "report on the shipped efficiency": "show checkpoints/ladder-efficiency.json",
    "report on the shipped stability": "show checkpoints/ladder-stability.json",
};

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_product_has_two_invocations() {
        let names: HashSet<&str> = ALL.iter().map(|invocation| invocation.product).collect();
        assert_eq!(names.len(), ALL.len());
    }
}
