#![doc = include_str!("login_rejected.md")]

use crate::diagnosis::rule::{Conclusion, Confidence, Fix, Match, Rule, Severity, Side, asks_nothing};
use crate::diagnosis::rules::logins::{self, Trouble};
use crate::diagnosis::rules::setting;
use crate::evidence::facts::Facts;

pub static RULE: Rule = Rule {
    id: "login-rejected",
    title: "the server does not take the login",
    article: include_str!("login_rejected.md"),
    neighbours: &["tls-required", "too-many-connections", "server-misconfigured", "not-ftp"],
    test,
    asks: asks_nothing,
};

fn test(facts: &Facts) -> Match {
    let Some((Trouble::Rejected, (reply, place))) = logins::trouble(facts) else { return logins::otherwise(facts) };
    let code = reply.code;
    let (side, confidence, summary, fixes) = if facts.is_greeting(place) {
        (
            Side::Server,
            Confidence::Medium,
            format!("The server turns this client away before the login, with {code} in the place of a greeting."),
            vec![Fix::server(
                "Let this client's address in",
                "Access lists, bans and shutdown messages stand before the login.",
            )],
        )
    } else if let Some(user) = &facts.evidence().asked.user {
        (
            Side::Client,
            Confidence::Medium,
            format!(
                "The server refuses the login of {user} with {code}: the name or the password is wrong, or the account may not use FTP."
            ),
            vec![
                Fix::client(
                    "Check the user's name and password",
                    "Both are case-sensitive; some servers want user@domain.",
                ),
                Fix::server(
                    "Check the account",
                    "It may be locked, have a shell that /etc/shells does not list, or stand on a list of users that are denied.",
                ),
            ],
        )
    } else {
        (
            Side::Client,
            Confidence::High,
            format!(
                "The server takes no anonymous user: it answers the login with {code}, so a name and a password are needed."
            ),
            vec![
                Fix::client("Log in with a name and a password", "Here: --user NAME; the password is asked for."),
                Fix::server(
                    "Allow anonymous users, if that is wanted",
                    setting(facts, |settings| settings.allow_anonymous, "In the server's settings."),
                ),
            ],
        )
    };
    Match::Fires(Conclusion {
        severity: Severity::Error,
        side,
        confidence,
        summary,
        cites: facts.cites([place]),
        fixes,
    })
}
