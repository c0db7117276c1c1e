pub mod diagnosis;
pub mod evidence;
pub mod protocol;
pub mod report;
