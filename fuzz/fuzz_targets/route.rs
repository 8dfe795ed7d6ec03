//! Any text that is a route can be edited, and where it is sound YAML, what comes out is the route that was asked for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use promptyard::store::route::draft::Draft;
use promptyard::store::yaml::{self, Limits};

fuzz_target!(|input: (&str, bool, u8)| {
    let (text, is_enabled, hold) = input;
    let path = "environments/production/help.yaml".parse().expect("because it is a path of a store");
    let Ok(mut draft) = Draft::new(&path, text) else { return };
    // Without a key that stands there twice, the other one comes to light.
    let is_sound = yaml::parse(text, 0, Limits::default()).1.is_empty();
    if draft.set_enabled(is_enabled).is_ok() {
        let again = Draft::new(&path, draft.text()).expect("because a route was edited");
        assert!(!is_sound || again.route().is_enabled() == is_enabled);
    }
    let before = draft.route().holds.len();
    if draft.remove_hold(usize::from(hold)).is_ok() {
        let again = Draft::new(&path, draft.text()).expect("because a route was edited");
        assert!(!is_sound || again.route().holds.len() + 1 == before);
    }
});
