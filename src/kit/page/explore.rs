//! Exploring a figure: the hand on it. Wheel, pinch, drag and keys change its view; a value is read off by pointer
//! or by keys. Drawing keeps up because it happens at most once a frame, in a reduced form while the figure moves.

use bk_plot::View;
use bk_plot::plot::{self, Place, Plot};
use bk_plot::scene::{Point, Rectangle, Scene};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use std::sync::Arc;
use std::time::Duration;
use web_sys::{KeyboardEvent, PointerEvent, WheelEvent};

/// How long a figure has to stay still before it is drawn in full.
const REST: Duration = Duration::from_millis(180);

/// What a key changes: the size of what is seen, and the part of the plot it moves by.
const KEY_ZOOM: f64 = 1.5;
const KEY_PAN: f64 = 0.1;

/// What a pixel of the wheel does to the size of what is seen, as a logarithm, and the most of a single turn.
const WHEEL_ZOOM: f64 = 0.002;
const MOST_WHEEL: f64 = 0.6;

/// Pixels in a line of a wheel that counts in lines.
const WHEEL_LINE: f64 = 16.0;

/// How far from a value the pointer may be to read it, in points.
const NEAR: f64 = 24.0;

/// A box smaller than this in points is a click.
const SMALLEST_BOX: f64 = 6.0;

/// What the hand is doing.
#[derive(Debug, Clone, PartialEq, Default)]
enum Gesture {
    /// Nothing.
    #[default]
    None,
    /// Moving the figure, with one finger or two: the pointers and where they were last.
    Move(Vec<(i32, Point)>),
    /// Drawing a box around what shall be seen, from its first corner.
    Box(Point),
}

/// The state of exploring one figure.
#[derive(Clone, Copy)]
pub(crate) struct Explorer {
    /// The view when the figure rests.
    view: RwSignal<View>,
    /// The view while the figure moves.
    moving: RwSignal<Option<View>>,
    /// The scene that is on screen.
    scene: RwSignal<Option<Arc<Scene>>>,
    /// The value that is read off.
    place: RwSignal<Option<Place>>,
    /// What is said aloud of what the keys did.
    said: RwSignal<String>,
    /// The box that is being drawn.
    selection: RwSignal<Option<Rectangle>>,
    gesture: StoredValue<Gesture>,
    /// The view of the next frame, if one was asked for.
    next: StoredValue<Option<View>>,
    rest: StoredValue<Option<TimeoutHandle>>,
    /// Whether it was moved since it was last said what is shown.
    was_moved: StoredValue<bool>,
    /// Whether the pointer itself has moved on the figure: a page that is scrolled under it zooms nothing.
    is_armed: StoredValue<bool>,
}

impl Explorer {
    /// Explores a figure by changing a view.
    pub(crate) fn new(view: RwSignal<View>) -> Self {
        Explorer {
            view,
            moving: RwSignal::new(None),
            scene: RwSignal::new(None),
            place: RwSignal::new(None),
            said: RwSignal::new(String::new()),
            selection: RwSignal::new(None),
            gesture: StoredValue::new(Gesture::None),
            next: StoredValue::new(None),
            rest: StoredValue::new(None),
            was_moved: StoredValue::new(false),
            is_armed: StoredValue::new(false),
        }
    }

    /// The view to draw now.
    pub(crate) fn view(&self) -> View {
        match self.moving.get() {
            Some(view) => view,
            None => self.view.get(),
        }
    }

    /// The view to draw on paper: the one at rest.
    pub(crate) fn rested(&self) -> View {
        self.view.get()
    }

    /// Whether only a part of the figure is shown.
    pub(crate) fn is_zoomed(&self) -> bool {
        self.view.with(View::is_zoomed) || self.moving.with(|view| view.as_ref().is_some_and(View::is_zoomed))
    }

    /// Takes the scene that was painted. What was read off is dropped if it is no longer there.
    pub(crate) fn show(&self, scene: Scene) {
        let kept = self.place.get_untracked().is_none_or(|place| plot::read(&scene.plots, place).is_some());
        self.scene.set(Some(Arc::new(scene)));
        if self.was_moved.get_value() && !self.is_moving() {
            self.was_moved.set_value(false);
            self.say_extent();
        }
        if !kept {
            self.place.set(None);
        }
    }

    /// Something of the scene on screen.
    pub(crate) fn of_scene<Part: Default>(&self, part: impl FnOnce(&Scene) -> Part) -> Part {
        self.scene.with(|scene| scene.as_deref().map(part)).unwrap_or_default()
    }

    /// The value that is read off: where it is in the scene, and what it is in words.
    pub(crate) fn readout(&self) -> Option<(Point, String)> {
        let place = self.place.get()?;
        self.of_scene(|scene| plot::read(&scene.plots, place))
    }

    /// What was last said aloud.
    pub(crate) fn said(&self) -> String {
        self.said.get()
    }

    /// The box that is being drawn, in points.
    pub(crate) fn selection(&self) -> Option<Rectangle> {
        self.selection.get()
    }

    /// Changes the series that are hidden, or the scales.
    pub(crate) fn change(&self, change: impl FnOnce(&mut View)) {
        self.view.update(change);
    }

    /// Shows the whole figure.
    pub(crate) fn reset(self) {
        self.next.set_value(None);
        self.moving.set(None);
        self.view.update(|view| *view = view.whole());
        self.said.set("The whole figure is shown.".into());
    }

    /// Zooms about the middle by a factor, and says what is shown.
    pub(crate) fn zoom(self, factor: f64) {
        self.move_by(|plot, view| plot.zoomed(view, plot.area.center(), factor));
    }

    /// Moves the data by parts of the plot to the right and upward.
    fn pan(self, right: f64, up: f64) {
        self.move_by(|plot, view| plot.panned(view, (right, up)));
    }

    /// Moves the first plot at once: what keys and buttons do. It is said aloud once the figure rests.
    fn move_by(self, change: impl FnOnce(&Plot, &View) -> View) {
        let view = self.latest();
        let plots = self.scene.get_untracked();
        if let Some(plot) = plots.as_ref().and_then(|scene| scene.plots.first()) {
            self.go(change(&plot.under(&view), &view));
        }
    }

    /// The view that the next change begins from.
    fn latest(&self) -> View {
        let waiting = self.next.get_value().or_else(|| self.moving.get_untracked());
        waiting.unwrap_or_else(|| self.view.get_untracked())
    }

    /// Shows a view in the next frame, and in full when nothing follows.
    fn go(self, view: View) {
        self.was_moved.set_value(true);
        let is_asked = self.next.with_value(Option::is_some);
        self.next.set_value(Some(View { moving: true, ..view }));
        if !is_asked {
            request_animation_frame(move || {
                if let Some(view) = self.next.get_value() {
                    self.next.set_value(None);
                    self.moving.set(Some(view));
                }
            });
        }
        let rest = set_timeout_with_handle(move || self.come_to_rest(), REST).ok();
        if let Some(earlier) = self.rest.get_value() {
            earlier.clear();
        }
        self.rest.set_value(rest);
    }

    fn come_to_rest(self) {
        // The last frame may still be waiting.
        let view = self.latest().rested();
        self.next.set_value(None);
        batch(move || {
            self.moving.set(None);
            self.view.set(view);
        });
    }

    /// Says what part of the figure is shown.
    fn say_extent(&self) {
        let extent = self
            .scene
            .with_untracked(|scene| scene.as_ref().and_then(|scene| scene.plots.first()).map(Plot::extent));
        let sentence = match extent {
            Some(extent) if self.view.with_untracked(View::is_zoomed) => format!("Shown: {extent}."),
            _ => "The whole figure is shown.".into(),
        };
        self.said.set(sentence);
    }

    /// Whether the figure is being moved.
    fn is_moving(&self) -> bool {
        self.moving.with_untracked(Option::is_some)
    }

    // ---- keys ----

    /// What a key does; answers whether it did something here.
    pub(crate) fn press(self, event: &KeyboardEvent) -> bool {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return false;
        }
        let (key, zoomed) = (event.key(), self.latest().is_zoomed());
        match (key.as_str(), event.shift_key()) {
            ("ArrowRight", true) => self.read(|plots, from| plot::step(plots, from, true)),
            ("ArrowLeft", true) => self.read(|plots, from| plot::step(plots, from, false)),
            ("ArrowDown", true) => self.read(|plots, from| plot::step_trace(plots, from, true)),
            ("ArrowUp", true) => self.read(|plots, from| plot::step_trace(plots, from, false)),
            // Arrows go where the reader looks, so that the data moves the other way.
            ("ArrowRight", false) if zoomed => self.pan(-KEY_PAN, 0.0),
            ("ArrowLeft", false) if zoomed => self.pan(KEY_PAN, 0.0),
            ("ArrowUp", false) if zoomed => self.pan(0.0, -KEY_PAN),
            ("ArrowDown", false) if zoomed => self.pan(0.0, KEY_PAN),
            ("+" | "=", _) => self.zoom(1.0 / KEY_ZOOM),
            ("-" | "−", _) => self.zoom(KEY_ZOOM),
            ("0" | "Home", false) => self.reset(),
            ("Escape", _) if self.place.get_untracked().is_some() => self.place.set(None),
            _ => return false,
        }
        true
    }

    /// Reads a value off by keys, and says it.
    fn read(self, step: impl FnOnce(&[Plot], Option<Place>) -> Option<Place>) {
        let from = self.place.get_untracked();
        let Some(scene) = self.scene.get_untracked() else { return };
        let Some(place) = step(&scene.plots, from) else { return };
        if let Some((_, words)) = plot::read(&scene.plots, place) {
            self.place.set(Some(place));
            self.said.set(words);
        }
    }

    // ---- pointer ----

    /// A button or a finger goes down on the figure.
    pub(crate) fn press_pointer(self, event: &PointerEvent, at: Point) -> bool {
        let touch = event.pointer_type() == "touch";
        if event.button() != 0 || self.plot_at(at).is_none() {
            return false;
        }
        let box_wanted = !touch && (event.shift_key() || !self.latest().is_zoomed());
        self.gesture.update_value(|gesture| match gesture {
            _ if box_wanted => *gesture = Gesture::Box(at),
            Gesture::Move(pointers) => pointers.push((event.pointer_id(), at)),
            _ => *gesture = Gesture::Move(vec![(event.pointer_id(), at)]),
        });
        true
    }

    /// The pointer moves, with or without something held down.
    pub(crate) fn move_pointer(self, event: &PointerEvent, at: Point) {
        if event.movement_x() != 0 || event.movement_y() != 0 {
            self.is_armed.set_value(true);
        }
        match self.gesture.get_value() {
            Gesture::None => self.hover(at),
            Gesture::Box(from) => self.selection.set(self.plot_at(from).map(|plot| plot.area.cut(from, at))),
            Gesture::Move(pointers) => self.drag(pointers, event.pointer_id(), at),
        }
    }

    fn drag(self, mut pointers: Vec<(i32, Point)>, moved: i32, at: Point) {
        let middle = |pointers: &[(i32, Point)]| {
            let count = pointers.len() as f64;
            let sum =
                |of: fn(&Point) -> f64| pointers.iter().map(|(_, point)| of(point)).sum::<f64>() / count;
            Point { x: sum(|point| point.x), y: sum(|point| point.y) }
        };
        let spread = |pointers: &[(i32, Point)]| match pointers {
            [(_, one), (_, other), ..] => one.distance(*other).max(1.0),
            _ => 1.0,
        };
        let (before, apart) = (middle(&pointers), spread(&pointers));
        for (pointer, point) in &mut pointers {
            if *pointer == moved {
                *point = at;
            }
        }
        let (after, factor) = (middle(&pointers), apart / spread(&pointers));
        self.gesture.set_value(Gesture::Move(pointers));
        let view = self.latest();
        let Some(plot) = self.plot_at(before) else { return };
        let Rectangle { left, right, top, bottom } = plot.area;
        let moved = ((after.x - before.x) / (right - left), (before.y - after.y) / (bottom - top));
        let panned = plot.panned(&view, moved);
        let changed = if factor == 1.0 { panned } else { plot.under(&panned).zoomed(&panned, after, factor) };
        if changed != view {
            self.place.set(None);
            self.go(changed);
        }
    }

    /// A button or a finger goes up, or the browser takes the gesture over.
    pub(crate) fn release_pointer(self, event: &PointerEvent, at: Point) {
        match self.gesture.get_value() {
            Gesture::Box(from) => {
                self.gesture.set_value(Gesture::None);
                self.selection.set(None);
                let Some(plot) = self.plot_at(from) else { return };
                let frame = plot.area.cut(from, at);
                if frame.width() >= SMALLEST_BOX
                    && frame.height() >= SMALLEST_BOX
                    && event.type_() == "pointerup"
                {
                    let corners = frame.corners();
                    self.go(plot.boxed(&self.latest(), corners[0], corners[2]));
                }
            }
            Gesture::Move(mut pointers) => {
                pointers.retain(|(pointer, _)| *pointer != event.pointer_id());
                let gesture = if pointers.is_empty() { Gesture::None } else { Gesture::Move(pointers) };
                self.gesture.set_value(gesture);
                self.hover(at);
            }
            Gesture::None => {}
        }
    }

    /// The pointer leaves the figure.
    pub(crate) fn leave(self) {
        self.is_armed.set_value(false);
        if self.gesture.with_value(|gesture| *gesture == Gesture::None) {
            self.place.set(None);
        }
    }

    fn hover(self, at: Point) {
        if !self.is_moving() {
            let place = self.scene.get_untracked().and_then(|scene| plot::nearest(&scene.plots, at, NEAR));
            if self.place.get_untracked() != place {
                self.place.set(place);
            }
        }
    }

    /// The wheel turns, or two fingers pinch on a pad, which browsers tell as a wheel with Ctrl. Answers whether the
    /// figure zooms: it leaves the wheel to the page where nothing more can be zoomed out, and where the page was
    /// scrolled until the figure came under the pointer.
    pub(crate) fn turn(self, event: &WheelEvent, at: Point) -> bool {
        let pixels = match event.delta_mode() {
            WheelEvent::DOM_DELTA_PIXEL => event.delta_y(),
            _ => event.delta_y() * WHEEL_LINE,
        };
        let pinch = if event.ctrl_key() { 4.0 } else { 1.0 };
        let armed = event.ctrl_key() || self.is_armed.get_value();
        let view = self.latest();
        let Some(plot) = self.plot_at(at) else { return false };
        if !armed || (pixels > 0.0 && !view.is_zoomed()) {
            return false;
        }
        let factor = libm::exp((pixels * WHEEL_ZOOM * pinch).clamp(-MOST_WHEEL, MOST_WHEEL));
        self.place.set(None);
        self.go(plot.zoomed(&view, at, factor));
        true
    }

    /// The axes of the plot under a point, as the next change finds them.
    fn plot_at(&self, at: Point) -> Option<Plot> {
        let scene = self.scene.get_untracked()?;
        scene.plots.iter().find(|plot| plot.area.has(at)).map(|plot| plot.under(&self.latest()))
    }
}
