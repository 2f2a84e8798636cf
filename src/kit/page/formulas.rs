//! The mathematics beside the figures, in MathML: every current browser sets it, and a screen reader reads it.

use leptos::prelude::*;

/// How the published simulation makes its numbers.
#[component]
pub(crate) fn Robustness() -> impl IntoView {
    view! {
        <details class="formula" open>
            <summary>"How these numbers are made"</summary>
            <p>"Perplexity of a model at b bits, as the published script computes it:"</p>
            <math display="block" inner_html="<mrow><mi>P</mi><mo>(</mo><mi>b</mi><mo>)</mo><mo>=</mo><mi>max</mi><mo>(</mo><mi>base</mi><mo>·</mo><mi>m</mi><mo>(</mo><mi>b</mi><mo>)</mo><mo>+</mo><mi>σ</mi><msub><mi>g</mi><mi>k</mi></msub><mo>,</mo><mn>1</mn><mo>)</mo></mrow>"></math>
            <p>"gₖ is the k-th standard normal after seeding; both models get the same ones, since the generator is seeded anew for each. No model is involved."</p>
            <div class="table-scroll" tabindex="0" role="region" aria-label="Constants">
                <table>
                    <thead><tr><th scope="col">"Model"</th><th scope="col">"base"</th><th scope="col">"FP16"</th><th scope="col">"INT8"</th><th scope="col">"INT4"</th><th scope="col">"INT2"</th><th scope="col">"σ"</th></tr></thead>
                    <tbody>
                        <tr><th scope="row">"ResNet-BK"</th><td>"30"</td><td>"1.01"</td><td>"1.04"</td><td>"1.12"</td><td>"1.5"</td><td>"0.5"</td></tr>
                        <tr><th scope="row">"Mamba"</th><td>"32"</td><td>"1.03"</td><td>"1.15"</td><td>"6.5"</td><td>"15"</td><td>"2"</td></tr>
                    </tbody>
                </table>
            </div>
            <p>"The multipliers m lie just inside the thresholds that the checks test."</p>
        </details>
    }
}

/// How the published efficiency simulation makes its numbers.
#[component]
pub(crate) fn Efficiency() -> impl IntoView {
    view! {
        <details class="formula" open>
            <summary>"How these numbers are made"</summary>
            <p>"Configuration i of n computes a share c of the full depth. As the published script has it:"</p>
            <math display="block" inner_html="<mrow><mi>c</mi><mo>=</mo><mn>1</mn><mo>−</mo><mfrac><mi>i</mi><mi>n</mi></mfrac><mi>ρ</mi></mrow>"></math>
            <math display="block" inner_html="<mrow><mi>F</mi><mo>=</mo><msub><mi>F</mi><mn>0</mn></msub><mi>c</mi><mo>+</mo><msub><mi>σ</mi><mi>F</mi></msub><msup><mi>g</mi><mo>′</mo></msup></mrow>"></math>
            <math display="block" inner_html="<mrow><mi>P</mi><mo>=</mo><msub><mi>P</mi><mn>0</mn></msub><mo>(</mo><mn>1</mn><mo>+</mo><mo>(</mo><mn>1</mn><mo>−</mo><mi>c</mi><mo>)</mo><mi>κ</mi><mo>)</mo><mo>+</mo><msub><mi>σ</mi><mi>P</mi></msub><mi>g</mi></mrow>"></math>
            <div class="table-scroll" tabindex="0" role="region" aria-label="Constants">
                <table>
                    <thead><tr><th scope="col">"Model"</th><th scope="col">"F₀"</th><th scope="col">"P₀"</th><th scope="col">"ρ"</th><th scope="col">"κ"</th><th scope="col">"σP"</th><th scope="col">"σF"</th></tr></thead>
                    <tbody>
                        <tr><th scope="row">"ResNet-BK"</th><td>"5e9"</td><td>"28"</td><td>"0.6"</td><td>"0.15"</td><td>"0.3"</td><td>"1e8"</td></tr>
                        <tr><th scope="row">"Mamba"</th><td>"1e10"</td><td>"32"</td><td>"0.5"</td><td>"0.35"</td><td>"0.5"</td><td>"2e8"</td></tr>
                    </tbody>
                </table>
            </div>
            <p>"g and g′ are the same normals for both models. Mamba’s operations are twice ResNet-BK’s because F₀ and σF were set so; nothing was counted, and no model was run."</p>
        </details>
    }
}

/// How the published stability simulation makes its curves.
#[component]
pub(crate) fn Stability() -> impl IntoView {
    view! {
        <details class="formula" open>
            <summary>"How these curves are made"</summary>
            <p>"The loss at step t, as the published script has it:"</p>
            <math display="block" inner_html="<mrow><mi>ℓ</mi><mo>(</mo><mi>t</mi><mo>)</mo><mo>=</mo><mn>4</mn><msup><mi>e</mi><mrow><mo>−</mo><mn>0.003</mn><mi>t</mi></mrow></msup><mo>+</mo><mn>0.05</mn><msub><mi>g</mi><mi>t</mi></msub></mrow>"></math>
            <p>"ResNet-BK adds 0.2 · log₁₀(length / 8192) and is clipped to between 0.5 and 10, so it cannot diverge. Mamba beyond 8192 tokens is multiplied by a growing exponential from a chosen step on and gets 5 or 20 NaN at random places: it diverges by decree. At 8192 tokens, where nothing diverges, the clip leaves ResNet-BK with the higher loss."</p>
        </details>
    }
}
