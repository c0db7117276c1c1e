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
    } else if let Some(summary) = of_a_user(facts, code) {
        (
            Side::Client,
            Confidence::Medium,
            summary,
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
    } else if facts.log().is_some() {
        (
            Side::Client,
            Confidence::High,
            "The server takes no anonymous user, so a name and a password are needed.".to_owned(),
            vec![
                Fix::client("Log in with a name and a password", "Whoever runs the server gives them out."),
                Fix::server(
                    "Allow anonymous users, if that is wanted",
                    setting(facts, |settings| settings.allow_anonymous, "In the server's settings."),
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

/// What is said of a login that was not an anonymous one. A log need not show who it was, nor the reply's code.
fn of_a_user(facts: &Facts, code: u16) -> Option<String> {
    let user = facts.evidence().asked.user.as_deref();
    let is_anonymous = |user: &str| matches!(user.to_ascii_lowercase().as_str(), "anonymous" | "ftp");
    match (user.filter(|user| !is_anonymous(user)), facts.log()) {
        (Some(user), None) => Some(format!(
            "The server refuses the login of {user} with {code}: the name or the password is wrong, or the account may not \
             use FTP."
        )),
        (Some(user), Some(_)) => Some(format!(
            "The server refuses the login of {user}: the name or the password is wrong, or the account may not use FTP."
        )),
        (None, Some(_)) if user.is_none() => Some(
            "The server refuses the login: the name or the password is wrong, or the account may not use FTP."
                .to_owned(),
        ),
        (None, _) => None,
    }
}
