#![doc = include_str!("not_ftp.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::{dials, peer};
use crate::evidence::facts::{Cite, Facts, FirstWords, Place};
use crate::protocol::reply::Reply;

pub static RULE: Rule = Rule {
    id: "not-ftp",
    title: "what answers is no FTP server",
    article: include_str!("not_ftp.md"),
    neighbours: &["no-greeting", "control-connection-altered", "login-rejected"],
    test,
    asks: asks_nothing,
};

/// How other protocols begin, in lower case.
const OPENINGS: &[(&str, &str)] = &[
    ("ssh-", "SSH (SFTP runs over it)"),
    ("http/", "HTTP"),
    ("<!doctype", "HTTP"),
    ("<html", "HTTP"),
    ("+ok", "POP3"),
    ("* ok", "IMAP"),
    ("* preauth", "IMAP"),
    ("* bye", "IMAP"),
    ("rfb 0", "VNC"),
    ("@rsyncd:", "rsync"),
    ("-err", "Redis"),
    ("-noauth", "Redis"),
    ("-denied", "Redis"),
    // A TLS record: alert or handshake, of any version since SSL 3.
    ("\u{15}\u{3}", "TLS"),
    ("\u{16}\u{3}", "TLS"),
];

fn test(facts: &Facts) -> Match {
    if let Some((_, place)) = facts.login_reply() {
        return Match::RuledOut(facts.cites([place]));
    }
    let Some((name, cites)) = protocol(facts) else {
        return match facts.first_words() {
            Some(FirstWords::Reply(_, place)) => Match::RuledOut(facts.cites([place])),
            Some(FirstWords::Silence(_) | FirstWords::End(_)) => Match::Undecided("nothing was said at all"),
            _ => Match::Undecided("no control connection was joined"),
        };
    };
    let speaks = name.map_or_else(|| "what is no FTP".to_owned(), |name| format!("{name} and not FTP"));
    let mut fixes = vec![dials::check_host_and_port(facts)];
    if name == Some("SSH (SFTP runs over it)") {
        fixes.insert(
            0,
            Fix::client(
                "Use SFTP in the place of FTP",
                "In the client choose SFTP, as in sftp://host; it is another protocol, at port 22.",
            ),
        );
    }
    fixes.push(Fix::server(
        "Have the FTP server listen at this port",
        "Another service answers there, or a router forwards the port to the wrong machine.",
    ));
    Match::Fires(Conclusion {
        severity: Severity::Error,
        side: Side::Unknown,
        confidence: if name.is_some() { Confidence::High } else { Confidence::Medium },
        summary: format!("What answers at {}, port {}, speaks {speaks}.", peer(facts), facts.evidence().target.port),
        cites,
        fixes,
    })
}

/// The protocol that greets in the place of FTP, where it is known, and what shows it. `None` where FTP greets.
pub(super) fn protocol(facts: &Facts) -> Option<(Option<&'static str>, Vec<Cite>)> {
    match facts.first_words()? {
        FirstWords::Nonsense(text, place) => {
            let text = text.trim_start().to_lowercase();
            let known = OPENINGS.iter().find(|(opening, _)| text.starts_with(opening)).map(|(_, name)| *name);
            let mysql = || (text.contains("mysql") || text.contains("mariadb")).then_some("MySQL");
            Some((known.or_else(mysql), facts.cites([place])))
        }
        FirstWords::Reply(greeting, place) => {
            let (name, places) = mail_or_news(facts, greeting, place)?;
            Some((Some(name), facts.cites(places)))
        }
        FirstWords::Silence(_) | FirstWords::End(_) => None,
    }
}

/// SMTP and NNTP greet with codes as FTP does. "ESMTP" tells by itself; "SMTP" where USER is refused as well.
fn mail_or_news(facts: &Facts, greeting: &Reply, place: Place) -> Option<(&'static str, Vec<Place>)> {
    let text = greeting.text.to_lowercase();
    let unknown_user =
        facts.answer("USER").filter(|(reply, _)| matches!(reply.code, 500..=503)).map(|(_, place)| place);
    let evidence = || std::iter::once(place).chain(unknown_user).collect();
    if text.contains("esmtp") || (text.contains("smtp") && unknown_user.is_some()) {
        return Some(("SMTP (mail)", evidence()));
    }
    let news = matches!(greeting.code, 200 | 201) && ["nntp", "news", "innd"].iter().any(|word| text.contains(word));
    news.then(|| ("NNTP (news)", evidence()))
}
