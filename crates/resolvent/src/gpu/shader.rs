//! The WGSL programs: which files make each, and what in it can be dispatched.

/// A file of `shaders/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShaderFile {
    /// Its name in that folder.
    pub name: &'static str,
    /// Its text.
    pub source: &'static str,
}

macro_rules! files {
    ($($constant:ident = $name:literal;)*) => {
        $(const $constant: ShaderFile =
            ShaderFile { name: $name, source: include_str!(concat!("../../../../shaders/", $name)) };)*
    };
}

files! {
    STEP = "step.wgsl";
    ELEMENT = "element.wgsl";
    MOEBIUS = "moebius.wgsl";
    AFFINE = "affine.wgsl";
    TREE = "tree.wgsl";
    SPINE = "spine.wgsl";
    TILE = "tile.wgsl";
    BOUNDARIES = "boundaries.wgsl";
    OUTPUT = "output.wgsl";
    GREEN = "green.wgsl";
    REDUCE = "reduce.wgsl";
    HALO = "halo.wgsl";
    SEQUENCE = "sequence.wgsl";
    FUSED = "fused.wgsl";
    MAP = "map.wgsl";
    CAUSAL = "causal.wgsl";
    ADJOINT = "adjoint.wgsl";
    CAUSAL_ADJOINT = "causal_adjoint.wgsl";
}

/// A WGSL module: its files one behind the other, since WGSL has no imports, and its entry points.
#[derive(Debug, PartialEq, Eq)]
pub struct Program {
    /// The file its entry points are in.
    pub name: &'static str,
    /// Its files, in order.
    pub files: &'static [ShaderFile],
    /// Its entry points.
    pub entry_points: &'static [&'static str],
}

impl Program {
    /// The text to compile.
    pub fn source(&self) -> String {
        self.files.iter().map(|file| file.source).collect::<Vec<_>>().join("\n")
    }
}

/// One dispatch, large η.
pub(crate) const HALO_GREEN: Program =
    Program { name: "halo", files: &[STEP, TILE, OUTPUT, GREEN, HALO], entry_points: &["halo_green"] };
/// Any length, any η.
pub(crate) const SEQUENCE_GREEN: Program = Program {
    name: "sequence",
    files: &[STEP, ELEMENT, MOEBIUS, TILE, BOUNDARIES, OUTPUT, GREEN, REDUCE, SEQUENCE],
    entry_points: &["reduce", "apply_green"],
};
/// One dispatch, at most 2048 sites.
pub(crate) const FUSED_GREEN: Program = Program {
    name: "fused",
    files: &[STEP, ELEMENT, MOEBIUS, TREE, TILE, BOUNDARIES, OUTPUT, GREEN, REDUCE, FUSED],
    entry_points: &["fused_green"],
};
/// The values at all chunks' ends, from Moebius elements.
pub(crate) const MOEBIUS_SPINE: Program = Program {
    name: "spine of Moebius maps",
    files: &[STEP, ELEMENT, MOEBIUS, TREE, SPINE],
    entry_points: &["walk", "fold", "spread"],
};
/// The values at all chunks' ends, from affine elements.
pub(crate) const AFFINE_SPINE: Program = Program {
    name: "spine of affine maps",
    files: &[STEP, ELEMENT, AFFINE, TREE, SPINE],
    entry_points: &["walk", "fold", "spread"],
};
/// A map over energies.
pub(crate) const DENSITY_MAP: Program = Program {
    name: "map",
    files: &[STEP, ELEMENT, MOEBIUS, MAP],
    entry_points: &["map_reduce", "map_apply"],
};
/// The left continued fraction alone.
pub(crate) const CAUSAL_FORM: Program = Program {
    name: "causal",
    files: &[STEP, ELEMENT, TILE, BOUNDARIES, OUTPUT, CAUSAL],
    entry_points: &["halo_causal", "apply_causal"],
};
/// The gradient through the two-sided form.
pub(crate) const GREEN_ADJOINT: Program = Program {
    name: "adjoint",
    files: &[STEP, ELEMENT, TILE, BOUNDARIES, OUTPUT, ADJOINT],
    entry_points: &["halo_adjoint", "reduce_adjoint", "apply_adjoint"],
};
/// The gradient through the causal form.
pub(crate) const CAUSAL_FORM_ADJOINT: Program = Program {
    name: "causal adjoint",
    files: &[STEP, ELEMENT, TILE, BOUNDARIES, OUTPUT, CAUSAL_ADJOINT],
    entry_points: &["halo_causal_adjoint", "reduce_causal_adjoint", "apply_causal_adjoint"],
};
