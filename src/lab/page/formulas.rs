//! The mathematics beside the figures, in MathML: every current browser sets it, and a screen reader reads it.

use leptos::prelude::*;

/// How the published simulation makes its numbers.
#[component]
pub(super) fn Robustness() -> impl IntoView {
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

/// What the resolvent is and how its diagonal is computed.
#[component]
pub(super) fn Resolvent() -> impl IntoView {
    view! {
        <details class="formula" open>
            <summary>"What is computed"</summary>
            <p>"H is a chain: the potential v on the diagonal, 1 between neighbours. At z = E + iη,"</p>
            <math display="block" inner_html="<mrow><msub><mi>G</mi><mrow><mi>i</mi><mi>i</mi></mrow></msub><mo>=</mo><msub><mrow><mo>[</mo><msup><mrow><mo>(</mo><mi>H</mi><mo>−</mo><mi>z</mi><mo>)</mo></mrow><mrow><mo>−</mo><mn>1</mn></mrow></msup><mo>]</mo></mrow><mrow><mi>i</mi><mi>i</mi></mrow></msub><mo>=</mo><mfrac><mn>1</mn><mrow><msub><mi>v</mi><mi>i</mi></msub><mo>−</mo><mi>z</mi><mo>−</mo><msub><mi>L</mi><mrow><mi>i</mi><mo>−</mo><mn>1</mn></mrow></msub><mo>−</mo><msub><mi>R</mi><mrow><mi>i</mi><mo>+</mo><mn>1</mn></mrow></msub></mrow></mfrac></mrow>"></math>
            <p>"with the continued fractions from the left and from the right, the self-energies of the two half chains:"</p>
            <math display="block" inner_html="<mrow><msub><mi>L</mi><mi>i</mi></msub><mo>=</mo><mfrac><mn>1</mn><mrow><msub><mi>v</mi><mi>i</mi></msub><mo>−</mo><mi>z</mi><mo>−</mo><msub><mi>L</mi><mrow><mi>i</mi><mo>−</mo><mn>1</mn></mrow></msub></mrow></mfrac><mo>,</mo><mspace width='0.8em'/><msub><mi>R</mi><mi>i</mi></msub><mo>=</mo><mfrac><mn>1</mn><mrow><msub><mi>v</mi><mi>i</mi></msub><mo>−</mo><mi>z</mi><mo>−</mo><msub><mi>R</mi><mrow><mi>i</mi><mo>+</mo><mn>1</mn></mrow></msub></mrow></mfrac></mrow>"></math>
            <p>"Im Gᵢᵢ / π is the local density of states: how much of site i the states near E hold. η widens every level to a line of that half-width. Each step adds positive imaginary parts, so the density can never come out negative, and no product is formed that could overflow however long the chain."</p>
        </details>
    }
}
