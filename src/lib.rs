pub mod evidence;
pub mod protocol;
