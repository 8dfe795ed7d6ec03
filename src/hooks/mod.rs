//! What git is told about a store: attributes and drivers, the scripts of hooks, and what hooks look at.

pub mod attributes;
pub mod hook;
pub mod manager;
pub mod message;
pub mod plan;
pub mod push;
pub mod status;
