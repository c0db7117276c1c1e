//! Apache Commons Net's FTPClient; calls and rules from `FTPClient.java`.

use super::rules::{
    DataHandshake, Dials, Lines, Listing, Manner, Rules, Sessions, Setback, Setting, Step, Tls, Unasked, Vouching, Way,
    WithoutPrivacy,
};
use super::{Client, Recipe};

pub static CLIENT: Client = Client {
    id: "java-commons-net",
    name: "Apache Commons Net (Java)",
    aliases: &["Java", "Java Commons Net"],
    checked_with: "3.9, run against four servers; 3.11, from its source, 2026-11",
    recipe: Recipe {
        passive: Some("`client.enterLocalPassiveMode()` after `connect`, since `connect` goes back to active mode."),
        active: Some("Active mode is what it does by itself; `client.enterLocalActiveMode()` brings it back."),
        active_ports: Some("`client.setActivePortRange({low}, {high})`."),
        active_address: Some("`client.setActiveExternalIPAddress(\"{address}\")`."),
        control_peer: Some(
            "From 3.9.0 on it ignores the address in 227 by itself; `setIpAddressFromPasvResponse(true)` has it dial that address. Before, it does so only for private ones.",
        ),
        without_extended: Some("Over IPv4 it uses EPSV only after `client.setUseEPSVwithIPv4(true)`."),
        tls: Some(
            "`new FTPSClient()` for AUTH TLS, `new FTPSClient(true)` for implicit TLS; after the login `execPBSZ(0)` and `execPROT(\"P\")` for encrypted data connections.",
        ),
        log: Some("`client.addProtocolCommandListener(new PrintCommandListener(System.out))`."),
        mind: Some(
            "It refuses data connections from another address than the server's (`setRemoteVerificationEnabled(false)`).",
        ),
    },
    rules: Some(Rules {
        used_as: "client.connect(host); client.login(user, password); client.listFiles()",
        source: "Apache Commons Net 3.9 in the lab; 3.11, FTPClient.java: active until enterLocalPassiveMode is called",
        way: Way { ipv4: &[Step::port(&[])], ipv6: &[Step::eprt(&[])] },
        settings: &[
            Setting {
                text: "client.enterLocalPassiveMode(), from 3.9.0 on",
                way: Way { ipv4: &[PASV], ipv6: &[Step::epsv(&[])] },
            },
            Setting {
                text: "client.enterLocalPassiveMode() and client.setUseEPSVwithIPv4(true)",
                way: Way { ipv4: &[EPSV, PASV], ipv6: &[] },
            },
            Setting {
                text: "client.setActiveExternalIPAddress(\"{address}\")",
                way: Way { ipv4: &[Step::port(&[]).given()], ipv6: &[Step::eprt(&[]).given()] },
            },
        ],
        earlier: &[],
        tls: Tls {
            explicit: Some("FTPSClient and execPROT(\"P\")"),
            implicit: Some("FTPSClient(true) and execPROT(\"P\")"),
            // FTPSClient.java: getValidateServerCertificateTrustManager, which checks the dates and nothing else.
            vouching: Vouching::Dates("setTrustManager(TrustManagerUtils.getAcceptAllTrustManager())"),
            sessions: Sessions::New,
            without_privacy: WithoutPrivacy::Fails,
            unasked: Unasked::Never,
            data: DataHandshake::WithTheTransfer,
        },
        listing: Listing::List,
        manner: Manner::Plain,
    }),
};

/// Another code than 229 has it ask for PASV.
const EPSV: Step = Step::epsv(&[Setback::Refused, Setback::RefusedForNow, Setback::OtherCode]).line(Lines::First);
const PASV: Step = Step::pasv(Dials::Peer, &[]).line(Lines::First);
