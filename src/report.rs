//! The answer, written down: one object ([`Report`]), and one function for each form it is shown in.
//!
//! Invariants: pure, and without judgement. [`Report::of`] asks the facts and the diagnosis and copies what they say;
//! a format reads the report and nothing else. What a server wrote reaches a terminal through [`escape`] alone.

#![deny(clippy::disallowed_types, clippy::disallowed_methods)]

mod answer;
mod course;
pub mod escape;
mod exit;
mod fill;
pub mod formats;
pub mod model;
mod style;
mod transcript;
mod words;

pub use exit::{Require, Strictness, exit_status, worst_status};
pub use model::Report;
pub use style::Style;

/// The JSON Schema (2020-12) of [`Report`], generated from the types.
pub fn schema() -> serde_json::Value {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<Report>().to_value()
}
