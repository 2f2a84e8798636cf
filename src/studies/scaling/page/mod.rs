//! The room of measured efficiency and stability: models of several sizes, or for several contexts, are trained in this tab,
//! counted completely, and held against what was published.

mod controls;
mod settings;
mod shown;
mod state;

use crate::kit::page::state::Lab;
use leptos::prelude::*;
use settings::Study;
use state::{LadderRoom, StudyState};

/// The room.
#[component]
pub(crate) fn LadderView() -> impl IntoView {
    let lab = expect_context::<Lab>();
    let room = LadderRoom::open(lab);
    let study = Memo::new(move |_| room.settings.with(|settings| settings.study));
    let settings = |state: StudyState| {
        controls::settings(lab, state, Signal::derive(move || study.get() == state.study))
    };
    let stack = |state: StudyState| {
        let source = Memo::new(move |_| state.shown_source());
        view! {
            <section class="stack" hidden=move || study.get() != state.study aria-label=state.study.title()>
                {controls::run(lab, state)}
                {state.sources.choice(lab, crate::studies::scaling::ROOM, source)}
                {shown::view(lab, room, state)}
            </section>
        }
        .into_any()
    };
    let published =
        [(crate::studies::efficiency::ROOM, "efficiency"), (crate::studies::stability::ROOM, "stability")];
    let [efficiency, stability] = published.map(|(room, name)| {
        let link = move || lab.fragment(room);
        view! { <a href=link>{name}</a> }
    });
    view! {
        <section class="room" hidden=move || lab.room.get() != crate::studies::scaling::ROOM aria-labelledby="ladder-title">
            <header class="intro">
                <h1 id="ladder-title">"Measured efficiency and stability"</h1>
                <p>"The published figures of "{efficiency}" and "{stability}" are formulas plus noise; each is taken apart in its own room. Here models are trained on the same number of tokens of one text, every operation is counted, every step is kept, and the published claims are tested on them."</p>
            </header>
            {room.studies.map(settings).collect_view()}
            <div class="stage">
                {panels(room, study)}
                {room.studies.map(stack).collect_view()}
            </div>
            <aside class="notes">{formulas()}</aside>
        </section>
    }
    .into_any()
}

/// Links to the two studies, and what the present one is.
fn panels(room: LadderRoom, study: Memo<Study>) -> AnyView {
    let link = move |to: Study| {
        view! { <a href=move || room.fragment(to) aria-current=move || (study.get() == to).then_some("page")>{to.title()}</a> }
    };
    view! {
        <nav class="panels" aria-label="Panels">{Study::ALL.map(link).collect_view()}</nav>
        <p class="explanation">{move || study.get().explanation()}</p>
    }
    .into_any()
}

/// What is counted and how it is judged, beside the figures.
fn formulas() -> AnyView {
    view! {
        <details class="formula" open>
            <summary>"What is computed"</summary>
            <p>"The perplexity is e to the mean loss on tokens that training has not seen, each sequence beginning without context:"</p>
            <math display="block" inner_html="<mrow><mi>PPL</mi><mo>=</mo><mi>exp</mi><mo>(</mo><mo>−</mo><mfrac><mn>1</mn><mi>N</mi></mfrac><mo>∑</mo><mi>ln</mi><mi>p</mi><mo>(</mo><msub><mi>x</mi><mi>i</mi></msub><mo>)</mo><mo>)</mo></mrow>"></math>
            <p>"Operations are those of a forward pass a token, the loss included; the published counters, which leave parts out, stand beside them and decide nothing. Kinds are compared seed by seed at the best perplexity that both reach."</p>
            <p>"A statement holds if the whole 95 % interval over seeds lies on its side of the limit, and fails if the whole interval lies on the other. One seed decides nothing but counts, and shorter contexts do not decide what was stated of longer ones."</p>
        </details>
    }
    .into_any()
}

/// Builds the room.
pub fn room() -> AnyView {
    view! { <LadderView /> }.into_any()
}
