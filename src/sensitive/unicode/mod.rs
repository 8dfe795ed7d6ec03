//! Characters that a reader does not see, or takes for others.
//!
//! What a script, an emoji or right-to-left text needs is left alone: a finding is a character that nobody typed for a
//! reader.

mod invisible;
mod look_alike;

pub use invisible::{Invisible, InvisibleHit, invisible};
pub use look_alike::{LookAlike, latin_twin, look_alikes};
