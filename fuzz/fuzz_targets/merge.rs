//! Any three texts merge without a panic; one side's change alone is taken as it is, and sound YAML stays sound.
#![no_main]

use libfuzzer_sys::fuzz_target;
use promptyard::merge::{Versions, is_sound, merge};

fuzz_target!(|input: (&str, &str, &str)| {
    let (base, ours, theirs) = input;
    assert_eq!(merge(Versions { base, ours, theirs: base }).as_deref(), Ok(ours));
    assert_eq!(merge(Versions { base, ours: base, theirs }).as_deref(), Ok(theirs));
    let is_front_matter = [base, ours, theirs].iter().any(|text| promptyard::merge::front_matter(text).is_some());
    if let Ok(merged) = merge(Versions { base, ours, theirs })
        && !is_front_matter
        && [base, ours, theirs].iter().all(|text| is_sound(text))
    {
        assert!(is_sound(&merged), "{merged:?}");
    }
});
