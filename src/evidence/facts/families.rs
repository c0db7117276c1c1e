//! A translation between IPv6 and IPv4 on the way (NAT64, RFC 6146): this end of the control connection is IPv6, and the
//! server's IPv4. EPRT's IPv6 address (RFC 2428 section 2) is of no use to such a server.

use super::{Cite, Facts, Tried};
use crate::evidence::address;
use crate::evidence::attempt::DataVerb;
use crate::protocol::dialect::Says;

/// What shows such a translation.
#[derive(Clone, Debug, PartialEq)]
pub struct FamiliesTranslated {
    /// Whether the server's address itself stands for an IPv4 one: then the translation is on this side. Else it may as well
    /// stand before the server.
    pub on_this_side: bool,
    pub cite: Cite,
}

impl Facts<'_> {
    pub fn families_translated(&self) -> Option<FamiliesTranslated> {
        let peer = self.peer().filter(|peer| peer.is_ipv6())?;
        if address::stands_for_ipv4(peer) {
            let text = format!("the server's address {peer} stands for an IPv4 address (prefix 64:ff9b)");
            return Some(FamiliesTranslated { on_this_side: true, cite: Cite::of(text) });
        }
        let client = self.named_as_client().into_iter().find(|(client, _)| client.is_ipv4());
        let named = client.map(|(client, place)| self.cite_naming(client, place));
        let own = || self.own_address_of_server().filter(|(own, _)| own.is_ipv4()).map(|(_, place)| self.cite(place));
        let refused = || {
            let refused = self.tried_with(DataVerb::Eprt).find(|tried| tried.refused_for_ipv6());
            refused.and_then(Tried::refusal).map(|(_, place)| self.cite(place))
        };
        let cite = named.or_else(own).or_else(refused)?;
        Some(FamiliesTranslated { on_this_side: false, cite })
    }
}

impl Tried<'_> {
    /// Whether the server takes no IPv6 address here: it says so in words, or by 522 (RFC 2428 section 2).
    pub fn refused_for_ipv6(&self) -> bool {
        let over_ipv6 =
            self.verb() == DataVerb::Eprt && self.named().is_some_and(|end| end.ip().to_canonical().is_ipv6());
        let by_code = self.refusal().is_some_and(|(reply, _)| reply.code == 522);
        over_ipv6 && (by_code || self.refusal_says() == Some(Says::WrongFamily))
    }
}

#[cfg(test)]
mod tests {
    use super::Facts;
    use crate::evidence::case::Case;

    #[test]
    fn a_reply_or_the_servers_own_address_shows_the_translation() {
        let text = include_str!("../../../fixtures/cases/active-address-rejected/nat64_vsftpd.toml");
        let of = |changes: &[(&str, &str)]| {
            let text = changes.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to));
            let evidence = Case::from_toml(&text).expect("a case").evidence;
            Facts::of(&evidence).families_translated().map(|found| (found.on_this_side, found.cite.text))
        };
        let (unnamed, accepted) =
            (("Connected to 198.51.100.1", "TYPE: ASCII"), ("500 Bad EPRT protocol.", "200 Fine."));
        let seen = |changes: &[(&str, &str)]| of(changes).expect("a translation");
        assert!(seen(&[]).1.contains("198.51.100.1"));
        assert!(seen(&[unnamed]).1.contains("Bad EPRT protocol"));
        assert!(seen(&[unnamed, ("500 Bad EPRT protocol.", "522 Not this one, use (1)")]).1.contains("522"));
        assert_eq!(of(&[unnamed, accepted]), None);
        assert!(seen(&[unnamed, accepted, ("2001:db8:64::cb00:71c8", "64:ff9b::cb00:71c8")]).0);
    }
}
