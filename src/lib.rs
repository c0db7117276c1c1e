pub mod protocol;
pub mod serve;
