//! Images: what is drawn, how they are split, what is refused.

use bk_models::Parameters;
use bk_models::vision::generator::{CHANNELS, SIDE, Task};
use bk_models::vision::{Images, Lora, Network, Split, VisionError, VisionTransformer};
use candle_core::DType;
use std::collections::BTreeSet;

const TASKS: [Task; 3] = [Task::Shapes, Task::Strokes, Task::Textures];

#[test]
fn the_same_seed_draws_the_same_images_everywhere() {
    // Of the bytes of two images a class from seed 1: the same on native and WebAssembly.
    let checksums = TASKS.map(|task| {
        let images = task.images(2, 1).unwrap();
        let bytes: Vec<u8> = (0..images.len()).flat_map(|image| images.pixels(image).to_vec()).collect();
        assert_eq!(bytes.len(), images.len() * SIDE * SIDE * CHANNELS);
        crc32fast::hash(&bytes)
    });
    assert_eq!(checksums, [1_586_121_881, 2_488_049, 3_584_213_019]);
}

#[test]
fn another_seed_draws_other_images_and_every_class_as_many() {
    for task in TASKS {
        let images = task.images(5, 1).unwrap();
        assert_ne!(images, task.images(5, 2).unwrap());
        assert_eq!(images.len(), 5 * task.classes().len());
        for class in 0..task.classes().len() as u32 {
            assert_eq!(images.labels().iter().filter(|&&label| label == class).count(), 5);
        }
        let distinct: BTreeSet<&[u8]> = (0..images.len()).map(|image| images.pixels(image)).collect();
        assert_eq!(distinct.len(), images.len());
    }
}

#[test]
fn a_split_shares_no_image_and_has_every_class_in_every_part() {
    let images = Task::Strokes.images(20, 3).unwrap();
    let split = Split::new(&images, [10, 25], 7).unwrap();
    assert_eq!(split, Split::new(&images, [10, 25], 7).unwrap());
    assert_ne!(split, Split::new(&images, [10, 25], 8).unwrap());
    let parts = [(&split.train, 13), (&split.validation, 2), (&split.held_out, 5)];
    let mut seen = BTreeSet::new();
    for (part, of_each) in parts {
        for class in 0..10 {
            assert_eq!(part.labels().iter().filter(|&&label| label == class).count(), of_each);
        }
        for image in 0..part.len() {
            assert!(seen.insert(part.pixels(image).to_vec()), "an image stands in two parts");
        }
    }
    assert_eq!(seen.len(), images.len());
    // However large the shares, there is something left to learn from.
    let greedy = Split::new(&images, [100, 100], 7).unwrap();
    assert!(greedy.train.len() >= 10 && greedy.validation.len() >= 10);
}

fn plain(classes: &[&str], labels: Vec<u32>) -> Result<Images, VisionError> {
    let pixels = (0..labels.len() * 4).map(|place| place as u8).collect();
    Images::new([2, 1], classes.iter().map(|&class| class.to_owned()).collect(), pixels, labels)
}

#[test]
fn what_cannot_be_learned_from_is_refused_with_what_was_wrong() {
    assert!(matches!(plain(&["cat"], vec![]), Err(VisionError::Empty)));
    assert!(matches!(Task::Shapes.images(0, 1), Err(VisionError::Empty)));
    assert!(matches!(Task::Shapes.images(usize::MAX, 1), Err(VisionError::Model(_))));
    let label = plain(&["cat", "dog"], vec![0, 1, 2]);
    assert!(matches!(label, Err(VisionError::Label { image: 2, label: 2, classes: 2 })));
    let missing = Images::new([2, 1], vec!["cat".into()], vec![0; 7], vec![0, 0]);
    assert!(matches!(missing, Err(VisionError::Pixels { found: 7, images: 2, side: 2, channels: 1 })));
    let vast = Images::new([usize::MAX, 3], vec!["cat".into()], vec![], vec![0]);
    assert!(matches!(vast, Err(VisionError::Pixels { .. })));
    for classes in [&["cat"][..], &["cat", "dog"]] {
        let one = Split::new(&plain(classes, vec![0; 9]).unwrap(), [10, 10], 1).unwrap_err();
        assert!(matches!(&one, VisionError::OneClass { images: 9, class } if class == "cat"), "{one:?}");
        assert!(one.to_string().contains("at least two classes"), "{one}");
    }
    let few = Split::new(&plain(&["cat", "dog"], vec![0, 0, 0, 1, 1]).unwrap(), [10, 10], 1);
    assert!(matches!(few, Err(VisionError::TooFew { images: 2, least: 3, class }) if class == "dog"));
}

#[test]
fn models_refuse_sizes_that_do_not_go_together_and_images_of_another_form() {
    let tiny = VisionTransformer::tiny(8);
    let patches = VisionTransformer { patch: 5, ..tiny.clone() };
    assert!(matches!(patches.check(), Err(VisionError::Patches { side: 16, patch: 5 })));
    let heads = VisionTransformer { heads: 5, ..tiny.clone() };
    assert!(matches!(heads.check(), Err(VisionError::Heads { width: 48, heads: 5 })));
    assert!(matches!(tiny.with_classes(1).check(), Err(VisionError::Model(_))));
    assert!(matches!(VisionTransformer { depth: 0, ..tiny.clone() }.check(), Err(VisionError::Model(_))));
    let targets = Lora { targets: vec![], ..Lora::default() };
    assert!(matches!(targets.check(&tiny), Err(VisionError::NoTarget)));
    assert!(Lora::of_rank(0).check(&tiny).is_err());
    assert!(Lora { dropout: f64::NAN, ..Lora::default() }.check(&tiny).is_err());
    let parameters = Parameters::drawn(tiny.parameters(), 1, DType::F32).unwrap();
    let network = Network::new(&tiny, &parameters.frozen(), DType::F32).unwrap();
    let small = plain(&["cat", "dog"], vec![0, 1]).unwrap();
    assert!(matches!(network.logits(&small, &[0], None), Err(VisionError::Form { side: 2, .. })));
    let digits = Task::Strokes.images(1, 1).unwrap();
    assert!(matches!(
        network.losses(&digits, &[0], None),
        Err(VisionError::Classes { images: 10, model: 8 })
    ));
    assert!(matches!(network.logits(&digits, &[], None), Err(VisionError::Empty)));
    let missing = network.logits(&digits, &[3, 10], None);
    assert!(matches!(missing, Err(VisionError::NoImage { image: 10, images: 10 })));
}
