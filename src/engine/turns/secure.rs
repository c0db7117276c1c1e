//! Whether and when a control connection is encrypted: AUTH TLS before the login (RFC 4217 section 4), and what becomes
//! of a check where TLS does not come about.
//!
//! Without a word from the user, an anonymous login goes out in plain at once, since it has no secret, and all begins anew
//! under TLS where the features list AUTH TLS or the server demands it: servers in plain, the most, pay nothing. A login
//! with a password asks for the features first.

use std::rc::Rc;

use tokio::time::timeout;

use super::{LoggedIn, Plan, Tools};
use crate::engine::probes;
use crate::engine::session::{Came, Session};
use crate::engine::{Certificates, Login};
use crate::evidence::facts::Facts;
use crate::evidence::security::{Protection, Security, Wanted};
use crate::evidence::timeline::{Awaited, What};
use crate::protocol::command::Command;
use crate::protocol::dialect::{self, Says};
use crate::protocol::features;
use crate::protocol::reply::Reply;

/// What comes before the login.
pub enum Secure {
    /// The control connection is as it is to be.
    Done,
    /// TLS did not come about, and nothing secret is lost by going on in plain.
    InPlain,
    /// The check ends here, and why.
    Over(&'static str),
}

/// Encrypts a greeted control connection where data connections of this protection, or the server, want it.
pub async fn before_login(plan: &Plan<'_>, session: &mut Session, protection: Protection) -> Secure {
    let settings = plan.tools.settings;
    let may_choose = settings.tls == Wanted::Auto && !plan.standing.borrow().tls_given_up;
    let mut protection = protection;
    if may_choose && protection.is_plain() && is_offered(plan.tools, session).await {
        protection = settings.data;
        plan.standing.borrow_mut().usual = protection;
    }
    if session.secured().is_plain() && !protection.is_plain() && !encrypt(plan.tools, session, protection).await {
        let secret = matches!(settings.login, Login::User { .. });
        return match settings.tls {
            Wanted::Auto if !secret => Secure::InPlain,
            Wanted::Auto => {
                Secure::Over("TLS did not come about, and a password is not sent in plain where TLS is offered")
            }
            _ => Secure::Over("TLS did not come about"),
        };
    }
    if !session.secured().is_plain() {
        plan.tools.milestones.set_secured();
        plan.changed.notify_one();
    }
    if withholds(plan.tools, session) {
        plan.tools.recorder.record(session.story(), What::Withheld);
        return Secure::Over("nobody vouches for the server, so the password was not sent");
    }
    Secure::Done
}

/// Whether TLS is worth asking for before the login. Pure-FTPd lists AUTH TLS also where it has none, so that only asking
/// for it tells; of others a login with a password asks for the features first.
async fn is_offered(tools: Tools<'_>, session: &mut Session) -> bool {
    match (&tools.settings.login, session.product()) {
        (_, Some("pure-ftpd")) => true,
        (Login::Anonymous, _) => false,
        (Login::User { .. }, _) => {
            let features = ask(tools, session, Command::bare("FEAT")).await;
            features.is_some_and(|reply| features::offers_tls(&features::parse(&reply)))
        }
    }
}

/// Whether a login in plain was turned away because TLS is demanded, where nobody said that it shall not be used.
pub fn is_demanded_after_all(plan: &Plan<'_>, session: &Session, logged_in: &LoggedIn) -> bool {
    if !may_still_choose(plan, session) || !matches!(logged_in, LoggedIn::Refused(_)) {
        return false;
    }
    let evidence = plan.tools.recorder.evidence();
    let says = Facts::of(&evidence).login_refusal().and_then(|(reply, _)| dialect::says(reply));
    matches!(says, Some(Says::TlsRequired | Says::ProtectionRequired))
}

/// Whether the features, which come behind the first data connection's reply, list AUTH TLS.
pub fn is_offered_after_all(plan: &Plan<'_>, session: &Session) -> bool {
    if !may_still_choose(plan, session) {
        return false;
    }
    let evidence = plan.tools.recorder.evidence();
    Facts::of(&evidence).features().seen().is_some_and(|list| features::offers_tls(&list))
}

fn may_still_choose(plan: &Plan<'_>, session: &Session) -> bool {
    let auto = plan.tools.settings.tls == Wanted::Auto;
    auto && session.secured().is_plain() && !plan.standing.borrow().tls_given_up
}

/// AUTH TLS and the handshake. Old servers know AUTH SSL alone.
async fn encrypt(tools: Tools<'_>, session: &mut Session, protection: Protection) -> bool {
    tools.recorder.say("Encrypting the control connection");
    let client = match tools.tls.client(tools.settings) {
        Ok(client) => client,
        Err(why) => {
            tools.recorder.record(session.story(), What::Failed(why));
            return false;
        }
    };
    for mechanism in ["TLS", "SSL"] {
        let Ok(auth) = Command::with("AUTH", mechanism) else { return false };
        match ask(tools, session, auth.clone()).await {
            Some(reply) if reply.is_completion() => {
                let again = Rc::clone(&client);
                let secured = session.secure(client, protection, Security::ExplicitTls, tools.budget.reply).await;
                if !secured {
                    probes::handshake::again(tools, session, &again, Some(&auth)).await;
                }
                return secured;
            }
            // Whoever knows the command and not this mechanism may know the other.
            Some(reply) if reply.code == 504 => {}
            _ => return false,
        }
    }
    false
}

/// The final reply to a command of the control connection's own; `None` where none came, which is on record.
async fn ask(tools: Tools<'_>, session: &mut Session, command: Command) -> Option<Reply> {
    session.send_own(command).await;
    let answered = async {
        loop {
            match session.next().await {
                Came::Reply { reply, verb: Some(_), .. } if !reply.is_preliminary() => return Some(reply),
                Came::Lost => return None,
                _ => {}
            }
        }
    };
    match timeout(tools.budget.reply, answered).await {
        Ok(reply) => reply,
        Err(_) => {
            let ms = tools.budget.reply.as_secs_f64() * 1000.0;
            tools.recorder.record(session.story(), What::Silent { awaited: Awaited::Reply, ms });
            None
        }
    }
}

/// Whether there is a password, and nobody vouches for the server that would get it.
fn withholds(tools: Tools<'_>, session: &Session) -> bool {
    let secret = matches!(tools.settings.login, Login::User { .. });
    if !secret || tools.settings.certificates == Certificates::Any || session.secured().is_plain() {
        return false;
    }
    session.certificate().is_none_or(|certificate| certificate.distrust.is_some())
}
