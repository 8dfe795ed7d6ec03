//! What git, a person or another program says in a few lines is read or refused without a panic: messages of commits and
//! tags, the lines of a push, times, baselines, receipts, reports of metrics.
#![no_main]

use jiff::Timestamp;
use jiff::tz::TimeZone;
use libfuzzer_sys::fuzz_target;
use promptyard::hooks::{block, message, push};
use promptyard::lint::baseline::Baseline;
use promptyard::receipt::Event;
use promptyard::release::record::Record;
use promptyard::when::{self, Clock, When};
use promptyard::{release::report, trailer};

fuzz_target!(|text: &str| {
    let (before, _) = trailer::split(text);
    assert!(text.starts_with(before), "{before:?}");
    let _ = message::problems(text);
    let _ = text.parse::<Record>();
    for read in [push::of_push, push::of_receive] {
        let _ = read(text).map(|updates| push::moved(&updates, ""));
    }
    let clock = Clock { now: Timestamp::UNIX_EPOCH, zone: Some(TimeZone::UTC), machine: TimeZone::UTC };
    if let Ok(When::During(window)) = when::parse(text, &clock) {
        assert!(window.start < window.end, "{window:?}");
    }
    let _ = Baseline::read(text);
    let _ = report::read(text);
    let path = "a.json".parse().expect("because it is a path of a store");
    let _ = Event::read(&path, text.as_bytes());
    if block::take(text).is_none() && !text.contains("# >>> promptyard") {
        assert_eq!(block::take(&block::put(text, &["a".to_owned()])).as_deref(), Some(text));
    }
});
