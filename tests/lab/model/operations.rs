//! The custom operations of the models by themselves.

use super::gradients;
use bk_models::ops::{ResolventForm, apply_resolvent, resolvent_features, selective_scan};
use bk_python::random::LegacyRandom;
use candle_core::{DType, Device, Tensor, Var};
use num_complex::Complex;

fn normal(shape: &[usize], seed: u32, scale: f64, offset: f64) -> Tensor {
    let mut random = LegacyRandom::new(seed);
    let values: Vec<f64> = (0..shape.iter().product()).map(|_| offset + scale * random.normal()).collect();
    Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
}

fn variable(name: &str, tensor: &Tensor) -> (String, Var) {
    (name.into(), Var::from_tensor(tensor).unwrap())
}

/// A loss with a different weight for every output.
fn weighted(output: &Tensor) -> Tensor {
    let weights = normal(output.dims(), 99, 1.0, 0.0);
    (output * weights).unwrap().sum_all().unwrap()
}

#[test]
fn the_resolvents_derivatives_are_exact() {
    for two_sided in [false, true] {
        let potential = variable("v", &normal(&[2, 7, 3], 1, 1.0, 0.0));
        let eta = variable("eta", &Tensor::new(&[0.2f64, 0.5, 1.0], &Device::Cpu).unwrap());
        let bond = variable("bond", &Tensor::new(&[1.0f64, 0.4, 2.0], &Device::Cpu).unwrap());
        let variables = [potential, eta, bond];
        let form = ResolventForm { two_sided, bonded: true, gradient: None };
        gradients::check(&variables, 100, || {
            let [(_, potential), (_, eta), (_, bond)] = &variables;
            weighted(&resolvent_features(potential, eta, bond, form).unwrap())
        });
    }
}

/// resnet-bk.md §1.2: the loss Σ Re G + 2 Σ Im G of four sites.
#[test]
fn the_two_sided_resolvent_and_its_derivative_are_those_of_the_reference() {
    let potential = Tensor::new(&[[[0.3f64], [-0.2], [0.5], [0.1]]], &Device::Cpu).unwrap();
    let potential = Var::from_tensor(&potential).unwrap();
    let one = Tensor::ones(1, DType::F64, &Device::Cpu).unwrap();
    let form = ResolventForm { two_sided: true, ..ResolventForm::default() };
    let features = resolvent_features(&potential, &one, &one, form).unwrap();
    let first: Vec<f64> = features.flatten_all().unwrap().to_vec1().unwrap();
    assert!((first[0] + 0.39178325).abs() < 1e-8 && (first[1] - 0.36570327).abs() < 1e-8);
    let loss = (features.narrow(2, 0, 1).unwrap().sum_all().unwrap()
        + (2.0 * features.narrow(2, 1, 1).unwrap().sum_all().unwrap()).unwrap())
    .unwrap();
    let by: Vec<f64> =
        loss.backward().unwrap().get(&potential).unwrap().flatten_all().unwrap().to_vec1().unwrap();
    for (found, exact) in by.into_iter().zip([0.58851852, 0.52934964, 0.85779441, 0.47831696]) {
        assert!((found - exact).abs() < 1e-8, "{found} is not {exact}");
    }
}

#[test]
fn the_causal_resolvent_knows_no_later_site() {
    let one = Tensor::ones(1, DType::F64, &Device::Cpu).unwrap();
    let features = |values: &[f64]| -> Vec<f64> {
        let potential = Tensor::from_slice(values, (1, values.len(), 1), &Device::Cpu).unwrap();
        let features = resolvent_features(&potential, &one, &one, ResolventForm::default()).unwrap();
        features.flatten_all().unwrap().to_vec1().unwrap()
    };
    let (one, other) = (features(&[0.3, -0.2, 0.5, 0.1]), features(&[0.3, -0.2, -1.5, 2.0]));
    assert_eq!(one[..4], other[..4]);
    assert_ne!(one[4..], other[4..]);
}

/// Two sequences of 4 sites, two resolvents, two values for each.
fn applied_arguments() -> [(String, Var); 3] {
    [
        variable("L", &normal(&[2, 4, 4], 11, 0.7, 0.0)),
        variable("u", &normal(&[2, 4, 4], 12, 1.0, 0.0)),
        variable("bond", &Tensor::new(&[0.7f64, 1.2], &Device::Cpu).unwrap()),
    ]
}

#[test]
fn the_applied_resolvents_derivatives_are_exact() {
    let variables = applied_arguments();
    gradients::check(&variables, 100, || {
        let [(_, green), (_, values), (_, bond)] = &variables;
        weighted(&apply_resolvent(green, values, bond).unwrap())
    });
}

/// Solving the lower triangle: what y is made of when every product is written out.
#[test]
fn the_applied_resolvent_is_its_definition() {
    let [green, values, bond] = applied_arguments();
    let found = apply_resolvent(&green.1, &values.1, &bond.1).unwrap();
    let list = |tensor: &Tensor| -> Vec<f64> { tensor.flatten_all().unwrap().to_vec1().unwrap() };
    let (green, values, bond, found) = (list(&green.1), list(&values.1), list(&bond.1), list(&found));
    for (sequence, channel, site) in
        (0..2).flat_map(|s| (0..4).flat_map(move |c| (0..4).map(move |i| (s, c, i))))
    {
        let head = channel % 2;
        let row = |site: usize| sequence * 4 + site;
        let left = |site: usize| Complex::new(green[row(site) * 4 + head], green[row(site) * 4 + 2 + head]);
        let exact: Complex<f64> = (0..=site)
            .map(|from| {
                let path: Complex<f64> = (from..=site).map(left).product();
                path * bond[head].powi((site - from) as i32) * values[row(from) * 4 + channel]
            })
            .sum();
        let y = Complex::new(found[row(site) * 8 + channel], found[row(site) * 8 + 4 + channel]);
        assert!(
            (y - exact).norm() < 1e-12,
            "sequence {sequence}, channel {channel}, site {site}: {y}, not {exact}"
        );
    }
}

/// The channels are more than one bundle of lanes and no whole number of them.
const SIZES: [usize; 4] = [2, 6, 11, 3];

fn scan_arguments() -> [(String, Var); 3] {
    let [batch, length, channels, states] = SIZES;
    let u = normal(&[batch, length, channels], 2, 1.0, 0.0);
    let delta = (normal(&[batch, length, channels], 3, 0.3, 0.0).exp().unwrap() * 0.3).unwrap();
    let decay = normal(&[channels, states], 4, 0.5, 0.0).exp().unwrap().neg().unwrap();
    let skip = normal(&[channels, 1], 5, 1.0, 0.0);
    [
        variable("u and delta", &Tensor::stack(&[u, delta], 0).unwrap()),
        variable("A and D", &Tensor::cat(&[decay, skip], 1).unwrap()),
        variable("B and C", &normal(&[batch, length, 2 * states], 6, 1.0, 0.0)),
    ]
}

#[test]
fn the_scans_derivatives_are_exact() {
    let variables = scan_arguments();
    gradients::check(&variables, 200, || {
        let [(_, inputs), (_, dynamics), (_, mixing)] = &variables;
        weighted(&selective_scan(inputs, dynamics, mixing).unwrap())
    });
}

#[test]
fn the_scan_is_its_definition() {
    let [batch, length, channels, states] = SIZES;
    let values = scan_arguments()
        .map(|(_, variable)| -> Vec<f64> { variable.flatten_all().unwrap().to_vec1().unwrap() });
    let [(_, inputs), (_, dynamics), (_, mixing)] = scan_arguments();
    let single = |variable: &Var| variable.to_dtype(DType::F32).unwrap();
    let found = selective_scan(&inputs, &dynamics, &mixing).unwrap().flatten_all().unwrap();
    let rounded = selective_scan(&single(&inputs), &single(&dynamics), &single(&mixing)).unwrap();
    let found: Vec<f64> = found.to_vec1().unwrap();
    let rounded: Vec<f32> = rounded.flatten_all().unwrap().to_vec1().unwrap();
    let [inputs, dynamics, mixing] = values;
    for sequence in 0..batch {
        for channel in 0..channels {
            let mut held = vec![0.0; states];
            let row = &dynamics[channel * (states + 1)..][..states + 1];
            for time in 0..length {
                let place = (sequence * length + time) * channels + channel;
                let (u, delta) = (inputs[place], inputs[batch * length * channels + place]);
                let mixing = &mixing[(sequence * length + time) * 2 * states..][..2 * states];
                let mut y = row[states] * u;
                for state in 0..states {
                    held[state] = (delta * row[state]).exp() * held[state] + delta * mixing[state] * u;
                    y += mixing[states + state] * held[state];
                }
                assert!((found[place] - y).abs() < 1e-13, "{} is not {y}", found[place]);
                // Some ten operations in single precision on numbers of size 1.
                assert!((f64::from(rounded[place]) - y).abs() < 1e-5, "{} is not {y}", rounded[place]);
            }
        }
    }
}
