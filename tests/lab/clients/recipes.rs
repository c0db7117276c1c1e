//! How each client is run: with what a support desk would ask to be switched on, and little patience.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::programs;

use super::{Mode, Recipe, Screen, Target, Tls, filezilla};

/// What those who ask for a name, a password and commands are told; see [`Target::typed`].
const TYPED: &[(&str, &str)] =
    &[("): ", "USER"), ("assword: ", "PASSWORD"), ("assword:", "PASSWORD"), ("ftp> ", "LIST"), ("ftp> ", "bye")];

const PASSIVE: Recipe = Recipe {
    client: "",
    variant: "",
    mode: Mode::Passive,
    screen: Screen::Pipe,
    tls: Tls::Never,
    command: |_| Vec::new(),
};
const FILEZILLA: Recipe =
    Recipe { client: "filezilla", screen: Screen::Window, command: filezilla::command, ..PASSIVE };
const ACTIVE: Recipe = Recipe { mode: Mode::Active, ..PASSIVE };

/// Every client, in every way that it is run.
pub static RECIPES: &[Recipe] = &[
    // A person sees no progress meter beside what curl prints to a terminal.
    Recipe { client: "curl", screen: Screen::Terminal(&[]), command: |to| curl(to, &[]), ..PASSIVE },
    Recipe { client: "curl", variant: "redirected", command: |to| curl(to, &[]), ..PASSIVE },
    Recipe { client: "curl", screen: Screen::Terminal(&[]), command: |to| curl(to, &["--ftp-port", "-"]), ..ACTIVE },
    Recipe {
        client: "curl",
        variant: "tls",
        screen: Screen::Terminal(&[]),
        tls: Tls::Always,
        command: |to| curl(to, &["--ssl-reqd", "--cacert", "ca.pem"]),
        ..PASSIVE
    },
    Recipe {
        client: "curl",
        variant: "tls-stranger",
        screen: Screen::Terminal(&[]),
        tls: Tls::Always,
        command: |to| curl(to, &["--ssl-reqd"]),
        ..PASSIVE
    },
    Recipe { client: "wget", command: |to| wget(to, &["-v"]), ..PASSIVE },
    Recipe { client: "wget", command: |to| wget(to, &["-v", "--no-passive-ftp"]), ..ACTIVE },
    Recipe { client: "wget", variant: "debug", command: |to| wget(to, &["-d"]), ..PASSIVE },
    Recipe { client: "wget", variant: "debug", command: |to| wget(to, &["-d", "--no-passive-ftp"]), ..ACTIVE },
    Recipe { client: "lftp", command: |to| lftp(to, ""), ..PASSIVE },
    Recipe { client: "lftp", command: |to| lftp(to, "set ftp:passive-mode off; "), ..ACTIVE },
    Recipe { client: "lftp", variant: "tls", tls: Tls::Always, command: |to| lftp(to, LFTP_TLS), ..PASSIVE },
    Recipe {
        client: "lftp",
        variant: "tls-new-session",
        tls: Tls::Always,
        command: |to| lftp(to, &format!("{LFTP_TLS}set ftp:ssl-copy-sid off; ")),
        ..PASSIVE
    },
    Recipe {
        client: "lftp",
        variant: "tls-stranger",
        tls: Tls::Always,
        command: |to| lftp(to, "set ftp:ssl-force on; set ftp:ssl-allow-anonymous on; "),
        ..PASSIVE
    },
    Recipe { client: "ncftp", command: |to| ncftp(to, &[]), ..PASSIVE },
    Recipe { client: "ncftp", command: |to| ncftp(to, &["-E"]), ..ACTIVE },
    Recipe { client: "tnftp", screen: Screen::Terminal(TYPED), command: |to| tnftp(to, &[]), ..PASSIVE },
    Recipe { client: "tnftp", screen: Screen::Terminal(TYPED), command: |to| tnftp(to, &["-A"]), ..ACTIVE },
    Recipe {
        client: "tnftp",
        variant: "debug",
        screen: Screen::Terminal(TYPED),
        command: |to| tnftp(to, &["-d"]),
        ..PASSIVE
    },
    Recipe {
        client: "tnftp",
        variant: "debug",
        screen: Screen::Terminal(TYPED),
        command: |to| tnftp(to, &["-d", "-A"]),
        ..ACTIVE
    },
    Recipe {
        client: "inetutils-ftp",
        screen: Screen::Terminal(TYPED),
        command: |to| inetutils(to, &["-p"]),
        ..PASSIVE
    },
    Recipe { client: "inetutils-ftp", screen: Screen::Terminal(TYPED), command: |to| inetutils(to, &[]), ..ACTIVE },
    Recipe {
        client: "inetutils-ftp",
        variant: "debug",
        screen: Screen::Terminal(TYPED),
        command: |to| inetutils(to, &["-p", "-d"]),
        ..PASSIVE
    },
    Recipe {
        client: "inetutils-ftp",
        variant: "debug",
        screen: Screen::Terminal(TYPED),
        command: |to| inetutils(to, &["-d"]),
        ..ACTIVE
    },
    Recipe { client: "python-ftplib", command: |to| python(to, &["1", "passive"]), ..PASSIVE },
    Recipe { client: "python-ftplib", command: |to| python(to, &["1", "active"]), ..ACTIVE },
    Recipe { client: "python-ftplib", variant: "level-2", command: |to| python(to, &["2", "passive"]), ..PASSIVE },
    Recipe { client: "python-ftplib", variant: "level-2", command: |to| python(to, &["2", "active"]), ..ACTIVE },
    Recipe {
        client: "python-ftplib",
        variant: "tls",
        tls: Tls::Always,
        command: |to| python(to, &["1", "passive", "tls"]),
        ..PASSIVE
    },
    Recipe { client: "php", command: |to| php(to, "passive"), ..PASSIVE },
    Recipe { client: "php", command: |to| php(to, "active"), ..ACTIVE },
    Recipe { client: "php", variant: "tls", tls: Tls::Always, command: |to| php(to, "tls"), ..PASSIVE },
    Recipe { client: "php", variant: "stream", command: |to| php(to, "stream"), ..PASSIVE },
    Recipe { client: "rclone", command: |to| rclone(to, &[]), ..PASSIVE },
    Recipe { client: "rclone", variant: "pasv", command: |to| rclone(to, &["--ftp-disable-epsv"]), ..PASSIVE },
    Recipe { client: "java-commons-net", command: |to| library("java-commons-net", to, &["passive"]), ..PASSIVE },
    Recipe { client: "java-commons-net", command: |to| library("java-commons-net", to, &[]), ..ACTIVE },
    Recipe {
        client: "java-commons-net",
        variant: "tls",
        tls: Tls::Always,
        command: |to| library("java-commons-net", &under_tls(to), &["passive"]),
        ..PASSIVE
    },
    Recipe { client: "node-basic-ftp", command: |to| library("node-basic-ftp", to, &[]), ..PASSIVE },
    Recipe {
        client: "node-basic-ftp",
        variant: "tls",
        tls: Tls::Always,
        command: |to| library("node-basic-ftp", &under_tls(to), &[]),
        ..PASSIVE
    },
    FILEZILLA,
    Recipe { mode: Mode::Active, ..FILEZILLA },
    Recipe { variant: filezilla::LANGUAGES[0], ..FILEZILLA },
    Recipe { variant: filezilla::LANGUAGES[1], ..FILEZILLA },
    Recipe { variant: filezilla::LANGUAGES[2], ..FILEZILLA },
    Recipe { variant: filezilla::LANGUAGES[3], ..FILEZILLA },
    Recipe { variant: filezilla::LANGUAGES[4], ..FILEZILLA },
    Recipe { variant: filezilla::LANGUAGES[5], ..FILEZILLA },
    Recipe { variant: filezilla::DEBUG, ..FILEZILLA },
];

const LFTP_TLS: &str = "set ftp:ssl-force on; set ftp:ssl-allow-anonymous on; set ssl:ca-file ca.pem; ";

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

fn curl(to: &Target, extra: &[&str]) -> Vec<String> {
    words(&[&["curl", "-v", "--connect-timeout", "8", "--max-time", "12"], extra, &[&to.url()]].concat())
}

fn wget(to: &Target, extra: &[&str]) -> Vec<String> {
    words(&[&["wget"], extra, &["-t", "1", "-T", "8", "-O", "-", &to.url()]].concat())
}

fn lftp(to: &Target, settings: &str) -> Vec<String> {
    let Target { path, .. } = to;
    let list = if to.retrieves { format!("cat {path}") } else { format!("ls {path}") };
    let open = Target { path: String::new(), ..to.clone() }.url();
    let script = format!("{settings}set net:timeout 8; set net:max-retries 1; open {open}; {list}; exit");
    words(&["lftp", "--norc", "-d", "-e", &script])
}

fn ncftp(to: &Target, extra: &[&str]) -> Vec<String> {
    words(&[&["ncftpls", "-d", "stdout", "-t", "8", "-r", "1", "-l"], extra, &[&to.url()]].concat())
}

/// -q also ends a session whose server says nothing.
fn tnftp(to: &Target, extra: &[&str]) -> Vec<String> {
    words(&[&["tnftp", "-q", "8"], extra, &[&to.host, &to.port.to_string()]].concat())
}

fn inetutils(to: &Target, extra: &[&str]) -> Vec<String> {
    words(&[&["inetutils-ftp", "-v"], extra, &[&to.host, &to.port.to_string()]].concat())
}

fn python(to: &Target, how: &[&str]) -> Vec<String> {
    // Without -u a pipe shows the traceback before what led to it.
    words(
        &[&["python3", "-u", "list.py", &to.host, &to.port.to_string(), &to.path, &to.user, &to.password], how]
            .concat(),
    )
}

fn php(to: &Target, how: &str) -> Vec<String> {
    let port = to.port.to_string();
    let first = if how == "stream" { to.url() } else { to.host.clone() };
    words(&["php", "-d", "display_errors=1", "list.php", &first, &port, &to.path, &to.user, &to.password, how])
}

fn under_tls(to: &Target) -> Target {
    Target { encrypted: true, ..to.clone() }
}

fn rclone(to: &Target, extra: &[&str]) -> Vec<String> {
    [programs::rclone(to, 8), words(extra)].concat()
}

fn library(client: &str, to: &Target, how: &[&str]) -> Vec<String> {
    [programs::command(client, to, 8), words(how)].concat()
}

const PYTHON: &str = "\
import ssl
import sys
from ftplib import FTP, FTP_TLS

host, port, path, user, password, level, mode = sys.argv[1:8]
ftp = FTP_TLS(context=ssl.create_default_context(cafile='ca.pem')) if 'tls' in sys.argv else FTP()
ftp.set_debuglevel(int(level))
ftp.connect(host, int(port), timeout=8)
ftp.login(user, password)
if 'tls' in sys.argv:
    ftp.prot_p()
ftp.set_pasv(mode == 'passive')
if path.endswith('.txt'):
    ftp.retrbinary('RETR ' + path, print)
else:
    ftp.dir(path)
ftp.quit()
";

const PHP: &str = r#"<?php
[, $host, $port, $path, $user, $password, $how] = $argv;
ini_set('default_socket_timeout', 8);
if ($how == 'stream') {
    var_dump(str_ends_with($path, '.txt') ? file_get_contents($host) : scandir($host));
    exit;
}
$ftp = $how == 'tls' ? ftp_ssl_connect($host, (int) $port, 8) : ftp_connect($host, (int) $port, 8);
var_dump($ftp !== false);
if ($ftp === false) {
    exit(1);
}
var_dump(ftp_login($ftp, $user, $password));
var_dump(ftp_pasv($ftp, $how != 'active'));
if (str_ends_with($path, '.txt')) {
    var_dump(ftp_get($ftp, 'here.txt', $path));
} else {
    var_dump(ftp_nlist($ftp, $path == '' ? '.' : $path));
}
ftp_close($ftp);
"#;

/// Puts what the clients read into their home.
pub fn write_files(home: &Path, recipe: &Recipe, to: &Target) -> std::io::Result<()> {
    match recipe.client {
        "python-ftplib" => std::fs::write(home.join("list.py"), PYTHON),
        "php" => std::fs::write(home.join("list.php"), PHP),
        "filezilla" => filezilla::write_settings(home, recipe, to),
        client => match programs::file(client).map_err(std::io::Error::other)? {
            Some((name, text)) => std::fs::write(home.join(name), text),
            None => Ok(()),
        },
    }
}

/// Whether what it printed shows that the listing came.
pub fn listed(recipe: &Recipe, to: &Target, said: &str) -> bool {
    match recipe.screen {
        Screen::Window => said.contains(filezilla::LISTED) || filezilla::says_listed(said),
        _ => !to.retrieves && said.contains("hello.txt"),
    }
}

/// The client's version in its own words. tnftp has none to tell, so the package's stands for it.
pub fn version(client: &str) -> Result<String, String> {
    if let Some(version) = programs::version(client) {
        return version;
    }
    let asked: &[&str] = match client {
        "ncftp" => &["ncftpls", "--version"],
        "python-ftplib" => &["python3", "--version"],
        "tnftp" => &["dpkg-query", "-W", "-f", "tnftp ${Version} (Debian's package)\n", "tnftp"],
        other => &[other, "--version"],
    };
    let output = Command::new(asked[0])
        .args(&asked[1..])
        .env("HOME", "/nonexistent")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("{client} is wanted: {error}"))?;
    let said = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
    let line = said.lines().find(|line| line.contains(|c: char| c.is_ascii_digit()));
    line.map(str::trim).map(str::to_owned).ok_or_else(|| format!("{client} does not tell its version: {said}"))
}
