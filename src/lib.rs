pub mod check;
pub mod cli;
pub mod diagnosis;
pub mod engine;
pub mod evidence;
pub mod protocol;
pub mod report;
pub mod serve;
