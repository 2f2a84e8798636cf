//! The WGSL programs: the files that make each up, and its entry points.

/// A file in `shaders/`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShaderFile {
    /// The name of the file in that folder.
    pub name: &'static str,
    /// The text of the file.
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

/// A WGSL module and its entry points. WGSL has no imports, so a module is the concatenation of its files.
#[derive(Debug, PartialEq, Eq)]
pub struct Program {
    /// A name that identifies the program.
    pub name: &'static str,
    /// The files, in order.
    pub files: &'static [ShaderFile],
    /// The entry points.
    pub entry_points: &'static [&'static str],
}

impl Program {
    /// Returns the text to compile.
    pub fn source(&self) -> String {
        self.files.iter().map(|file| file.source).collect::<Vec<_>>().join("\n")
    }
}

/// G_ii in one dispatch, for large η.
pub(crate) const HALO_GREEN: Program =
    Program { name: "halo", files: &[STEP, TILE, OUTPUT, GREEN, HALO], entry_points: &["halo_green"] };
/// G_ii of any length at any η.
pub(crate) const SEQUENCE_GREEN: Program = Program {
    name: "sequence",
    files: &[STEP, ELEMENT, MOEBIUS, TILE, BOUNDARIES, OUTPUT, GREEN, REDUCE, SEQUENCE],
    entry_points: &["reduce", "apply_green"],
};
/// G_ii of at most 2048 sites in one dispatch.
pub(crate) const FUSED_GREEN: Program = Program {
    name: "fused",
    files: &[STEP, ELEMENT, MOEBIUS, TREE, TILE, BOUNDARIES, OUTPUT, GREEN, REDUCE, FUSED],
    entry_points: &["fused_green"],
};
/// The values at the ends of all chunks, from Moebius elements.
pub(crate) const MOEBIUS_SPINE: Program = Program {
    name: "spine of Moebius maps",
    files: &[STEP, ELEMENT, MOEBIUS, TREE, SPINE],
    entry_points: &["walk", "fold", "spread"],
};
/// The values at the ends of all chunks, from affine elements.
pub(crate) const AFFINE_SPINE: Program = Program {
    name: "spine of affine maps",
    files: &[STEP, ELEMENT, AFFINE, TREE, SPINE],
    entry_points: &["walk", "fold", "spread"],
};
/// The density of states Im G_ii/π of one chain at many energies.
pub(crate) const DENSITY_MAP: Program = Program {
    name: "map",
    files: &[STEP, ELEMENT, MOEBIUS, MAP],
    entry_points: &["map_reduce", "map_apply"],
};
/// L_i: the continued fraction from the left alone.
pub(crate) const CAUSAL_FORM: Program = Program {
    name: "causal",
    files: &[STEP, ELEMENT, TILE, BOUNDARIES, OUTPUT, CAUSAL],
    entry_points: &["halo_causal", "apply_causal"],
};
/// The gradient through G_ii.
pub(crate) const GREEN_ADJOINT: Program = Program {
    name: "adjoint",
    files: &[STEP, ELEMENT, TILE, BOUNDARIES, OUTPUT, ADJOINT],
    entry_points: &["halo_adjoint", "reduce_adjoint", "apply_adjoint"],
};
/// The gradient through L_i.
pub(crate) const CAUSAL_FORM_ADJOINT: Program = Program {
    name: "causal adjoint",
    files: &[STEP, ELEMENT, TILE, BOUNDARIES, OUTPUT, CAUSAL_ADJOINT],
    entry_points: &["halo_causal_adjoint", "reduce_causal_adjoint", "apply_causal_adjoint"],
};
