//! .NET's FtpWebRequest; properties and rules from `FtpControlStream.cs`.

use super::rules::{Dials, Listing, Manner, NO_TLS, Rules, Setting, Step, Tls, Way};
use super::{Client, Recipe, UNKNOWN};

pub static CLIENT: Client = Client {
    id: "dotnet",
    name: "FtpWebRequest (.NET)",
    aliases: &[".NET", "FtpWebRequest"],
    checked_with: ".NET 8, from its source; the trace from .NET Framework's documentation, 2026-11",
    recipe: Recipe {
        passive: Some("Passive mode is what it does by itself; `request.UsePassive = true` brings it back."),
        active: Some("`request.UsePassive = false`."),
        control_peer: Some("It always dials the server's own address and reads only the port from 227."),
        without_extended: Some("Over IPv4 it uses neither EPSV nor EPRT."),
        tls: Some("`request.EnableSsl = true` for AUTH TLS with encrypted data connections. There is no implicit TLS."),
        log: Some(
            "In .NET Framework, network tracing writes network.log beside the program. This goes between `<configuration>` and `</configuration>` in App.config (beside the program: its name with .exe.config; for a web site: web.config): `<system.diagnostics><sources><source name=\"System.Net\"><listeners><add name=\"System.Net\"/></listeners></source></sources><switches><add name=\"System.Net\" value=\"Verbose\"/></switches><sharedListeners><add name=\"System.Net\" type=\"System.Diagnostics.TextWriterTraceListener\" initializeData=\"network.log\"/></sharedListeners><trace autoflush=\"true\"/></system.diagnostics>` .NET Core and .NET 5 or later have no such setting: there the text of the exception is what there is.",
        ),
        mind: Some(
            "In active mode it refuses connections from another address than the server's. The class is marked obsolete since .NET 6.",
        ),
        ..UNKNOWN
    },
    rules: Some(Rules {
        used_as: "request.Method = WebRequestMethods.Ftp.ListDirectoryDetails",
        source: ".NET 8, System.Net.Requests, FtpControlStream.cs: only the port is read from 227; a refusal ends it",
        way: Way { ipv4: &[Step::pasv(Dials::Peer, &[]).any_code()], ipv6: &[Step::epsv(&[]).any_code()] },
        settings: &[Setting {
            text: "request.UsePassive = false",
            way: Way { ipv4: &[Step::port(&[])], ipv6: &[Step::eprt(&[])] },
        }],
        earlier: &[],
        tls: Tls { explicit: Some("EnableSsl = true"), ..NO_TLS },
        listing: Listing::List,
        manner: Manner::Plain,
    }),
};
