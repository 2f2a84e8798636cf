//! Tables in LaTeX.

use super::{Table, number};

/// Writes the table for inclusion in a paper.
pub(super) fn table(table: &Table) -> String {
    let row = |cells: &Vec<String>| {
        let cells: Vec<String> = cells.iter().map(|cell| set(cell)).collect();
        format!("    {} \\\\\n", cells.join(" & "))
    };
    let (caption, headings) = (escape(&table.caption), row(&table.columns));
    let alignments: String = (0..table.columns.len()).map(|column| alignment(table, column)).collect();
    let rows: String = table.rows.iter().map(row).collect();
    format!(
        "% \\usepackage{{booktabs}}\n\\begin{{table}}\n  \\centering\n  \\caption{{{caption}}}\n  \
         \\begin{{tabular}}{{{alignments}}}\n    \\toprule\n{headings}    \\midrule\n{rows}    \\bottomrule\n  \
         \\end{{tabular}}\n\\end{{table}}\n"
    )
}

/// Returns `r` for a column that contains only numbers, dashes, and empty cells, and `l` for any other.
fn alignment(table: &Table, column: usize) -> char {
    let mut cells = table.rows.iter().filter_map(|row| row.get(column));
    if cells.all(|cell| number(cell).is_some() || ["", "–"].contains(&cell.as_str())) { 'r' } else { 'l' }
}

/// Writes a cell as LaTeX.
fn set(cell: &str) -> String {
    let Some(number) = number(cell) else { return escape(cell) };
    match number.split_once(['e', 'E']) {
        Some((factor, exponent)) => format!("${factor} \\times 10^{{{exponent}}}$"),
        None if number.starts_with('-') => format!("${number}$"),
        None => number,
    }
}

/// Escapes text for LaTeX. Characters without a command, such as accented letters, stay unchanged: LaTeX reads UTF-8.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match COMMANDS.iter().find(|(known, _)| *known == character) {
            Some((_, command)) => escaped += command,
            None if character.is_control() => escaped.push(' '),
            // Two hyphens would become a dash.
            None if character == '-' && escaped.ends_with('-') => escaped += "{}-",
            None => escaped.push(character),
        }
    }
    escaped
}

/// LaTeX code for characters that LaTeX takes for commands, that its first font encoding lacks, that need math mode, or
/// that have another meaning at the beginning of a row.
const COMMANDS: [(char, &str); 109] = [
    ('\\', r"\textbackslash{}"),
    ('{', r"\{"),
    ('}', r"\}"),
    ('$', r"\$"),
    ('&', r"\&"),
    ('#', r"\#"),
    ('%', r"\%"),
    ('_', r"\_"),
    ('^', r"\textasciicircum{}"),
    ('~', r"\textasciitilde{}"),
    ('<', "$<$"),
    ('>', "$>$"),
    ('|', "$|$"),
    ('"', "''"),
    ('`', r"\`{}"),
    ('[', "{[}"),
    ('*', "{*}"),
    ('\u{a0}', "~"),
    ('–', "--"),
    ('—', "---"),
    ('‘', "`"),
    ('’', "'"),
    ('“', "``"),
    ('”', "''"),
    ('…', r"\ldots{}"),
    ('−', "$-$"),
    ('±', r"$\pm$"),
    ('×', r"$\times$"),
    ('÷', r"$\div$"),
    ('·', r"$\cdot$"),
    ('√', r"$\surd$"),
    ('∞', r"$\infty$"),
    ('≈', r"$\approx$"),
    ('≠', r"$\neq$"),
    ('≤', r"$\leq$"),
    ('≥', r"$\geq$"),
    ('°', r"$^\circ$"),
    ('′', "$'$"),
    ('″', "$''$"),
    ('←', r"$\leftarrow$"),
    ('↑', r"$\uparrow$"),
    ('→', r"$\rightarrow$"),
    ('↓', r"$\downarrow$"),
    ('↔', r"$\leftrightarrow$"),
    ('•', r"$\bullet$"),
    ('●', r"$\bullet$"),
    ('★', r"$\star$"),
    ('✓', r"$\surd$"),
    ('✗', r"$\times$"),
    ('µ', r"$\mu$"),
    ('α', r"$\alpha$"),
    ('β', r"$\beta$"),
    ('γ', r"$\gamma$"),
    ('δ', r"$\delta$"),
    ('ε', r"$\varepsilon$"),
    ('ζ', r"$\zeta$"),
    ('η', r"$\eta$"),
    ('θ', r"$\theta$"),
    ('ι', r"$\iota$"),
    ('κ', r"$\kappa$"),
    ('λ', r"$\lambda$"),
    ('μ', r"$\mu$"),
    ('ν', r"$\nu$"),
    ('ξ', r"$\xi$"),
    ('ο', "o"),
    ('π', r"$\pi$"),
    ('ρ', r"$\rho$"),
    ('ς', r"$\varsigma$"),
    ('σ', r"$\sigma$"),
    ('τ', r"$\tau$"),
    ('υ', r"$\upsilon$"),
    ('φ', r"$\varphi$"),
    ('χ', r"$\chi$"),
    ('ψ', r"$\psi$"),
    ('ω', r"$\omega$"),
    ('Γ', r"$\Gamma$"),
    ('Δ', r"$\Delta$"),
    ('Θ', r"$\Theta$"),
    ('Λ', r"$\Lambda$"),
    ('Ξ', r"$\Xi$"),
    ('Π', r"$\Pi$"),
    ('Σ', r"$\Sigma$"),
    ('Υ', r"$\Upsilon$"),
    ('Φ', r"$\Phi$"),
    ('Ψ', r"$\Psi$"),
    ('Ω', r"$\Omega$"),
    ('⁰', "$^{0}$"),
    ('¹', "$^{1}$"),
    ('²', "$^{2}$"),
    ('³', "$^{3}$"),
    ('⁴', "$^{4}$"),
    ('⁵', "$^{5}$"),
    ('⁶', "$^{6}$"),
    ('⁷', "$^{7}$"),
    ('⁸', "$^{8}$"),
    ('⁹', "$^{9}$"),
    ('⁻', "$^{-}$"),
    ('ⁿ', "$^{n}$"),
    ('₀', "$_{0}$"),
    ('₁', "$_{1}$"),
    ('₂', "$_{2}$"),
    ('₃', "$_{3}$"),
    ('₄', "$_{4}$"),
    ('₅', "$_{5}$"),
    ('₆', "$_{6}$"),
    ('₇', "$_{7}$"),
    ('₈', "$_{8}$"),
    ('₉', "$_{9}$"),
    ('ₙ', "$_{n}$"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped() {
        for (text, expected) in [
            ("50 % of {R&D}_#1", r"50 \% of \{R\&D\}\_\#1"),
            (r"\input~^$", r"\textbackslash{}input\textasciitilde{}\textasciicircum{}\$"),
            ("η ≤ 0.5 × 10", r"$\eta$ $\leq$ 0.5 $\times$ 10"),
            ("[a]--*", "{[}a]-{}-{*}"),
            ("Schrödinger\n1926", "Schrödinger 1926"),
        ] {
            assert_eq!(escape(text), expected);
        }
    }

    #[test]
    fn numbers_have_minus_signs_and_powers() {
        assert_eq!(
            ["1.5", "-1.5", "−1.5", "2e-3", "−2.5E10"].map(set),
            ["1.5", "$-1.5$", "$-1.5$", r"$2 \times 10^{-3}$", r"$-2.5 \times 10^{10}$"]
        );
    }
}
