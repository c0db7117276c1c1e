//! Node's basic-ftp; options and rules from `transfer.ts` and `Client.ts`.

use super::rules::{
    DataHandshake, Dials, Earlier, Listing, Manner, Rules, Sessions, Setback, Setting, Step, Tls, Unasked, Vouching,
    Way, WithoutPrivacy,
};
use super::{Client, Recipe, UNKNOWN, wire};

pub static CLIENT: Client = Client {
    id: "node-basic-ftp",
    name: "basic-ftp (Node.js)",
    aliases: &["Node", "Node.js"],
    checked_with: "6.2.6, run against four servers, 2026-11",
    recipe: Recipe {
        passive: Some("Passive mode is all that it can do."),
        control_peer: Some(
            "From 6.0.0 on it refuses a 227 that names another address than the server's. Before, it dials the server's own address where the one in 227 is private and the server's is not.",
        ),
        without_extended: Some("`client.prepareTransfer = enterPassiveModeIPv4` after the login uses PASV alone."),
        tls: Some(
            "`client.access({ host, user, password, secure: true })` for AUTH TLS, `secure: \"implicit\"` for implicit TLS. `secureOptions: { rejectUnauthorized: false }` takes any certificate.",
        ),
        log: Some("`client.ftp.verbose = true` prints the dialogue."),
        mind: Some("It has no active mode. It asks for EPSV first, and for PASV where that fails in any way."),
        ..UNKNOWN
    },
    rules: Some(Rules {
        used_as: "client.access({ host }); client.list()",
        source: "basic-ftp 6.2.6 in the lab; basic-ftp 6.0.1, src/transfer.ts and src/Client.ts",
        way: Way {
            ipv4: &[Step::epsv(ANY).reading(wire::loose_229).any_code(), Step::pasv(Dials::SameOnly, &[]).any_code()],
            ipv6: &[Step::epsv(&[]).reading(wire::loose_229).any_code()],
        },
        settings: &[Setting {
            text: "new Client(timeout, { allowSeparateTransferHost: true })",
            way: Way { ipv4: &[Step::epsv(ANY).reading(wire::loose_229).any_code(), OLD_PASV], ipv6: &[] },
        }],
        earlier: &[Earlier {
            before: "6.0.0",
            way: Way {
                ipv4: &[Step::epsv(ANY).reading(wire::loose_229).any_code(), OLD_PASV],
                ipv6: &[Step::epsv(&[]).reading(wire::loose_229).any_code()],
            },
        }],
        tls: Tls {
            explicit: Some("secure: true"),
            implicit: Some("secure: \"implicit\""),
            vouching: Vouching::Refuses("secureOptions: { rejectUnauthorized: false }"),
            sessions: Sessions::Resumes,
            without_privacy: WithoutPrivacy::Unknown,
            unasked: Unasked::Never,
            data: DataHandshake::AheadOfIt,
        },
        listing: Listing::Machine,
        manner: Manner::Plain,
    }),
};

const ANY: &[Setback] =
    &[Setback::Refused, Setback::RefusedForNow, Setback::Unreadable, Setback::ConnectRefused, Setback::ConnectSilent];
const OLD_PASV: Step = Step::pasv(Dials::Mended(wire::basic_ftp_mends), &[]).any_code();
