//! What became of the client's packets at a passive port, as `ftpmode serve` tells it in STAT: whether they arrived at all,
//! where the client gets no answer.

use std::fmt;

use super::reply::Reply;

/// What goes before it in the reply.
const LEAD: &str = "Passive port ";

/// What the server's system knows of connections of this client to the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    /// Nothing came.
    Nothing,
    /// A SYN came and was answered, and the answer was not acknowledged.
    HalfOpen,
    /// The connection stands.
    Joined,
}

impl Arrival {
    pub fn words(self) -> &'static str {
        WORDS.iter().find(|(arrival, _)| *arrival == self).map_or("", |(_, words)| words)
    }
}

const WORDS: [(Arrival, &str); 3] =
    [(Arrival::Nothing, "nothing came"), (Arrival::HalfOpen, "half open"), (Arrival::Joined, "joined")];

/// The line of a STAT reply.
pub struct Told {
    pub port: u16,
    pub arrival: Arrival,
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{LEAD}{}: {}", self.port, self.arrival.words())
    }
}

/// What a reply tells of it.
pub fn told(reply: &Reply) -> Option<Told> {
    let line = reply.text.lines().find_map(|line| line.trim().strip_prefix(LEAD))?;
    let (port, words) = line.split_once(": ")?;
    let (arrival, _) = WORDS.iter().find(|(_, known)| *known == words.trim())?;
    Some(Told { port: port.parse().ok()?, arrival: *arrival })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_told_is_read_back() {
        for (arrival, _) in WORDS {
            let line = Told { port: 50021, arrival };
            let reply =
                Reply::from_text(format!("211-ftpmode 1\n Session logged in\n {line}\n211 End")).expect("a reply");
            assert_eq!(told(&reply).map(|told| (told.port, told.arrival)), Some((50021, arrival)));
        }
        for odd in ["211 End", "211-x\n Passive port x: joined\n211 End", "211-x\n Passive port 1: perhaps\n211 End"] {
            assert!(told(&Reply::from_text(odd).expect("a reply")).is_none(), "{odd}");
        }
    }
}
