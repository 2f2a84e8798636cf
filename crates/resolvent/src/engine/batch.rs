//! Batches on any back end: G_ii, the causal form, and their gradients.

use super::Engine;
use crate::backend::Backend;
use crate::chain::Shift;
use crate::cpu::{
    Batch, ComplexPlanes, Gradient, causal_batch, causal_with_adjoint, green_adjoint, green_batch,
};
use crate::error::ResolventError;
use crate::gpu::{Planes, Sequences};
use crate::kernels::{MOST_FUSED_SITES, MOST_HALO_SITES, SequenceKernel};
use crate::real::Real;

/// The form of the resolvent to compute.
#[derive(Debug, Clone, Copy)]
pub(super) enum Form {
    /// G_ii.
    Green,
    /// L_i.
    Causal,
}

impl Engine {
    /// Computes G_ii of every sequence of a batch.
    ///
    /// # Errors
    /// [`ResolventError::Memory`] if the result or the workspace does not fit in memory; [`ResolventError::Gpu`] or
    /// [`ResolventError::NotFinite`] if the GPU fails.
    pub async fn green_batch<T: Real>(
        &self,
        batch: &Batch<'_, T>,
    ) -> Result<ComplexPlanes<T>, ResolventError> {
        self.values(Form::Green, batch).await
    }

    /// Computes L_i of every sequence of a batch: the causal form, which at site i depends only on the sites up to
    /// i.
    ///
    /// # Errors
    /// The errors of [`green_batch`](Self::green_batch).
    pub async fn causal_batch<T: Real>(
        &self,
        batch: &Batch<'_, T>,
    ) -> Result<ComplexPlanes<T>, ResolventError> {
        self.values(Form::Causal, batch).await
    }

    /// Computes the exact gradient through [`green_batch`](Self::green_batch), given the cotangents g_i = ∂Loss/∂Re
    /// G_ii − i ∂Loss/∂Im G_ii.
    ///
    /// # Errors
    /// The errors of [`green_batch`](Self::green_batch); [`ResolventError::BatchShape`] or
    /// [`ResolventError::BatchValue`] for cotangents whose shape is not that of the batch or whose values are out
    /// of range for the precision.
    pub async fn green_adjoint<T: Real>(
        &self,
        batch: &Batch<'_, T>,
        cotangents: &ComplexPlanes<T>,
    ) -> Result<Gradient<T>, ResolventError> {
        self.gradient(Form::Green, batch, cotangents).await
    }

    /// Computes the exact gradient through [`causal_batch`](Self::causal_batch), given the cotangents g_i =
    /// ∂Loss/∂Re L_i − i ∂Loss/∂Im L_i.
    ///
    /// # Errors
    /// The errors of [`green_adjoint`](Self::green_adjoint).
    pub async fn causal_adjoint<T: Real>(
        &self,
        batch: &Batch<'_, T>,
        cotangents: &ComplexPlanes<T>,
    ) -> Result<Gradient<T>, ResolventError> {
        self.gradient(Form::Causal, batch, cotangents).await
    }

    async fn values<T: Real>(
        &self,
        form: Form,
        batch: &Batch<'_, T>,
    ) -> Result<ComplexPlanes<T>, ResolventError> {
        if self.report().backend == Backend::F64 {
            return Ok(converted(&values(form, &Seen::<f64>::of(batch).batch())?));
        }
        let seen = Seen::<f32>::of(batch);
        let computed = match self.planes(form, batch.shifts(), &seen.batch(), None).await? {
            Some(planes) => planes.values,
            None => values(form, &seen.batch())?,
        };
        Ok(converted(&computed))
    }

    async fn gradient<T: Real>(
        &self,
        form: Form,
        batch: &Batch<'_, T>,
        cotangents: &ComplexPlanes<T>,
    ) -> Result<Gradient<T>, ResolventError> {
        batch.check_cotangents(cotangents)?;
        if self.report().backend == Backend::F64 {
            let gradient = gradient(form, &Seen::<f64>::of(batch).batch(), &converted(cotangents))?;
            return Ok(converted_gradient(&gradient));
        }
        let seen = Seen::<f32>::of(batch);
        let (single, cotangents) = (seen.batch(), converted::<T, f32>(cotangents));
        single.check_cotangents(&cotangents)?;
        let gradient = match self.planes(form, batch.shifts(), &single, Some(&cotangents)).await? {
            Some(planes) => gradient_of(&single, &planes)?,
            None => gradient(form, &single, &cotangents)?,
        };
        Ok(converted_gradient(&gradient))
    }

    /// Computes the planes on the GPU and checks that all values are finite; `None` if the CPU has to compute.
    /// `shifts` are the original points of the batch, for error messages; `batch` is relative to each sequence's
    /// own energy.
    pub(super) async fn planes(
        &self,
        form: Form,
        shifts: &[Shift],
        batch: &Batch<'_, f32>,
        cotangents: Option<&ComplexPlanes<f32>>,
    ) -> Result<Option<Planes>, ResolventError> {
        let etas: Vec<f32> = batch.shifts().iter().map(|shift| shift.eta() as f32).collect();
        let sequences = Sequences {
            sites: batch.sites(),
            diagonals: batch.diagonals(),
            bonds: batch.bonds(),
            etas: &etas,
            cotangents,
        };
        let kernel = self.kernel_for(form, &sequences);
        let computed = self.on_gpu(async |gpu| gpu.sequences(kernel, sequences).await).await?;
        let Some(planes) = computed else { return Ok(None) };
        self.used.set(Some(kernel));
        let Planes { values: ComplexPlanes { re, im }, bonds } = &planes;
        for plane in [re, im, bonds] {
            if let Some(place) = plane.iter().position(|value| !value.is_finite()) {
                let (sequence, site) = (place / batch.sites(), place % batch.sites());
                return Err(ResolventError::NotFinite { site, energy: shifts[sequence].energy() });
            }
        }
        Ok(Some(planes))
    }

    /// Returns the kernel for a form: the forced kernel if it is usable; otherwise a kernel of one dispatch if η or
    /// the length allows it; otherwise the scan.
    fn kernel_for(&self, form: Form, sequences: &Sequences<'_>) -> SequenceKernel {
        use crate::kernels::SequenceKernel as Kernel;
        let (halo, scan) = match (form, sequences.cotangents) {
            (Form::Green, None) => (Kernel::Halo, Kernel::Sequence),
            (Form::Causal, None) => (Kernel::CausalHalo, Kernel::CausalSequence),
            (Form::Green, Some(_)) => (Kernel::AdjointHalo, Kernel::AdjointSequence),
            (Form::Causal, Some(_)) => (Kernel::CausalAdjointHalo, Kernel::CausalAdjointSequence),
        };
        let usable = |kernel: &Kernel| {
            let fused = *kernel == Kernel::Fused && halo == Kernel::Halo;
            (fused && sequences.sites <= MOST_FUSED_SITES)
                || (*kernel == halo && sequences.halo_sites() <= MOST_HALO_SITES)
                || *kernel == scan
        };
        self.forced.into_iter().chain([Kernel::Fused, halo]).find(usable).unwrap_or(scan)
    }
}

/// A batch as a back end computes it: in the precision of the back end, and with each sequence's energy subtracted
/// before rounding.
struct Seen<T> {
    sites: usize,
    diagonals: Vec<T>,
    bonds: Option<Vec<T>>,
    shifts: Vec<Shift>,
}

impl<T: Real> Seen<T> {
    fn of<From: Real>(batch: &Batch<From>) -> Self {
        let rows = batch.diagonals().chunks_exact(batch.sites()).zip(batch.shifts());
        let seen = |(row, shift): (&[From], &Shift)| {
            let energy = shift.energy();
            row.iter().map(|&value| T::round(value.into() - energy)).collect::<Vec<_>>()
        };
        Self {
            sites: batch.sites(),
            diagonals: rows.flat_map(seen).collect(),
            bonds: batch.bonds().map(|bonds| bonds.iter().map(|&bond| T::round(bond.into())).collect()),
            shifts: batch.shifts().iter().map(|shift| shift.at_origin()).collect(),
        }
    }

    fn batch(&self) -> Batch<'_, T> {
        Batch::of_checked(self.sites, &self.diagonals, self.bonds.as_deref(), &self.shifts)
    }
}

/// Computes G or L on the CPU.
fn values<T: Real>(form: Form, batch: &Batch<T>) -> Result<ComplexPlanes<T>, ResolventError> {
    let mut values = ComplexPlanes::default();
    match form {
        Form::Green => green_batch(batch, &mut values)?,
        Form::Causal => causal_batch(batch, &mut values)?,
    }
    Ok(values)
}

/// Computes a gradient on the CPU.
fn gradient<T: Real>(
    form: Form,
    batch: &Batch<T>,
    cotangents: &ComplexPlanes<T>,
) -> Result<Gradient<T>, ResolventError> {
    let mut gradient = Gradient::default();
    match form {
        Form::Green => green_adjoint(batch, cotangents, &mut gradient)?,
        Form::Causal => {
            causal_with_adjoint(batch, cotangents, &mut ComplexPlanes::default(), &mut gradient)?;
        }
    }
    Ok(gradient)
}

/// Returns the gradient from s: −Re s with respect to the diagonal, Re Σ s to E, and −Im Σ s to η.
fn gradient_of(batch: &Batch<'_, f32>, planes: &Planes) -> Result<Gradient<f32>, ResolventError> {
    let sites = batch.sites();
    let mut gradient = Gradient::default();
    gradient.reshape(batch)?;
    let ComplexPlanes { re, im } = &planes.values;
    let sum = |row: &[f32]| row.iter().map(|&value| f64::from(value)).sum::<f64>();
    gradient.diagonals.iter_mut().zip(re).for_each(|(derivative, re)| *derivative = -re);
    gradient.energies.iter_mut().zip(re.chunks_exact(sites)).for_each(|(by, row)| *by = sum(row));
    gradient.etas.iter_mut().zip(im.chunks_exact(sites)).for_each(|(by, row)| *by = -sum(row));
    if batch.bonds().is_some() {
        let bonds = planes.bonds.chunks_exact(sites).flat_map(|row| &row[..sites - 1]);
        gradient.bonds.iter_mut().zip(bonds).for_each(|(derivative, &value)| *derivative = value);
    }
    Ok(gradient)
}

fn converted<From: Real, To: Real>(planes: &ComplexPlanes<From>) -> ComplexPlanes<To> {
    ComplexPlanes { re: rounded(&planes.re), im: rounded(&planes.im) }
}

fn converted_gradient<From: Real, To: Real>(gradient: &Gradient<From>) -> Gradient<To> {
    Gradient {
        diagonals: rounded(&gradient.diagonals),
        bonds: rounded(&gradient.bonds),
        energies: gradient.energies.clone(),
        etas: gradient.etas.clone(),
    }
}

fn rounded<From: Real, To: Real>(values: &[From]) -> Vec<To> {
    values.iter().map(|&value| To::round(value.into())).collect()
}
