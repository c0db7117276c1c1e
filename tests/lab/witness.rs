//! What other programs manage in a case: they say whether the case is what it says, and what the tool must agree with.
//! curl speaks plain, lftp TLS (curl's active mode hangs there), and openssl reads the certificate and the version.

use std::process::{Output, Stdio};

use crate::cases::{Case, Truth};
use crate::judge::{Asked, Outcome, UNPRIVILEGED};
use crate::network::Network;
use crate::servers::Server;
use crate::stub;
use crate::tls::{Certificate, Certificates, Demanded, Reuse, Tls, Versions};

/// Seconds that curl gets: longer than any of these servers takes to answer, shorter than its own patience.
const CURL_PATIENCE: &str = "7";
/// Once it is asked again.
const CURL_PATIENCE_AGAIN: &str = "15";
/// lftp counts its patience anew for each step, so somebody else counts the whole.
const LFTP_PATIENCE: &str = "12";
/// No second tries, no other mode where the asked one fails, and nothing but the wire decides.
const LFTP_SETTINGS: &str = "debug 9; set cmd:fail-exit true; set net:max-retries 1; set net:timeout 5; set ftp:auto-passive-mode false; \
     set ftp:ssl-force true; set ftp:ssl-allow-anonymous true; set ftp:ssl-protect-data true; set ssl:verify-certificate no";

pub fn ask(case: &Case, network: &Network, certificates: &Certificates, asked: Asked, outcome: &mut Outcome) {
    curl(case, network, asked, outcome);
    lftp(case, network, asked, outcome);
    if let Some(tls) = case.server.tls {
        openssl(&case.server, &tls, network, certificates, outcome);
    }
}

/// curl in both modes must manage what the tool says works, and what the case says is true.
fn curl(case: &Case, network: &Network, asked: Asked, outcome: &mut Outcome) {
    for (mode, truth) in [("passive", case.curl.passive), ("active", case.curl.active)] {
        let Truth::Is(truth) = truth else { continue };
        let ask = |patience| -> Result<i32, String> {
            let mut command = network.command("c", "curl");
            command.args(["-sS", "-q", "--max-time", patience]);
            if mode == "active" {
                command.args(["--ftp-port", "-"]);
            }
            command.args(case.curl.arguments).arg(case.curl.url).env("HOME", "/nonexistent").stdin(Stdio::null());
            let output = command.output().map_err(|error| error.to_string())?;
            Ok(output.status.code().unwrap_or(-1))
        };
        let mut status = ask(CURL_PATIENCE);
        if status.as_ref().is_ok_and(|status| (*status == 0) != truth) {
            // On a busy computer, once.
            outcome.tally.again += 1;
            status = ask(CURL_PATIENCE_AGAIN);
        }
        let status = match status {
            Ok(status) => status,
            Err(why) => return outcome.complaints.push(why),
        };
        outcome.witnesses.push(format!("curl {mode}: exit {status}"));
        if (status == 0) != truth {
            let why = format!("curl in {mode} mode exits with {status}, so the case is not what it says");
            outcome.complaints.push(why);
        }
        if asked == Asked::Both && case.curl.agrees {
            outcome.agree("curl", mode, truth);
        }
    }
}

/// How lftp sets up data connections.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Data {
    /// Protected, in the control connection's session.
    Resumed,
    /// Protected, in a session of its own.
    NewSession,
    Clear,
}

impl Data {
    /// What is set beside the rest, how the witness's line calls it, and what must have been agreed.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Resumed => ("", "", "---> PROT P"),
            Self::NewSession => ("set ftp:ssl-copy-sid false;", ", new session", "---> PROT P"),
            Self::Clear => {
                ("set ftp:ssl-protect-data false; set ftp:ssl-protect-list false;", ", clear data", "---> PROT C")
            }
        }
    }
}

/// lftp the same under TLS; and where that works, whether the server demands what its settings say of data connections.
fn lftp(case: &Case, network: &Network, asked: Asked, outcome: &mut Outcome) {
    for (mode, truth) in [("passive", case.lftp.passive), ("active", case.lftp.active)] {
        let Truth::Is(truth) = truth else { continue };
        lists(case, network, mode, Data::Resumed, truth, outcome);
        if asked == Asked::Both && case.lftp.agrees {
            outcome.agree("lftp", mode, truth);
        }
    }
    if let (Some(tls), Truth::Is(true)) = (case.server.tls, case.lftp.passive) {
        lists(case, network, "passive", Data::NewSession, tls.reuse == Reuse::NotRequired, outcome);
        lists(case, network, "passive", Data::Clear, tls.demanded != Demanded::ControlAndData, outcome);
    }
}

fn lists(case: &Case, network: &Network, mode: &str, data: Data, truth: bool, outcome: &mut Outcome) {
    let passive = mode == "passive";
    let (settings, called, agreed) = data.words();
    let url = case.lftp.url;
    let script = format!("{LFTP_SETTINGS}; {settings} set ftp:passive-mode {passive}; open {url}; ls; exit");
    let mut command = network.command("c", "timeout");
    command.args(["-s", "KILL", LFTP_PATIENCE, "lftp", "--norc", "-e", &script]).env("HOME", "/nonexistent");
    let output = match command.stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) => return outcome.complaints.push(error.to_string()),
    };
    let said = String::from_utf8_lossy(&output.stderr);
    // lftp gives in to a server that wants data connections protected.
    let gave_in = data == Data::Clear && said.contains("---> PROT P");
    let listed = output.status.success() && String::from_utf8_lossy(&output.stdout).contains("hello.txt") && !gave_in;
    outcome.witnesses.push(format!("lftp {mode}{called}: {listed}"));
    if listed != truth {
        outcome.complaints.push(format!("lftp in {mode} mode{called} lists: {listed}, not {truth}: {said}"));
    }
    // A login or a refusal in plain would prove nothing.
    if !said.contains(agreed) {
        outcome.complaints.push(format!("lftp in {mode} mode{called} never came to '{agreed}': {said}"));
    }
}

/// openssl must get the versions that the server is to speak, and think of the certificate as the case does.
fn openssl(server: &Server, tls: &Tls, network: &Network, certificates: &Certificates, outcome: &mut Outcome) {
    // The numbers are X509_V_OK, X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT and X509_V_ERR_CERT_HAS_EXPIRED.
    let verdict = match tls.certificate {
        Certificate::Signed => "Verify return code: 0 ",
        Certificate::SelfSigned => "Verify return code: 18 ",
        Certificate::Expired => "Verify return code: 10 ",
    };
    let mut spoken = Vec::new();
    for (version, spoken_by) in [("1.2", Versions::Only12), ("1.3", Versions::Only13)] {
        let Output { stdout, stderr, .. } = match handshake(server, tls, version, network, certificates) {
            Ok(output) => output,
            Err(why) => return outcome.complaints.push(why),
        };
        let (said, errors) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
        let reached = said.contains(&format!("New, TLSv{version}, Cipher is"));
        if reached != (tls.versions == Versions::Any || tls.versions == spoken_by) {
            outcome.complaints.push(format!("TLS {version} is spoken: {reached}\n{said}{errors}"));
        }
        if reached && !said.contains(verdict) {
            outcome.complaints.push(format!("openssl does not say '{verdict}'\n{said}{errors}"));
        }
        if reached {
            spoken.push(version);
        }
    }
    outcome.witnesses.push(format!("TLS {}", spoken.join(" and ")));
}

fn handshake(
    server: &Server,
    tls: &Tls,
    version: &str,
    network: &Network,
    certificates: &Certificates,
) -> Result<Output, String> {
    let mut command = network.command("c", "timeout");
    command.args(["-s", "KILL", CURL_PATIENCE, "openssl", "s_client", "-connect"]);
    command.arg(format!("198.18.0.20:{}", server.port)).arg("-CAfile").arg(certificates.authority());
    command.arg(format!("-tls{}", version.replace('.', "_")));
    if !tls.implicit {
        command.args(["-starttls", "ftp"]);
    }
    command.stdin(Stdio::null()).output().map_err(|error| error.to_string())
}

/// Complaints where the two ways name other routers than stand there.
pub fn hops_differ(network: &Network) -> Vec<String> {
    let own = std::env::current_exe().expect("this program has a path");
    let mut command = network.command("c", "setpriv");
    command.args(UNPRIVILEGED).arg(own).args([stub::ARGUMENT, stub::HOPS]);
    let said = match command.output() {
        Ok(output) => String::from_utf8_lossy(&output.stdout).into_owned(),
        Err(error) => return vec![error.to_string()],
    };
    let routers =
        [["203.0.113.129", "203.0.113.1", "203.0.113.6"], ["2001:db8:1::1", "2001:db8:2::1", "2001:db8:3::2"]];
    let expected: String = routers
        .iter()
        .flat_map(|routers| routers.iter().zip(1..))
        .map(|(router, ttl)| {
            let answer = format!("Some((TimeExceeded, Some({router})))");
            format!("{ttl} {answer} {answer}\n")
        })
        .collect();
    if said == expected { Vec::new() } else { vec![format!("the routers are\n{said}and not\n{expected}")] }
}
