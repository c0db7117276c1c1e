//! Three answers, where a bool would say "no" for a thing that nobody looked at.

/// What a question to the evidence can come back with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Observed<T> {
    Seen(T),
    /// Somebody looked, and it was not there.
    NotSeen,
    /// Nobody looked, and why.
    NotTested(&'static str),
}

impl<T> Observed<T> {
    pub fn seen(self) -> Option<T> {
        match self {
            Observed::Seen(value) => Some(value),
            Observed::NotSeen | Observed::NotTested(_) => None,
        }
    }
}
