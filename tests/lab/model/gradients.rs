//! Derivatives against finite differences, in double precision.

use candle_core::{Device, Tensor, Var};

/// The largest error of a derivative, relative to the largest one of the same tensor: what has to hold.
pub const TOLERANCE: f64 = 1e-6;

/// The distance of the points of a difference of fourth order: its own error is then some 1e-20 times the fifth
/// derivative, and rounding costs about 1e-16/1e-5 of the loss.
const STEP: f64 = 1e-5;

/// Derivatives of a loss by some entries of every variable, against differences.
pub fn check(variables: &[(String, Var)], most: usize, loss: impl Fn() -> Tensor) {
    let by = loss().backward().unwrap();
    for (name, variable) in variables {
        let exact: Vec<f64> = by.get(variable).map_or_else(
            || vec![0.0; variable.elem_count()],
            |by| by.flatten_all().unwrap().to_vec1().unwrap(),
        );
        let largest = exact.iter().fold(0f64, |most, by| most.max(by.abs()));
        // The phase may send no token to an expert, of which it then has to be true that nothing depends on it.
        let visited = !(name.starts_with("scattering") && name.contains("expert"));
        assert!(largest > 0.0 || !visited, "the loss does not depend on {name}");
        let largest = if largest > 0.0 { largest } else { 1e-3 };
        let before: Vec<f64> = variable.flatten_all().unwrap().to_vec1().unwrap();
        // The entries of the largest derivatives would be an easy choice; these are spread over all.
        let stride = before.len().div_ceil(most);
        for place in (0..before.len()).step_by(stride) {
            let at = |steps: f64| {
                let mut values = before.clone();
                values[place] += steps * STEP;
                variable.set(&Tensor::from_vec(values, variable.shape(), &Device::Cpu).unwrap()).unwrap();
                loss().to_scalar::<f64>().unwrap()
            };
            let slope = (8.0 * (at(1.0) - at(-1.0)) - (at(2.0) - at(-2.0))) / (12.0 * STEP);
            let error = (exact[place] - slope).abs() / largest;
            assert!(error < TOLERANCE, "{name}[{place}]: {} but the difference is {slope}", exact[place]);
        }
        variable.set(&Tensor::from_vec(before, variable.shape(), &Device::Cpu).unwrap()).unwrap();
    }
}
