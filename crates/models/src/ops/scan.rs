//! The selective scan of a state-space model.

use super::element::{Element, LANES, Lanes, load, store, sum};
use super::{Argument, Kernel, Operation};
use bk_resolvent::Real;
use candle_core::{Error, Result, Shape, Tensor};

/// Returns y_t = Σ_s C_ts h_ts + D u_t with h_ts = exp(Δ_t A_s) h_{t−1,s} + Δ_t B_ts u_t, for each channel separately.
///
/// `inputs` is `[2, batch, length, channels]`: u, then Δ. `dynamics` is `[channels, states + 1]`: A, then D. `mixing`
/// is `[batch, length, 2·states]`: B, then C. The arguments are packed because an operation of candle has at most
/// three. The result is `[batch, length, channels]`. The gradient is exact.
///
/// # Errors
/// Returns an error if the shapes do not fit.
pub fn selective_scan(inputs: &Tensor, dynamics: &Tensor, mixing: &Tensor) -> Result<Tensor> {
    inputs.apply_op3(dynamics, mixing, Operation(Scan))
}

struct Scan;

/// The sizes of the arguments.
#[derive(Clone, Copy)]
struct Sizes {
    batch: usize,
    length: usize,
    channels: usize,
    states: usize,
}

impl Sizes {
    fn new<T>([inputs, dynamics, mixing]: [Argument<'_, T>; 3]) -> Result<Self> {
        match (inputs.dims, dynamics.dims, mixing.dims) {
            (&[2, batch, length, channels], &[same, columns], &[batch_too, length_too, parts])
                if same == channels
                    && (batch, length) == (batch_too, length_too)
                    && columns >= 2
                    && parts == 2 * (columns - 1)
                    && batch * length * channels > 0 =>
            {
                Ok(Self { batch, length, channels, states: columns - 1 })
            }
            shapes => Err(Error::Msg(format!("A selective scan cannot be made of {shapes:?}."))),
        }
    }

    /// Returns u and Δ of a sequence.
    fn inputs<'a, T>(&self, values: &'a [T], sequence: usize) -> [&'a [T]; 2] {
        let whole = self.length * self.channels;
        [0, self.batch].map(|offset| &values[(offset + sequence) * whole..][..whole])
    }

    /// Returns B and C of a sequence, one row per time step.
    fn mixing<'a, T>(&self, values: &'a [T], sequence: usize) -> &'a [T] {
        &values[sequence * self.length * 2 * self.states..][..self.length * 2 * self.states]
    }

    /// Returns A, one entry per state, and D, for the [`LANES`] channels from `first` on. A NaN or infinity in A makes
    /// D NaN, so that it reaches the result.
    fn dynamics<T: Element>(&self, values: &[T], first: usize) -> (Vec<T::Bundle>, T::Bundle) {
        let column = |column: usize| {
            T::into_register(std::array::from_fn(|lane| match first + lane < self.channels {
                true => values[(first + lane) * (self.states + 1) + column],
                false => T::default(),
            }))
        };
        let decay: Vec<T::Bundle> = (0..self.states).map(column).collect();
        let zero = decay.iter().fold(T::Bundle::default(), |sum, &state| sum + state * T::Bundle::default());
        (decay, column(self.states) + zero)
    }
}

/// Returns A log₂e. The scan uses powers of two, which are cheaper than exponentials.
fn rates<T: Element>(decay: &[T::Bundle]) -> Vec<T::Bundle> {
    let factor = <T as Real>::round(std::f64::consts::LOG2_E).in_all_lanes();
    decay.iter().map(|&state| state * factor).collect()
}

impl Kernel<3> for Scan {
    const NAME: &'static str = "the selective scan";

    fn forward<T: Element>(&self, arguments: [Argument<'_, T>; 3]) -> Result<(Vec<T>, Shape)> {
        let sizes = Sizes::new(arguments)?;
        let Sizes { batch, length, channels, states } = sizes;
        let [inputs, dynamics, mixing] = arguments.map(|argument| argument.values);
        let mut result = vec![T::default(); batch * length * channels];
        for first in (0..channels).step_by(LANES) {
            let (decay, skip) = sizes.dynamics(dynamics, first);
            let rates = rates::<T>(&decay);
            for (sequence, result) in result.chunks_exact_mut(length * channels).enumerate() {
                let [u, delta] = sizes.inputs(inputs, sequence);
                let mut held = vec![T::Bundle::default(); states];
                let rows = sizes.mixing(mixing, sequence).chunks_exact(2 * states);
                for (time, (row, result)) in rows.zip(result.chunks_exact_mut(channels)).enumerate() {
                    let u = T::into_register(load(&u[time * channels..][..channels], first));
                    let delta = T::into_register(load(&delta[time * channels..][..channels], first));
                    let (b, c) = row.split_at(states);
                    let (mut y, pushed) = (skip * u, delta * u);
                    for (((held, &rate), &b), &c) in held.iter_mut().zip(&rates).zip(b).zip(c) {
                        *held = T::exp2(delta * rate) * *held + pushed * b.in_all_lanes();
                        y = y + *held * c.in_all_lanes();
                    }
                    store(result, first, T::into_lanes(y));
                }
            }
        }
        Ok((result, (batch, length, channels).into()))
    }

    /// Computes the gradient backward in time. With the gradient g of the loss with respect to y, and a with respect to
    /// h:
    ///
    /// ```text
    /// a_ts = C_ts g_t + exp(Δ_{t+1} A_s) a_{t+1,s}
    /// ∂C_ts = Σ g_t h_ts,  ∂B_ts = Σ a_ts Δ_t u_t   (over channels),   ∂D = Σ g_t u_t,
    /// ∂u_t = D g_t + Σ_s a_ts Δ_t B_ts,
    /// ∂Δ_t = Σ_s a_ts (B_ts u_t + A_s e_ts h_{t−1,s}),   ∂A_s = Σ_t a_ts Δ_t e_ts h_{t−1,s},   e = exp(Δ A).
    /// ```
    ///
    /// h and e are recomputed for a few channels at a time, so that they fit into a cache.
    fn backward<T: Element>(
        &self,
        arguments: [Argument<'_, T>; 3],
        _: &[T],
        gradient: &[T],
    ) -> Result<[Vec<T>; 3]> {
        let sizes = Sizes::new(arguments)?;
        let Sizes { batch, length, channels, states } = sizes;
        let [inputs, dynamics, mixing] = arguments.map(|argument| argument.values);
        let whole = length * channels;
        let mut by_inputs = vec![T::default(); inputs.len()];
        let (by_u, by_delta) = by_inputs.split_at_mut(batch * whole);
        let mut by_dynamics = vec![T::default(); dynamics.len()];
        let mut by_mixing = vec![T::default(); mixing.len()];
        let mut space = Space::<T>::new(length, states);
        for sequence in 0..batch {
            let [u, delta] = sizes.inputs(inputs, sequence);
            let rows = sizes.mixing(mixing, sequence);
            let upstream = &gradient[sequence * whole..][..whole];
            space.by_mixing.fill(T::Bundle::default());
            for first in (0..channels).step_by(LANES) {
                let (decay, skip) = sizes.dynamics(dynamics, first);
                let rates = rates::<T>(&decay);
                let at = |values: &[T], time: usize| {
                    T::into_register(load(&values[time * channels..][..channels], first))
                };
                space.held[..states].fill(T::Bundle::default());
                for time in 0..length {
                    let (u, delta) = (at(u, time), at(delta, time));
                    let pushed = delta * u;
                    let row = &rows[time * 2 * states..][..states];
                    let (before, after) = space.held.split_at_mut((time + 1) * states);
                    let before = &before[time * states..];
                    let factors = &mut space.factor[time * states..][..states];
                    for ((after, factor), ((&before, &rate), &b)) in
                        after.iter_mut().zip(factors).zip(before.iter().zip(&rates).zip(row))
                    {
                        *factor = T::exp2(delta * rate);
                        *after = *factor * before + pushed * b.in_all_lanes();
                    }
                }
                space.adjoint.fill(T::Bundle::default());
                let mut by_decay = vec![T::Bundle::default(); states];
                let mut by_skip = T::Bundle::default();
                for time in (0..length).rev() {
                    let (u, delta, g) = (at(u, time), at(delta, time), at(upstream, time));
                    let (b, c) = rows[time * 2 * states..][..2 * states].split_at(states);
                    let (mut along_b, mut along_kept) = (T::Bundle::default(), T::Bundle::default());
                    let pushed = delta * u;
                    let (by_b, by_c) =
                        space.by_mixing[time * 2 * states..][..2 * states].split_at_mut(states);
                    let (held, factors) = (&space.held[time * states..], &space.factor[time * states..]);
                    for state in 0..states {
                        let a = space.adjoint[state] + g * c[state].in_all_lanes();
                        by_c[state] = by_c[state] + g * held[states + state];
                        by_b[state] = by_b[state] + a * pushed;
                        along_b = along_b + a * b[state].in_all_lanes();
                        let passed = a * factors[state];
                        let through = passed * held[state];
                        along_kept = along_kept + through * decay[state];
                        by_decay[state] = by_decay[state] + through * delta;
                        space.adjoint[state] = passed;
                    }
                    by_skip = by_skip + g * u;
                    let place = sequence * whole + time * channels;
                    let by_u_row = T::into_lanes(skip * g + along_b * delta);
                    store(&mut by_u[place..][..channels], first, by_u_row);
                    let by_delta_row = T::into_lanes(along_b * u + along_kept);
                    store(&mut by_delta[place..][..channels], first, by_delta_row);
                }
                let by_decay: Vec<Lanes<T>> = by_decay.into_iter().map(T::into_lanes).collect();
                let by_skip = T::into_lanes(by_skip);
                add_dynamics::<T>(&mut by_dynamics, first, &by_decay, by_skip);
            }
            let by_mixing = &mut by_mixing[sequence * length * 2 * states..][..length * 2 * states];
            by_mixing
                .iter_mut()
                .zip(&space.by_mixing)
                .for_each(|(by, &lanes)| *by = sum(T::into_lanes(lanes)));
        }
        Ok([by_inputs, by_dynamics, by_mixing])
    }
}

/// Adds the gradients of A and D of a bundle of channels, the first of which is `first`, to the rows of their channels.
fn add_dynamics<T: Element>(rows: &mut [T], first: usize, by_decay: &[Lanes<T>], by_skip: Lanes<T>) {
    let states = by_decay.len();
    for (lane, row) in rows.chunks_exact_mut(states + 1).skip(first).take(LANES).enumerate() {
        for (state, by_decay) in by_decay.iter().enumerate() {
            row[state] += by_decay[lane];
        }
        row[states] += by_skip[lane];
    }
}

/// Memory for the backward pass over one sequence.
struct Space<T: Element> {
    /// h before each time step and after the last one: `[time][state]`.
    held: Vec<T::Bundle>,
    /// exp(Δ A): `[time][state]`.
    factor: Vec<T::Bundle>,
    /// exp(Δ_{t+1} A) a_{t+1}: `[state]`.
    adjoint: Vec<T::Bundle>,
    /// The gradients with respect to B and C, per lane: `[time][2·state]`.
    by_mixing: Vec<T::Bundle>,
}

impl<T: Element> Space<T> {
    fn new(length: usize, states: usize) -> Self {
        let zeros = |count: usize| vec![T::Bundle::default(); count];
        Self {
            held: zeros((length + 1) * states),
            factor: zeros(length * states),
            adjoint: zeros(states),
            by_mixing: zeros(length * 2 * states),
        }
    }
}
