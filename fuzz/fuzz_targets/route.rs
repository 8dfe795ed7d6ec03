//! Any text that is a route can be edited, and what comes out is the route that was asked for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use promptyard::store::route::draft::Draft;

fuzz_target!(|input: (&str, bool, u8)| {
    let (text, is_enabled, hold) = input;
    let path = "environments/production/help.yaml".parse().expect("because it is a path of a store");
    let Ok(mut draft) = Draft::new(&path, text) else { return };
    if draft.set_enabled(is_enabled).is_ok() {
        let again = Draft::new(&path, draft.text()).expect("because a route was edited");
        assert_eq!(again.route().is_enabled(), is_enabled);
    }
    let before = draft.route().holds.len();
    if draft.remove_hold(usize::from(hold)).is_ok() {
        let again = Draft::new(&path, draft.text()).expect("because a route was edited");
        assert_eq!(again.route().holds.len() + 1, before);
    }
});
