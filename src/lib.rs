pub mod check;
pub mod diagnosis;
pub mod engine;
pub mod evidence;
pub mod protocol;
pub mod serve;
