//! What the words of a reply tell: each server says the same refusal in its own way, and many say more than the code does.
//!
//! One file a server, each a table of phrases. The phrases do not collide, so all tables are asked whatever the
//! greeting said: greetings are edited, masked and forged, replies seldom are.

use std::net::IpAddr;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::reply::Reply;

pub mod filezilla_server;
pub mod ftpmode;
pub mod general;
pub mod iis;
pub mod proftpd;
pub mod pure_ftpd;
pub mod pyftpdlib;
pub mod vsftpd;

/// What a refusal says beyond its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Says {
    /// A limit on connections is reached.
    TooManyConnections,
    /// The server wants the control connection encrypted.
    TlsRequired,
    /// The server wants data connections encrypted (PROT P).
    ProtectionRequired,
    /// The server wants the control connection's TLS session on the data connection.
    SessionReuseRequired,
    /// The server itself is not set up right.
    Misconfigured,
    /// PORT or EPRT named an address the server will not dial.
    AddressRejected,
    /// The method is switched off or forbidden.
    MethodDisabled,
    /// The verb is unknown to the server.
    NotImplemented,
    /// The address family does not fit the verb.
    WrongFamily,
    /// The server's connection to the client was answered by a refusal.
    CallbackRefused,
    /// The server's connection to the client was not answered.
    CallbackTimedOut,
    /// The server's connection to the client was answered by an ICMP error, or had no route.
    CallbackUnreachable,
    /// The server could not open the data connection and does not say why.
    CallbackFailed,
    /// The data connection came from another address than the control connection.
    ForeignDataSource,
    /// No free port in the passive range.
    PortsExhausted,
    /// PRET must come before PASV.
    PretRequired,
    /// The session was idle, or made no transfer, for longer than the server allows.
    IdleTimeout,
    /// No PORT or PASV stands.
    NoDataConnection,
    /// The folder can't be read, whatever the code says.
    ListingRefused,
}

/// What becomes of a command that comes while a transfer is under way or about to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InTransfer {
    /// Read at once, as a server with one event loop does: EPSV closes the passive port that is about to be dialled.
    Obeyed,
    /// Kept for later when it came along with LIST, and refused with 450 when it comes in mid-transfer.
    RefusedLate,
    /// Kept until the transfer is over.
    Kept,
}

/// A phrase (in lower case) and what it tells; it counts where the reply's lower-cased text holds it.
pub struct Phrase {
    pub text: &'static str,
    pub says: Says,
}

/// One server's way of speaking.
pub struct Dialect {
    /// The product, as reports name it; empty for phrases that belong to no one product.
    pub id: &'static str,
    /// Words (in lower case) of a greeting or a STAT reply that tell the product.
    pub signs: &'static [&'static str],
    pub in_transfer: InTransfer,
    /// Whether it closes a data connection from another address than the control connection's without a word, and goes on
    /// waiting for one.
    pub closes_foreign_data: bool,
    pub phrases: &'static [Phrase],
    /// The client's own address as the server sees it, where a STAT reply names it.
    pub client_in_stat: fn(&str) -> Option<IpAddr>,
    /// The addresses in a refused PORT (as it arrived at the server, and the one the server would accept) or data connection.
    pub addresses_in_refusal: fn(&str) -> RefusedAddress,
}

/// What a refusal of PORT, or of a data connection, names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RefusedAddress {
    /// The address in PORT as it reached the server.
    pub arrived: Option<IpAddr>,
    /// And the port, from a server that tells it in a way which no helper rewrites.
    pub port: Option<u16>,
    /// The client's address as the server sees it.
    pub client: Option<IpAddr>,
    /// Where the refused data connection came from.
    pub source: Option<IpAddr>,
}

/// Every dialect known, the particular ones before the general.
pub static DIALECTS: &[&Dialect] = &[
    &vsftpd::DIALECT,
    &proftpd::DIALECT,
    &pure_ftpd::DIALECT,
    &pyftpdlib::DIALECT,
    &filezilla_server::DIALECT,
    &iis::DIALECT,
    &ftpmode::DIALECT,
    &general::DIALECT,
];

/// The product that a greeting or STAT reply gives away.
pub fn recognise(reply: &Reply) -> Option<&'static str> {
    let text = reply.text.to_lowercase();
    let known = DIALECTS.iter().find(|dialect| dialect.signs.iter().any(|sign| text.contains(sign)));
    known.map(|dialect| dialect.id)
}

/// What becomes of commands in mid-transfer with this product; the worst is taken of who is not known.
pub fn in_transfer(product: &str) -> InTransfer {
    DIALECTS.iter().find(|dialect| dialect.id == product).map_or(InTransfer::Obeyed, |dialect| dialect.in_transfer)
}

/// Whether this product may close foreign data connections without a word; any may that is not known.
pub fn may_close_foreign_data(product: Option<&str>) -> bool {
    let known = product.and_then(|product| DIALECTS.iter().find(|dialect| dialect.id == product));
    known.is_none_or(|dialect| dialect.closes_foreign_data)
}

/// What a refusal says, as far as its words are known.
pub fn says(reply: &Reply) -> Option<Says> {
    // Where several fit, the first in the tables is meant.
    let (machine, phrases) = PHRASES.as_ref()?;
    let found = machine.find_overlapping_iter(&reply.text).map(|found| found.pattern().as_usize()).min()?;
    phrases.get(found).map(|phrase| phrase.says)
}

/// Whether a word (in lower case) stands in what servers say, or in what tells their product.
pub fn uses(word: &str) -> bool {
    DIALECTS.iter().any(|dialect| {
        dialect.signs.iter().any(|sign| sign.contains(word))
            || dialect.phrases.iter().any(|phrase| phrase.text.contains(word))
    })
}

/// All phrases in one machine: a log of any length asks for each reply in it.
static PHRASES: LazyLock<Option<(AhoCorasick, Vec<&'static Phrase>)>> = LazyLock::new(|| {
    let phrases: Vec<&Phrase> = DIALECTS.iter().flat_map(|dialect| dialect.phrases).collect();
    let texts = phrases.iter().map(|phrase| phrase.text);
    Some((AhoCorasick::builder().ascii_case_insensitive(true).build(texts).ok()?, phrases))
});

/// The products that are known to say so, in these or like words; none where several share them.
pub fn speakers(reply: &Reply) -> Vec<&'static str> {
    let text = reply.text.to_lowercase();
    let meaning = says(reply);
    let says_so = |dialect: &&&Dialect| {
        dialect.phrases.iter().any(|phrase| Some(phrase.says) == meaning && text.contains(phrase.text))
    };
    DIALECTS.iter().filter(|dialect| !dialect.id.is_empty()).filter(says_so).map(|dialect| dialect.id).collect()
}

/// This client's address as a STAT reply names it.
pub fn client_in_stat(reply: &Reply) -> Option<IpAddr> {
    DIALECTS.iter().find_map(|dialect| (dialect.client_in_stat)(&reply.text))
}

/// The addresses that a refusal of PORT, of EPRT or of a data connection names, or the agreement of a server that tells
/// what arrived.
pub fn addresses_in_refusal(reply: &Reply) -> RefusedAddress {
    let named = DIALECTS.iter().map(|dialect| (dialect.addresses_in_refusal)(&reply.text));
    named.into_iter().find(|found| *found != RefusedAddress::default()).unwrap_or_default()
}

/// For dialects whose STAT does not name the client.
fn no_client(_: &str) -> Option<IpAddr> {
    None
}

/// For dialects whose refusals name no address.
fn no_address(_: &str) -> RefusedAddress {
    RefusedAddress::default()
}

/// The first address that follows `lead` in `text`; brackets, a trailing port after IPv4 and punctuation are cut off.
fn address_after(text: &str, lead: &str) -> Option<IpAddr> {
    let rest = &text[text.find(lead)? + lead.len()..];
    let word = rest.trim_start().split([' ', ')', '(', ']', '\n', ',']).next()?;
    let word = word.trim_start_matches('[').trim_end_matches(['.', ';']);
    let parsed = word.parse().ok().or_else(|| word.split_once(':').and_then(|(host, _)| host.parse().ok()));
    parsed.map(|ip: IpAddr| ip.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(text: &str) -> Reply {
        Reply::from_text(text).expect("a reply")
    }

    /// Texts as the four servers of Debian 12 sent them, and documented ones of others.
    #[test]
    fn what_real_servers_say_is_understood() {
        for (text, says_what) in [
            ("500 Illegal PORT command.", Says::AddressRejected),
            ("500 I won't open a connection to 192.168.1.10 (only to 203.0.113.2)", Says::AddressRejected),
            ("501 Rejected data connection to foreign address 192.168.1.10:51210.", Says::AddressRejected),
            ("425 Unable to build data connection: Connection refused", Says::CallbackRefused),
            ("425 Unable to build data connection: Connection timed out", Says::CallbackTimedOut),
            ("425 Unable to build data connection: No route to host", Says::CallbackUnreachable),
            ("425 Failed to establish connection.", Says::CallbackFailed),
            ("425 Can't connect to specified address.", Says::CallbackRefused),
            ("425 Security: Bad IP connecting.", Says::ForeignDataSource),
            ("425 Rejected data connection from foreign address ::ffff:203.0.113.77:40914.", Says::ForeignDataSource),
            ("500 OOPS: error:0A00010B:SSL routines::wrong version number", Says::TlsRequired),
            ("500 OOPS: cannot change directory:/srv/ftp", Says::Misconfigured),
            ("522 SSL connection failed: session reuse required", Says::SessionReuseRequired),
            ("425 Unable to build data connection: Operation not permitted", Says::SessionReuseRequired),
            (
                "425 Unable to build data connection: TLS session of data connection not resumed.",
                Says::SessionReuseRequired,
            ),
            ("421 There are too many connected users, please try later.", Says::TooManyConnections),
            ("421 Too many connections (2) from this IP", Says::TooManyConnections),
            ("550 Permission denied.", Says::MethodDisabled),
            ("220 Active mode is disabled", Says::MethodDisabled),
            ("425 Use PORT or PASV first.", Says::NoDataConnection),
            ("500 OOPS: cannot change directory:/home/x", Says::Misconfigured),
            (
                "500 You are connected using IPv6. PASV is only for IPv4. You have to use the EPSV command instead.",
                Says::WrongFamily,
            ),
            ("500 Bad EPRT protocol.", Says::WrongFamily),
        ] {
            assert_eq!(says(&reply(text)), Some(says_what), "{text}");
        }
        assert_eq!(says(&reply("502 No such luck.")), None);
    }

    #[test]
    fn the_client_is_named_by_those_who_name_it_and_by_nobody_else() {
        let seen = "203.0.113.2".parse().ok();
        assert_eq!(
            client_in_stat(&reply(
                "211-FTP server status:\n     Connected to 203.0.113.2\n     vsFTPd 3.0.3 - secure, fast, stable\n211 End of status"
            )),
            seen
        );
        assert_eq!(
            client_in_stat(&reply("211-Status of 'x'\n Connected from 203.0.113.2 (203.0.113.2)\n211 End of status")),
            seen
        );
        assert_eq!(
            client_in_stat(&reply("211-FTP server status:\n Connected to: 198.18.0.20:21\n211 End")),
            None,
            "pyftpdlib names its own end"
        );
    }

    #[test]
    fn a_refused_port_names_what_arrived_and_who_we_are() {
        let pure = addresses_in_refusal(&reply("500 I won't open a connection to 192.168.1.10 (only to 203.0.113.2)"));
        assert_eq!((pure.arrived, pure.client), ("192.168.1.10".parse().ok(), "203.0.113.2".parse().ok()));
        let pyftpdlib =
            addresses_in_refusal(&reply("501 Rejected data connection to foreign address 192.168.1.10:51210."));
        assert_eq!((pyftpdlib.arrived, pyftpdlib.client), ("192.168.1.10".parse().ok(), None));
    }

    /// pyftpdlib 1.5.7 on `::` and on `0.0.0.0`; of IPv6 the port stands behind the address without brackets.
    #[test]
    fn a_refused_data_connection_names_where_it_came_from() {
        for (named, source) in [
            ("::ffff:203.0.113.77:40914", "203.0.113.77"),
            ("203.0.113.77:40914", "203.0.113.77"),
            ("2001:db8::7:9914", "2001:db8::7"),
        ] {
            let refused = reply(&format!("425 Rejected data connection from foreign address {named}."));
            let told = addresses_in_refusal(&refused);
            assert_eq!((told.source, told.arrived), (source.parse().ok(), None), "{named}");
        }
        let own = reply("425 Data connection not opened: another address, 203.0.113.77, connected.");
        assert_eq!(addresses_in_refusal(&own).source, "203.0.113.77".parse().ok());
    }
}
