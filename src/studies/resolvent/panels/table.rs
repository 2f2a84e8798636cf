//! From the table of panels to its enumerations: which panels and figures there are, and what each leads to.

/// Makes [`Panel`](super::Panel), [`Finding`](super::Finding), and [`ResolventFigure`](super::ResolventFigure) from the
/// table. A line names the panel, its module, and its figures, the main one first. A module has `PANEL`, its
/// [`Definition`](super::Definition), `record` with a type of the panel's name, `study::run`, and in `figure` a
/// [`Drawing`](crate::studies::resolvent::figure::Drawing) per figure.
macro_rules! panels {
    ($(
        $(#[doc = $doc:literal])+
        $Panel:ident = $module:ident { $($(#[doc = $figure_doc:literal])+ $Figure:ident = $DRAWING:ident),+ $(,)? }
    )+) => {
        /// What is asked of a chain's resolvent. Written as in [`Panel::key`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Panel { $($(#[doc = $doc])+ $Panel),+ }

        impl Panel {
            /// All panels in the order of the room.
            pub const ALL: [Panel; [$(Panel::$Panel),+].len()] = [$(Panel::$Panel),+];

            /// Returns what the panel says of itself.
            pub fn definition(self) -> &'static Definition {
                match self { $(Panel::$Panel => &$module::PANEL),+ }
            }
        }

        /// What a panel finds.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "finding", rename_all = "kebab-case")]
        pub enum Finding { $($(#[doc = $doc])+ $Panel($module::record::$Panel)),+ }

        impl Finding {
            /// The panel that finds this.
            pub fn panel(&self) -> Panel {
                match self { $(Finding::$Panel(_) => Panel::$Panel),+ }
            }

            /// The numbers of its table.
            pub fn numbers(&self) -> &dyn Numbers {
                match self { $(Finding::$Panel(found) => found),+ }
            }

            /// The arrays long enough to travel apart from the rest of a message, in a fixed order.
            pub fn arrays_mut(&mut self) -> LongArrays<'_> {
                match self { $(Finding::$Panel(found) => found.arrays_mut()),+ }
            }
        }

        /// Runs the study of the config's panel.
        pub(super) async fn run(problem: &Problem<'_>) -> Result<Outcome, StudyError> {
            match problem.config.panel { $(Panel::$Panel => $module::study::run(problem).await),+ }
        }

        /// A figure of the resolvent room.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum ResolventFigure { $($($(#[doc = $figure_doc])+ $Figure,)+)+ }

        impl ResolventFigure {
            /// The figures of a panel, the main one first.
            pub fn of(panel: Panel) -> &'static [ResolventFigure] {
                match panel { $(Panel::$Panel => &[$(ResolventFigure::$Figure),+]),+ }
            }

            /// Its names and its height.
            pub(super) fn look(self) -> Look {
                match self { $($(ResolventFigure::$Figure => $module::figure::$DRAWING.look,)+)+ }
            }

            /// Draws the figure of a record, unless the record holds something else.
            pub(super) fn drawn(self, record: &Resolvent, view: &View, layout: &Layout) -> Option<Scene> {
                match (self, &record.finding) {
                    $($((ResolventFigure::$Figure, Finding::$Panel(found)) => {
                        Some(($module::figure::$DRAWING.draw)(found, &record.config, view, layout))
                    })+)+
                    _ => None,
                }
            }
        }
    };
}
