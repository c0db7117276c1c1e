//! What the lab runs of libraries that are no programs by themselves: a listing or a download with Apache Commons Net
//! and with Node's basic-ftp.

use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use crate::clients::Target;
use crate::network;

const JAVA: &str = include_str!("programs/List.java");
const NODE: &str = include_str!("programs/list.js");
/// Debian's library.
const COMMONS_NET: &str = "/usr/share/java/commons-net.jar";
/// Where `make tools` puts what comes from npm.
pub const NODE_MODULES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/tools/node_modules");

/// The program of a client, to be put into its home: its name and its text. `None` where the client is a program.
pub fn file(client: &str) -> Result<Option<(&'static str, Vec<u8>)>, String> {
    match client {
        "java-commons-net" => CLASS.clone().map(|class| Some(("List.class", class))),
        "node-basic-ftp" => Ok(Some(("list.js", NODE.into()))),
        _ => Ok(None),
    }
}

/// How it is run; words of its own follow.
pub fn command(client: &str, to: &Target, patience: u64) -> Vec<String> {
    let program: &[&str] = match client {
        // It lives for a moment only: nothing is worth a better translation or a second collector's thread.
        "java-commons-net" => {
            &["java", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", "/usr/share/java/commons-net.jar:.", "List"]
        }
        _ => &["node", "list.js"],
    };
    let (port, seconds) = (to.port.to_string(), patience.to_string());
    let target = [to.host.as_str(), &port, &to.path, &to.user, &to.password, &seconds];
    let tls = [if to.implicit { "implicit" } else { "tls" }];
    let tls = if to.encrypted { &tls[..] } else { &[] };
    [program, &target, tls].concat().into_iter().map(str::to_owned).collect()
}

/// rclone takes a password only as its own `obscure` writes it.
const RCLONE: &str = "password=$1; shift; exec rclone lsf --ftp-pass \"$(rclone obscure \"$password\")\" \"$@\"";

/// A listing with rclone; options of its own may follow.
pub fn rclone(to: &Target, patience: u64) -> Vec<String> {
    let (port, seconds) = (to.port.to_string(), format!("{patience}s"));
    let folder = format!(":ftp:{}", to.path);
    let host = if to.host.contains(':') { format!("[{}]", to.host) } else { to.host.clone() };
    let once = ["--retries", "1", "--low-level-retries", "1", "--contimeout", &seconds, "--timeout", &seconds];
    let target = ["--ftp-host", &host, "--ftp-port", &port, "--ftp-user", &to.user];
    let tls = [if to.implicit { "--ftp-tls" } else { "--ftp-explicit-tls" }];
    let tls = if to.encrypted { &tls[..] } else { &[] };
    let program = ["sh", "-c", RCLONE, "rclone", &to.password, &folder, "-vv", "--dump", "headers"];
    [&program, &once[..], &target, tls].concat().into_iter().map(str::to_owned).collect()
}

/// Translated once for all cases.
static CLASS: LazyLock<Result<Vec<u8>, String>> = LazyLock::new(|| {
    let home = network::scratch().map_err(|error| error.to_string())?;
    let source = home.path().join("List.java");
    std::fs::write(&source, JAVA).map_err(|error| error.to_string())?;
    let output = Command::new("javac")
        .args(["-nowarn", "-cp", COMMONS_NET, "-d"])
        .args([home.path(), &source])
        .output()
        .map_err(|error| format!("javac is wanted (make tools): {error}"))?;
    if !output.status.success() {
        return Err(format!("List.java: {}", String::from_utf8_lossy(&output.stderr)));
    }
    std::fs::read(home.path().join("List.class")).map_err(|error| error.to_string())
});

/// The version of a library, where there is no program to be asked.
pub fn version(client: &str) -> Option<Result<String, String>> {
    match client {
        "java-commons-net" => Some(
            std::fs::canonicalize(COMMONS_NET)
                .map(|jar| format!("{} (Debian's package)", jar.file_stem().unwrap_or_default().to_string_lossy()))
                .map_err(|error| format!("{COMMONS_NET} is wanted (make tools): {error}")),
        ),
        "node-basic-ftp" => Some(
            std::fs::read_to_string(Path::new(NODE_MODULES).join("basic-ftp/package.json"))
                .map_err(|error| format!("{NODE_MODULES} is wanted (make tools): {error}"))
                .and_then(|text| serde_json::from_str::<serde_json::Value>(&text).map_err(|error| error.to_string()))
                .map(|package| format!("basic-ftp {}", package["version"].as_str().unwrap_or_default())),
        ),
        _ => None,
    }
}
