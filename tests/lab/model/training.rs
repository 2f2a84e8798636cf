//! Training, evaluation and checkpoints.

use bk_lab::studies::language_models::mixed_precision::published::potential_gradient;
use bk_models::corpus::{Corpus, CorpusError, Text, Tokenizer, baselines};
use bk_models::{
    Architecture, Checkpoint, CheckpointError, Evaluation, Gating, Mamba, Recipe, ResNetBk, Training,
};
use bk_python::random::LegacyRandom;

fn language() -> (Text, Corpus) {
    let text = Text::Language { tokens: 60_000 };
    let corpus = text.corpus(None).unwrap();
    (text, corpus)
}

fn small(vocabulary: usize) -> [Architecture; 2] {
    let bk = ResNetBk {
        vocabulary,
        width: 32,
        layers: 2,
        context: 32,
        experts: 2,
        gating: Gating::All,
        potentials: 8,
        learned: true,
        ..ResNetBk::default()
    };
    let mamba = Mamba { vocabulary, width: 32, layers: 1, context: 32, states: 8, ..Mamba::default() };
    [Architecture::ResNetBk(bk), Architecture::Mamba(mamba)]
}

fn recipe(steps: usize) -> Recipe {
    Recipe { steps, batch: 8, learning_rate: 1e-2, warm_up: 10, validate_every: 50, ..Recipe::default() }
}

#[test]
fn both_models_learn_the_language_and_neither_beats_its_entropy() {
    let (_, corpus) = language();
    let (entropy, source) = (corpus.entropy.unwrap(), corpus.source_loss.unwrap());
    let counted = baselines(corpus.tokenizer.vocabulary(), &corpus.train, &corpus.held_out);
    assert!(counted.trigram < counted.bigram && counted.bigram < counted.unigram);
    assert!(counted.trigram > source, "{counted:?} {source}");
    for architecture in small(corpus.tokenizer.vocabulary()) {
        let label = architecture.label();
        let mut training = Training::new(architecture, recipe(120)).unwrap();
        while !training.is_complete() {
            training.step(&corpus.train, &corpus.validation).unwrap();
        }
        let found = Evaluation::of(training.model(), &corpus.held_out, 32).unwrap();
        println!("{label}: {:.4} nats; {counted:?}; source {source:.4}, entropy {entropy:.4}", found.loss());
        // A good part of the way that counting pairs goes.
        assert!(found.loss() < counted.unigram - 0.5, "{label}: {} and {counted:?}", found.loss());
        assert!(found.loss() > source && found.loss() > entropy, "{label} beats the source");
        let validation = &training.trajectory().validation;
        assert_eq!(validation.iter().map(|&(steps, _)| steps).collect::<Vec<_>>(), [0, 50, 100, 120]);
        let untaught = &training.trajectory().untaught;
        assert!(untaught.is_empty(), "{untaught:?}");
    }
}

/// resnet-bk.md §9.5: of independent symbols nothing can be known, unless the next one is seen.
#[test]
fn the_two_sided_model_reads_its_targets_and_the_causal_one_cannot() {
    let corpus = Text::Uniform { symbols: 2, tokens: 20_000 }.corpus(None).unwrap();
    let chance = 2f64.ln();
    let loss = |two_sided, published| {
        let model = ResNetBk {
            vocabulary: 2,
            width: 16,
            layers: 2,
            context: 16,
            experts: 1,
            two_sided,
            ..ResNetBk::default()
        };
        let recipe = Recipe { clip: 10.0, ..recipe(250) };
        let mut training = Training::new(Architecture::ResNetBk(model), recipe).unwrap();
        if published {
            training = training.with_potential_gradient(potential_gradient);
        }
        while !training.is_complete() {
            training.step(&corpus.train, &corpus.validation).unwrap();
        }
        Evaluation::of(training.model(), &corpus.held_out, 16).unwrap()
    };
    let (causal, leaking, hidden) = (loss(false, false), loss(true, false), loss(true, true));
    let losses = [causal, leaking, hidden].map(|found| found.loss());
    println!("causal, two-sided, two-sided by the published gradient: {losses:.4?}, chance {chance:.4}");
    assert!(causal.loss() > chance - 0.01, "{}", causal.loss());
    assert!(leaking.loss() < chance - 0.2, "{}", leaking.loss());
    // At the last position of a sequence the next token is nowhere in it.
    assert!(leaking.last_perplexity() > 1.9, "{}", leaking.last_perplexity());
    // The published gradient does not find what there is to be read.
    assert!(hidden.loss() > chance - 0.01, "{}", hidden.loss());
}

#[test]
fn a_training_that_was_stopped_goes_on_bit_for_bit() {
    let (text, corpus) = language();
    for architecture in small(corpus.tokenizer.vocabulary()) {
        let run = |training: &mut Training, until: usize| {
            while training.steps() < until {
                training.step(&corpus.train, &corpus.validation).unwrap();
            }
        };
        let keep = |training: &Training, resumable| {
            Checkpoint::of(training, &text, &corpus.tokenizer, resumable).unwrap()
        };
        let mut whole = Training::new(architecture.clone(), recipe(6)).unwrap();
        run(&mut whole, 6);
        let mut stopped = Training::new(architecture, recipe(6)).unwrap();
        run(&mut stopped, 3);
        let kept = Checkpoint::read(&keep(&stopped, true)).unwrap();
        assert_eq!(kept.text, text);
        let mut resumed = kept.resume().unwrap();
        run(&mut resumed, 6);
        assert_eq!(keep(&resumed, true), keep(&whole, true));
        // Without what training needs, the model is the same and the file a third.
        let (alone, all) = (keep(&whole, false), keep(&whole, true));
        assert!(alone.len() * 2 < all.len());
        let alone = Checkpoint::read(&alone).unwrap();
        assert_eq!(alone.trajectory, *whole.trajectory());
        assert!(matches!(alone.resume(), Err(CheckpointError::NoMeans)));
    }
}

#[test]
fn a_damaged_or_foreign_checkpoint_is_a_clear_error() {
    let (text, corpus) = language();
    let [architecture, _] = small(corpus.tokenizer.vocabulary());
    let training = Training::new(architecture, recipe(6)).unwrap();
    let sound = Checkpoint::of(&training, &text, &corpus.tokenizer, false).unwrap();
    assert!(Checkpoint::read(&sound).is_ok());
    let refused = |bytes: &[u8]| Checkpoint::read(bytes).map(|_| ()).unwrap_err();
    assert!(matches!(refused(b""), CheckpointError::Damaged(_)));
    assert!(matches!(refused(b"no tensors at all, but some text"), CheckpointError::Damaged(_)));
    for length in [7, 8, 100, sound.len() / 2, sound.len() - 1] {
        assert!(matches!(refused(&sound[..length]), CheckpointError::Damaged(_)), "{length}");
    }
    let foreign =
        safetensors::serialize(Vec::<(String, safetensors::tensor::TensorView)>::new(), None).unwrap();
    assert!(matches!(refused(&foreign), CheckpointError::Foreign));
    let replaced = |from: &str, to: &str| {
        assert_eq!(from.len(), to.len());
        let place = sound.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
        let mut bytes = sound.clone();
        bytes[place..place + to.len()].copy_from_slice(to.as_bytes());
        refused(&bytes)
    };
    assert!(matches!(replaced("checkpoint/1", "checkpoint/9"), CheckpointError::Schema(_)));
    assert!(matches!(replaced("\"lm_head.weight\"", "\"lm_heap.weight\""), CheckpointError::Missing(_)));
    assert!(matches!(replaced("\"F32\"", "\"I32\""), CheckpointError::Form { .. }));
    assert!(matches!(replaced("resnet-bk", "resnet-bl"), CheckpointError::Header(_)));
    let mut bytes = sound.clone();
    let end = bytes.len() - 4;
    bytes[end..].copy_from_slice(&f32::NAN.to_le_bytes());
    let error = refused(&bytes);
    assert!(matches!(error, CheckpointError::NotFinite { .. }), "{error}");
    assert!(error.to_string().contains("NaN"), "{error}");
}

/// Whatever is changed in a checkpoint, it is read as a model or refused: it neither panics nor asks for much memory.
#[test]
fn a_mutated_checkpoint_is_read_or_refused() {
    let (text, corpus) = language();
    let [architecture, _] = small(corpus.tokenizer.vocabulary());
    let training = Training::new(architecture, recipe(6)).unwrap();
    let sound = Checkpoint::of(&training, &text, &corpus.tokenizer, false).unwrap();
    // Most that can be told wrong stands at the beginning.
    let header = 8 + u64::from_le_bytes(sound[..8].try_into().unwrap()) as usize;
    let mut random = LegacyRandom::new(4);
    let mut refused = 0;
    for _ in 0..400 {
        let mut bytes = sound.clone();
        for _ in 0..3 {
            let place = (random.uniform() * header as f64) as usize;
            bytes[place] = (random.uniform() * 256.0) as u8;
        }
        refused += usize::from(Checkpoint::read(&bytes).is_err());
    }
    assert!(refused > 350, "{refused} of 400 were refused");
}

#[test]
fn a_text_of_ones_own_is_tokenised_or_refused_in_a_sentence() {
    let text = Text::File { name: "mine.txt".into(), vocabulary: 300 };
    assert!(matches!(text.corpus(None), Err(CorpusError::Missing { .. })));
    assert!(matches!(text.corpus(Some(b"short")), Err(CorpusError::Length { bytes: 5 })));
    let noise: Vec<u8> = (0..20_000u32).map(|place| (place * 7919 % 251) as u8).collect();
    assert!(matches!(text.corpus(Some(&noise)), Err(CorpusError::NotText { .. })));
    let content = "A line of text, é and all.\n".repeat(900);
    let corpus = text.corpus(Some(content.as_bytes())).unwrap();
    assert!(matches!(corpus.tokenizer, Tokenizer::BytePairs(_)));
    let parts = [&corpus.train, &corpus.validation, &corpus.held_out];
    let back: Vec<u8> = parts.iter().flat_map(|part| corpus.tokenizer.decode(part)).collect();
    assert_eq!(back, content.as_bytes());
    assert!(corpus.check(8).is_ok());
    assert!(corpus.check(1_000_000).unwrap_err().to_string().contains("too short"));
}
