//! What the evidence tells of TLS (RFC 4217).

use super::{ControlEnd, Facts, Login, Place, Placed, Realm, Tried, events_of};
use crate::evidence::attempt::Attempt;
use crate::evidence::security::{Certificate, Distrust, Protection, Security};
use crate::evidence::timeline::{Awaited, HandshakeAgain, Session, What};

/// How TLS came to its end before it stood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// `None` where the other side went silent.
    pub how: Option<crate::evidence::security::Broken>,
    pub place: Place,
}

impl<'a> Facts<'a> {
    /// What the control connection ended up with.
    pub fn security(&self) -> Security {
        self.control().map_or(Security::Plain, |control| control.security)
    }

    pub fn is_encrypted(&self) -> bool {
        self.realm == Realm::Tls
    }

    /// What guards data connections where a plan does not say otherwise.
    pub fn usual_protection(&self) -> Protection {
        let clear = self.evidence.asked.clear_data || self.level_refused().is_some();
        match (self.realm, clear) {
            (Realm::Plain, _) => Protection::Plain,
            (Realm::Tls, true) => Protection::Clear,
            (Realm::Tls, false) => Protection::Private,
        }
    }

    /// The attempt with the usual protection, where it names none.
    pub fn guarded(&self, attempt: Attempt) -> Attempt {
        if attempt.protection.is_plain() { attempt.under(self.usual_protection()) } else { attempt }
    }

    /// The version of TLS on the first control connection that is encrypted, and where that stands.
    pub fn handshake(&self) -> Option<(&'a str, Place)> {
        events_of(self.control()?, self.first()).find_map(|(event, place)| match &event.what {
            What::Secured { version, .. } => Some((version.as_str(), place)),
            _ => None,
        })
    }

    pub fn tls_version(&self) -> Option<&'a str> {
        self.handshake().map(|(version, _)| version)
    }

    /// The certificate that the server showed, and where the handshake stands.
    pub fn certificate(&self) -> Option<(&'a Certificate, Place)> {
        let certificate = self.evidence.controls.iter().find_map(|control| control.certificate.as_ref())?;
        let (_, place) = self.handshake()?;
        Some((certificate, place))
    }

    /// Why a client, as its log says, does not trust the certificate.
    pub fn distrusted(&self) -> Option<(Distrust, Place)> {
        let numbered = self.evidence.controls.iter().enumerate();
        numbered.flat_map(|(number, control)| events_of(control, number)).find_map(|(event, place)| match event.what {
            What::Distrusted(why) => Some((why, place)),
            _ => None,
        })
    }

    /// The refusal of AUTH, the last where there are several.
    pub fn auth_refused(&self) -> Option<Placed<'a>> {
        let mut answers = (0..self.evidence.controls.len()).filter_map(|number| self.answer_on(number, "AUTH"));
        answers.find(|(reply, _)| reply.is_refusal())
    }

    /// Where the server agreed to AUTH, on whichever control connection.
    pub fn auth_agreed(&self) -> Option<Placed<'a>> {
        let mut answers = (0..self.evidence.controls.len()).filter_map(|number| self.answer_on(number, "AUTH"));
        answers.find(|(reply, _)| reply.is_completion())
    }

    /// The refusal of PROT P: data connections stay in the clear.
    pub fn level_refused(&self) -> Option<Placed<'a>> {
        if self.evidence.asked.clear_data {
            return None;
        }
        self.numbers().find_map(|number| self.answer_on(number, "PROT")).filter(|(reply, _)| reply.is_refusal())
    }

    /// How TLS on a control connection came to its end before it stood.
    pub fn tls_broken(&self) -> Option<Broken> {
        // A log's client says so also of TLS that stood and was broken before the login was over.
        let stood = |number| self.log().is_none() || self.login_on(number) == Login::LoggedIn;
        let numbered = self.evidence.controls.iter().enumerate();
        let plain = numbered.filter(|(number, control)| control.security.is_plain() || !stood(*number));
        plain.flat_map(|(number, control)| events_of(control, number)).find_map(|(event, place)| match &event.what {
            What::TlsFailed { how, .. } => Some(Broken { how: Some(*how), place }),
            What::Silent { awaited: Awaited::Handshake, .. } => Some(Broken { how: None, place }),
            _ => None,
        })
    }

    /// What became of the handshake that met silence, each time that it was made again.
    pub fn handshakes_again(&self) -> Vec<(HandshakeAgain, Place)> {
        let numbered = self.evidence.controls.iter().enumerate();
        let all = numbered.flat_map(|(number, control)| events_of(control, number));
        all.filter_map(|(event, place)| match event.what {
            What::HandshakeAgain(end) => Some((end, place)),
            _ => None,
        })
        .collect()
    }

    /// Where the control connection ended, or went silent, in the place of an answer to AUTH.
    pub fn lost_at_auth(&self) -> Option<(ControlEnd, Place)> {
        self.lost_controls().into_iter().find(|(_, place)| {
            let Place::Control(number, at) = *place else { return false };
            let before = events_of(&self.evidence.controls[number], number).take(at);
            let last = before.filter_map(|(event, _)| match &event.what {
                What::Sent(line) => Some(line.as_str()),
                _ => None,
            });
            last.last().is_some_and(|line| line.starts_with("AUTH")) && self.answer_on(number, "AUTH").is_none()
        })
    }

    /// The password was kept back.
    pub fn withheld(&self) -> Option<Place> {
        self.control_events().find(|(event, _)| event.what == What::Withheld).map(|(_, place)| place)
    }

    /// A login in plain that the server turned away, where it took none and the check went on under TLS.
    pub fn plain_login_refused(&self) -> Option<Placed<'a>> {
        if self.realm == Realm::Plain {
            return None;
        }
        Self::within(self.evidence, Realm::Plain).refused_plainly()
    }

    fn refused_plainly(&self) -> Option<Placed<'a>> {
        let plain = self.evidence.controls.iter().enumerate().filter(|(_, control)| control.security.is_plain());
        let logins: Vec<super::Login> = plain.map(|(number, _)| self.login_on(number)).collect();
        if logins.iter().any(|login| matches!(login, super::Login::LoggedIn)) {
            return None;
        }
        logins.into_iter().find_map(|login| match login {
            super::Login::Refused(reply, place) => Some((reply, place)),
            _ => None,
        })
    }
}

impl Tried<'_> {
    /// TLS stood on the data connection, and whether it resumed the control connection's session.
    pub fn secured(&self) -> Option<(Session, Place)> {
        self.find(|what| match what {
            What::Secured { session, .. } => Some(*session),
            _ => None,
        })
    }

    /// Tickets that were left for further data connections when its data ended.
    pub fn tickets_left(&self) -> Option<u64> {
        self.find(|what| match what {
            What::Tickets(left) => Some(*left),
            _ => None,
        })
        .map(|(left, _)| left)
    }

    /// How TLS on the data connection broke, before or after it stood.
    pub fn tls_broken(&self) -> Option<Broken> {
        self.find(|what| match what {
            What::TlsFailed { how, .. } => Some(Some(*how)),
            What::Silent { awaited: Awaited::Handshake, .. } => Some(None),
            _ => None,
        })
        .map(|(how, place)| Broken { how, place })
    }
}
