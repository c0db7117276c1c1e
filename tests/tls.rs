//! FTPS: what a check sees and concludes of a server that speaks TLS well, and of each that does not.
//!
//! Most of it against the diagnosis server, whose TLS curl and lftp witness; what it can't be made to do against a
//! server of the test's own.

use std::process::Command;
use std::sync::Arc;

use ftpmode::check::Request;
use ftpmode::diagnosis::rule::{Severity, Side};
use ftpmode::diagnosis::verdict::Recommendation;
use ftpmode::diagnosis::{Diagnosis, diagnose};
use ftpmode::engine::{Certificates, Login};
use ftpmode::evidence::Evidence;
use ftpmode::evidence::facts::Facts;
use ftpmode::evidence::security::{Broken, Distrust, Protection, Security, Wanted};
use ftpmode::evidence::target::Secret;
use ftpmode::evidence::timeline::{Session, What};
use ftpmode::serve::tls::{Begin, Demand, Identity, Settings as Tls};
use ftpmode::serve::{Fault, Settings};
use rcgen::{CertificateParams, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use tokio::sync::mpsc;

use checked::{checked, request};
use raw::{Running, playing, serving};

#[path = "support/checked.rs"]
mod checked;
#[path = "support/ftps.rs"]
mod ftps;
#[path = "support/raw.rs"]
mod raw;

const PASSWORD: &str = "hunter2";

fn offering(tls: Tls) -> Running {
    serving(Settings { tls: Some(tls), ..Settings::default() })
}

fn explicit(server: &Running) -> Request {
    let mut request = request(server.address);
    request.settings.tls = Wanted::Explicit;
    request
}

fn with_password(mut request: Request) -> Request {
    request.settings.login = Login::User { name: "anonymous".to_owned(), password: Secret::new(PASSWORD) };
    request
}

/// What is concluded, for a look at one finding.
fn finding<'d>(found: &'d Diagnosis, id: &str) -> &'d ftpmode::diagnosis::rule::Conclusion {
    let all: Vec<&str> = found.findings.iter().map(|finding| finding.rule.id).collect();
    let one = found.findings.iter().find(|finding| finding.rule.id == id);
    &one.unwrap_or_else(|| panic!("{id} is not among {all:?}")).conclusion
}

fn has(found: &Diagnosis, id: &str) -> bool {
    found.findings.iter().any(|finding| finding.rule.id == id)
}

/// The sessions of data connections under this protection, in order.
fn sessions(evidence: &Evidence, protection: Protection) -> Vec<Session> {
    let all = evidence.attempts.iter().filter(|outcome| outcome.protection == protection && !outcome.set_aside);
    all.flat_map(|outcome| &outcome.events)
        .filter_map(|event| match event.what {
            What::Secured { session, .. } => Some(session),
            _ => None,
        })
        .collect()
}

fn sent(evidence: &Evidence) -> Vec<&str> {
    let controls = evidence.controls.iter().flat_map(|control| &control.events);
    controls
        .filter_map(|event| match &event.what {
            What::Sent(line) => Some(line.as_str()),
            _ => None,
        })
        .collect()
}

#[test]
fn the_diagnosis_servers_tls_serves_real_clients() {
    let server = offering(Tls::default());
    let url = format!("ftp://{}/", server.address);
    lists_by_curl(&["--ssl-reqd", &url]);
    for passive in ["true", "false"] {
        let script = format!(
            "set net:max-retries 1; set cmd:fail-exit true; set ssl:verify-certificate no; set ftp:ssl-force true; \
             set ftp:ssl-protect-data true; set ftp:passive-mode {passive}; open {url}; ls; exit"
        );
        let output = Command::new("timeout").args(["20", "lftp", "--norc", "-e", &script]).output().expect("lftp runs");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("readme.txt"), "passive {passive}: {said}");
    }
    let server = offering(Tls { begin: Begin::Implicit, ..Tls::default() });
    lists_by_curl(&[&format!("ftps://{}/", server.address)]);
}

fn lists_by_curl(arguments: &[&str]) {
    let mut curl = Command::new("curl");
    let output = curl.args(["-q", "-sS", "-k", "--max-time", "20"]).args(arguments).output().expect("curl runs");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && said.contains("readme.txt"), "{output:?}");
}

#[test]
fn all_four_methods_resume_the_control_connections_session() {
    for begin in [Begin::Explicit, Begin::Implicit] {
        let server = offering(Tls { begin, demand: Demand::Everything, identity: None });
        let mut request = explicit(&server);
        let security = match begin {
            Begin::Explicit => Security::ExplicitTls,
            Begin::Implicit => {
                request.settings.tls = Wanted::Implicit;
                Security::ImplicitTls
            }
        };
        let evidence = checked(request);
        let facts = Facts::of(&evidence);
        assert_eq!(facts.security(), security);
        assert_eq!(facts.tls_version(), Some("TLSv1.3"));
        assert_eq!(sessions(&evidence, Protection::Private), [Session::Resumed; 4]);
        let found = diagnose(&facts);
        assert_eq!(found.verdict.recommendation, Recommendation::Either);
        assert!(!has(&found, "data-session-reuse-required") && !has(&found, "tls-required"));
    }
}

#[test]
fn nobody_says_how_and_tls_is_used_where_it_is_offered_or_demanded() {
    for demand in [Demand::Nothing, Demand::Everything] {
        let server = offering(Tls { demand, ..Tls::default() });
        let evidence = checked(request(server.address));
        let facts = Facts::of(&evidence);
        assert_eq!(facts.security(), Security::ExplicitTls);
        assert_eq!(sessions(&evidence, Protection::Private), [Session::Resumed; 4]);
        let found = diagnose(&facts);
        assert_eq!(found.verdict.recommendation, Recommendation::Either);
        assert_eq!(has(&found, "tls-required"), demand == Demand::Everything);
        assert!(
            found
                .findings
                .iter()
                .all(|finding| finding.rule.id != "tls-required" || finding.conclusion.severity == Severity::Info)
        );
    }
    let server = playing(&[]);
    let evidence = checked(request(server.address));
    assert_eq!(Facts::of(&evidence).security(), Security::Plain);
    assert_eq!(evidence.controls.len(), 1, "a server in plain pays nothing");
}

#[test]
fn off_means_off() {
    let server = offering(Tls::default());
    let mut request = request(server.address);
    request.settings.tls = Wanted::Off;
    let evidence = checked(request);
    assert_eq!(Facts::of(&evidence).security(), Security::Plain);
    assert!(!sent(&evidence).iter().any(|line| line.starts_with("AUTH")));
}

#[test]
fn both_makes_every_data_connection_twice() {
    let server = offering(Tls::default());
    let mut request = request(server.address);
    request.settings.tls = Wanted::Both;
    let evidence = checked(request);
    let facts = Facts::of(&evidence);
    assert_eq!(facts.tried().len(), 4);
    assert_eq!(facts.in_plain().expect("plain, too").tried().len(), 4);
    let found = diagnose(&facts);
    assert!(!has(&found, "tls-blinds-ftp-helper"));
}

#[test]
fn a_password_goes_to_nobody_whom_nobody_vouches_for() {
    let (log, mut lines) = mpsc::channel(4096);
    let server = serving(Settings { tls: Some(Tls::default()), log: Some(log), ..Settings::default() });
    for tls in [Wanted::Auto, Wanted::Explicit] {
        let mut request = with_password(request(server.address));
        request.settings.tls = tls;
        let evidence = checked(request);
        let facts = Facts::of(&evidence);
        assert!(facts.withheld().is_some());
        assert!(!sent(&evidence).iter().any(|line| line.starts_with("PASS") || line.starts_with("USER")));
        let found = diagnose(&facts);
        assert_eq!(finding(&found, "certificate-untrusted").severity, Severity::Error);
        assert_eq!(found.verdict.recommendation, Recommendation::Unknown);
        assert_eq!(facts.certificate().expect("one").0.distrust, Some(Distrust::SelfSigned));
    }
    while let Ok(line) = lines.try_recv() {
        assert!(!line.contains("> PASS"), "{line}");
    }
    let mut request = with_password(explicit(&server));
    request.settings.certificates = Certificates::Any;
    let evidence = checked(request);
    assert!(Facts::of(&evidence).control_works(), "--insecure sends it");
    let found = diagnose(&Facts::of(&evidence));
    assert_eq!(finding(&found, "certificate-untrusted").severity, Severity::Warning);
}

#[test]
fn a_certificate_that_the_user_vouches_for_is_trusted() {
    let (identity, der) = identity(&["127.0.0.1"]);
    let server = offering(Tls { identity: Some(identity), ..Tls::default() });
    let mut request = with_password(explicit(&server));
    request.settings.authorities = Some(vec![der]);
    let evidence = checked(request);
    let facts = Facts::of(&evidence);
    assert!(facts.control_works());
    assert_eq!(facts.certificate().expect("one").0.distrust, None);
    assert!(!has(&diagnose(&facts), "certificate-untrusted"));
}

#[test]
fn a_certificate_for_another_name_or_of_other_days_is_told_as_such() {
    let (identity, der) = identity(&["ftp.example.com"]);
    let server = offering(Tls { identity: Some(identity), ..Tls::default() });
    let mut request = explicit(&server);
    request.settings.authorities = Some(vec![der]);
    let evidence = checked(request);
    assert_eq!(Facts::of(&evidence).certificate().expect("one").0.distrust, Some(Distrust::WrongName));
    let found = diagnose(&Facts::of(&evidence));
    assert!(finding(&found, "certificate-untrusted").summary.contains("127.0.0.1"));

    let server = playing(&[Fault::TlsExpiredCertificate]);
    let evidence = checked(explicit(&server));
    let facts = Facts::of(&evidence);
    let (certificate, _) = facts.certificate().expect("one");
    assert_eq!(certificate.not_after, "2021-01-01T00:00:00Z");
    assert_ne!(certificate.distrust, None);
}

#[test]
fn sessions_that_must_be_resumed_are_no_trouble_and_a_word_to_those_who_cannot() {
    let server = playing(&[Fault::TlsReuseRequired]);
    let evidence = checked(explicit(&server));
    let found = diagnose(&Facts::of(&evidence));
    assert_eq!(found.verdict.recommendation, Recommendation::Either);
    assert_eq!(finding(&found, "data-session-reuse-required").severity, Severity::Info);
    assert_eq!(sessions(&evidence, Protection::NewSession), [Session::New]);
}

#[test]
fn tickets_that_are_used_up_are_counted_and_tls_12_tried() {
    let server = playing(&[Fault::TlsOneTicket]);
    let evidence = checked(explicit(&server));
    let facts = Facts::of(&evidence);
    let found = diagnose(&facts);
    let reuse = finding(&found, "data-session-reuse-required");
    assert_eq!(reuse.severity, Severity::Warning);
    assert!(reuse.summary.contains("after one data connection"), "{}", reuse.summary);
    assert!(reuse.summary.contains("With TLS 1.2 all of them worked"), "{}", reuse.summary);
    assert!(!found.verdict.summary.contains("with PASV"), "no method is to blame: {}", found.verdict.summary);
    let kept = facts.experiments().iter().filter(|tried| tried.attempt().protection == Protection::Tls12);
    assert_eq!(kept.filter(|tried| tried.works()).count(), 4);
}

#[test]
fn a_thorough_check_makes_four_data_connections_in_one_session_of_either_version() {
    // Where sessions need not be resumed, it does not matter how long they last.
    let server = playing(&[Fault::TlsReuseRequired]);
    let mut request = explicit(&server);
    request.settings.thorough = true;
    let evidence = checked(request);
    for protection in [Protection::Private, Protection::Tls12] {
        let in_session = |control| {
            let ours = |outcome: &&ftpmode::evidence::Outcome| {
                outcome.protection == protection && outcome.control == control && !outcome.set_aside
            };
            evidence.attempts.iter().filter(ours).count()
        };
        assert_eq!((0..evidence.controls.len()).map(in_session).max(), Some(4), "{protection:?}");
    }
    let found = diagnose(&Facts::of(&evidence));
    assert_eq!(finding(&found, "data-session-reuse-required").severity, Severity::Info);
}

#[test]
fn a_server_without_sessions_to_resume_works_all_the_same() {
    let server = playing(&[Fault::TlsNoResumption]);
    let evidence = checked(explicit(&server));
    assert_eq!(sessions(&evidence, Protection::Private), [Session::New; 4]);
    let found = diagnose(&Facts::of(&evidence));
    assert_eq!(found.verdict.recommendation, Recommendation::Either);
    assert!(!has(&found, "data-session-reuse-required"));
}

#[test]
fn each_protection_level_is_tried_where_the_server_demands_it() {
    let server = playing(&[Fault::TlsProtClearOnly]);
    let evidence = checked(explicit(&server));
    let found = diagnose(&Facts::of(&evidence));
    assert_eq!(found.verdict.recommendation, Recommendation::Either, "in the clear, since PROT P is refused");
    assert!(evidence.attempts.iter().all(|outcome| outcome.protection == Protection::Clear), "and told as such");
    assert_eq!(evidence.attempts.len(), 4, "there is no session to look into");
    assert_eq!(finding(&found, "data-tls-failed").severity, Severity::Warning);

    let server = playing(&[Fault::TlsProtPrivateOnly]);
    let mut request = explicit(&server);
    request.settings.data = Protection::Clear;
    let evidence = checked(request);
    let found = diagnose(&Facts::of(&evidence));
    assert_eq!(found.verdict.recommendation, Recommendation::None);
    assert_eq!(finding(&found, "data-protection-required").severity, Severity::Error);
}

#[test]
fn tls_that_is_refused_ends_a_check_that_wants_it_and_no_other() {
    let server = playing(&[Fault::TlsAuthRefused]);
    let evidence = checked(explicit(&server));
    let found = diagnose(&Facts::of(&evidence));
    assert_eq!(found.verdict.recommendation, Recommendation::Unknown);
    assert_eq!(finding(&found, "tls-unsupported").severity, Severity::Error);

    let evidence = checked(request(server.address));
    let found = diagnose(&Facts::of(&evidence));
    assert_eq!(found.verdict.recommendation, Recommendation::Either);
    assert_eq!(finding(&found, "tls-unsupported").severity, Severity::Warning);

    let evidence = checked(with_password(request(server.address)));
    assert!(!sent(&evidence).iter().any(|line| line.starts_with("PASS")), "TLS was offered, and refused");
}

#[test]
fn the_wrong_kind_of_tls_is_named() {
    let server = playing(&[]);
    let mut request = request(server.address);
    request.settings.tls = Wanted::Implicit;
    let evidence = checked(request);
    let facts = Facts::of(&evidence);
    assert_eq!(facts.tls_broken().expect("broken").how, Some(Broken::NotTls));
    let found = diagnose(&facts);
    let failed = finding(&found, "tls-failed");
    assert!(failed.fixes.iter().any(|fix| fix.detail.contains("ftpes://")), "{failed:?}");
}

#[test]
fn what_a_server_says_in_the_clear_in_the_middle_of_tls_is_heard() {
    let server = ftps::Server::start(config(), ftps::Data::Whole).with(ftps::Manner::DiesInTheClear);
    let mut request = request(server.address);
    request.settings.tls = Wanted::Explicit;
    let evidence = checked(request);
    let found = diagnose(&Facts::of(&evidence));
    assert!(finding(&found, "server-misconfigured").cites.iter().any(|cite| cite.text.contains("500 OOPS: vsftpd")));
}

/// Only Linux lets a program ask for small segments.
#[cfg(target_os = "linux")]
#[test]
fn a_handshake_that_meets_silence_is_made_again_in_small_segments() {
    use ftpmode::evidence::timeline::HandshakeAgain::{
        self, Silent, SilentInSmallSegments, Stood, StoodInSmallSegments,
    };
    let cases = [
        (ftps::Manner::LosesLargePackets, vec![StoodInSmallSegments, Silent], Side::Network, "Large packets are lost"),
        (ftps::Manner::Hushes, vec![SilentInSmallSegments], Side::Unknown, "it stays silent, too"),
        (ftps::Manner::HushesOnce, vec![StoodInSmallSegments, Stood], Side::Unknown, "only now and then"),
    ];
    for (manner, again, side, words) in cases {
        let server = ftps::Server::start(config(), ftps::Data::Whole).with(manner);
        let mut request = request(server.address);
        request.settings.tls = Wanted::Explicit;
        let evidence = checked(request);
        let facts = Facts::of(&evidence);
        let seen: Vec<HandshakeAgain> = facts.handshakes_again().into_iter().map(|(end, _)| end).collect();
        assert_eq!(seen, again, "{manner:?}");
        let found = diagnose(&facts);
        let failed = finding(&found, "tls-failed");
        assert_eq!(failed.side, side, "{failed:?}");
        assert!(failed.summary.contains(words), "{failed:?}");
        let mends = failed.fixes.iter().any(|fix| fix.action.contains("fragmentation needed"));
        assert_eq!(mends, side == Side::Network, "{failed:?}");
    }
}

#[test]
fn data_that_ends_without_a_farewell_is_whole_and_data_that_ends_in_a_record_is_not() {
    for (data, works, broken) in [
        (ftps::Data::Whole, true, None),
        (ftps::Data::WithoutFarewell, true, None),
        (ftps::Data::CutInARecord, false, Some(Broken::CutRecord)),
        (ftps::Data::ClosedAtOnce, false, Some(Broken::Closed)),
        (ftps::Data::Garbage, false, Some(Broken::NotTls)),
    ] {
        let server = ftps::Server::start(config(), data);
        let mut request = request(server.address);
        request.settings.tls = Wanted::Explicit;
        request.methods = vec![ftpmode::evidence::attempt::DataVerb::Epsv];
        let evidence = checked(request);
        let facts = Facts::of(&evidence);
        let tried = facts.tried().first().expect("a data connection");
        assert_eq!(tried.works(), works, "{data:?}: {:?}", tried.outcome());
        assert_eq!(tried.tls_broken().and_then(|broken| broken.how), broken, "{data:?}");
        assert_eq!(has(&diagnose(&facts), "data-tls-failed"), !works, "{data:?}");
    }
}

#[test]
fn a_server_that_takes_one_control_connection_gets_one_after_the_other() {
    let server =
        serving(Settings { tls: Some(Tls::default()), faults: vec![Fault::OneConnection], ..Settings::default() });
    let evidence = checked(explicit(&server));
    let facts = Facts::of(&evidence);
    assert_eq!(facts.tried().iter().filter(|tried| tried.works()).count(), 4);
    let found = diagnose(&facts);
    assert_eq!(finding(&found, "too-many-connections").severity, Severity::Info);
    assert!(found.not_tested.iter().any(|open| open.id == "data-session-reuse-required"));
    assert!(found.not_tested.iter().all(|open| open.id != "passive-pasv"), "PASV was tried");
}

/// A certificate that signs itself, for these names, and its DER.
fn identity(names: &[&str]) -> (Identity, Vec<u8>) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let params = CertificateParams::new(names).expect("names");
    let key = KeyPair::generate().expect("a key");
    let certificate = params.self_signed(&key).expect("a certificate").der().clone();
    let der = certificate.to_vec();
    (Identity { chain: vec![certificate], key: PrivateKeyDer::Pkcs8(key.serialize_der().into()) }, der)
}

fn config() -> Arc<ServerConfig> {
    let (Identity { chain, key }, _) = identity(&["127.0.0.1"]);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let versions = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Arc::new(versions.expect("versions").with_no_client_auth().with_single_cert(chain, key).expect("a certificate"))
}
