//! The clients as forecasts mean them: nothing set but patience, and what a setting says.

use crate::clients::Target;
use crate::programs;

/// How a client is run once.
pub struct Way {
    pub command: Vec<String>,
    /// Prompts and what is typed; empty for those that nobody types to.
    pub answers: Vec<(&'static str, String)>,
    /// A file that it reads.
    pub file: Option<(&'static str, Vec<u8>)>,
    /// From then on it is killed: some have no patience to be set.
    pub seconds: u64,
}

/// Whom it believes certificates from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Trust {
    System,
    /// The file ca.pem in its home too.
    Authority,
}

/// A setting in the client's own words.
#[derive(Clone, Debug, Default)]
pub struct Setting {
    pub text: String,
    options: Vec<String>,
    /// A command that is typed.
    typed: Vec<String>,
    /// A line of its script.
    lines: String,
}

/// What chooses TLS, which these do anyway where the check was encrypted.
const CHOOSES_TLS: [&str; 14] = [
    "--ssl-reqd",
    "ftps://",
    "--ftps-implicit",
    "ftplib.FTP_TLS",
    "prot_p()",
    "ftp_ssl_connect",
    "--ftp-explicit-tls",
    "--ftp-tls",
    "FTPSClient",
    "FTPSClient(true)",
    "execPROT(\"P\")",
    "secure: true",
    "secure: \"implicit\"",
    "",
];
/// What the library's own words say to the lab's programs (`programs`).
const CALLS: [(&str, &str); 7] = [
    ("client.enterLocalPassiveMode(), from 3.9.0 on", "passive"),
    ("client.enterLocalPassiveMode()", "passive"),
    ("client.setUseEPSVwithIPv4(true)", "epsv"),
    ("client.setActiveExternalIPAddress(", "external="),
    ("setTrustManager(TrustManagerUtils.getAcceptAllTrustManager())", "any"),
    ("secureOptions: { rejectUnauthorized: false }", "any"),
    ("new Client(timeout, { allowSeparateTransferHost: true })", "separate"),
];

impl Setting {
    /// The words of a forecast, where a machine can follow them.
    pub fn read(client: &str, text: &str) -> Option<Self> {
        let mut setting = Self { text: text.to_owned(), ..Self::default() };
        let program = format!("{} ", if client == "ncftp" { "ncftpls" } else { client });
        let parts = text.split(" and ").map(|part| part.trim().trim_start_matches(program.as_str()));
        for part in parts.filter(|part| !CHOOSES_TLS.contains(part)) {
            match client {
                "python-ftplib" if part.starts_with("ftp.") => setting.lines += &format!("{part}\n"),
                "php" if part.starts_with("ftp_") => {
                    setting.lines += &format!("{};\n", part.trim_end_matches(", ahead of ftp_pasv"));
                }
                "lftp" if part.starts_with("set ") => setting.lines += &format!("{part}; "),
                "java-commons-net" | "node-basic-ftp" => {
                    let (call, word) = CALLS.iter().find(|(call, _)| part.starts_with(call))?;
                    let given = part[call.len()..].trim_end_matches(')').trim_matches('"');
                    setting.options.push(format!("{word}{given}"));
                }
                "tnftp" if part.starts_with("epsv4") => setting.typed.push(part.to_owned()),
                _ => {
                    let words: Vec<&str> = part.split(' ').collect();
                    if !words[0].starts_with('-') || words.iter().any(|word| word.ends_with(',')) {
                        return None;
                    }
                    setting.options.extend(words.iter().map(|word| (*word).to_owned()));
                }
            }
        }
        Some(setting)
    }
}

/// Those that the project installs itself.
const AT_HAND: [&str; 11] = [
    "curl",
    "wget",
    "lftp",
    "ncftp",
    "tnftp",
    "inetutils-ftp",
    "python-ftplib",
    "php",
    "rclone",
    "java-commons-net",
    "node-basic-ftp",
];

pub fn knows(client: &str) -> bool {
    AT_HAND.contains(&client)
}

/// Debian's rclone is 1.60, and what is said of its TLS holds from 1.64 on.
pub fn is_too_old(client: &str, target: &Target) -> bool {
    client == "rclone" && target.encrypted
}

pub fn way(client: &str, to: &Target, setting: &Setting, trust: Trust, patience: u64) -> Way {
    let seconds = patience.to_string();
    let url = Target { path: String::new(), retrieves: false, ..to.clone() }.url();
    let mut way = Way { command: Vec::new(), answers: Vec::new(), file: None, seconds: patience * 5 + 2 };
    let mut words = |words: &[&str]| way.command.extend(words.iter().map(|word| (*word).to_owned()));
    match client {
        "curl" => {
            words(&["curl", "-v", "-q", "--connect-timeout", &seconds, "--max-time", &(patience * 4).to_string()]);
            if to.encrypted {
                words(&["--ssl-reqd"]);
            }
            if trust == Trust::Authority {
                words(&["--cacert", "ca.pem"]);
            }
            way.command.extend(setting.options.clone());
            way.command.push(url);
        }
        "wget" => {
            words(&["wget", "-t", "1", "-T", &seconds, "-O", "-"]);
            if to.implicit {
                words(&["--ftps-implicit"]);
            }
            if trust == Trust::Authority {
                words(&["--ca-certificate", "ca.pem"]);
            }
            way.command.extend(setting.options.clone());
            way.command.push(if to.encrypted { url.replace("ftp://", "ftps://") } else { url });
        }
        "lftp" => {
            let tls = if to.encrypted { "set ftp:ssl-force yes; set ftp:ssl-allow-anonymous yes; " } else { "" };
            let trusted = if trust == Trust::Authority { "set ssl:ca-file ca.pem; " } else { "" };
            let script = format!(
                "{tls}{trusted}{}set cmd:fail-exit true; set net:timeout {seconds}; set net:max-retries 3; set net:reconnect-interval-base 1; open {url}; ls; exit",
                setting.lines
            );
            words(&["lftp", "--norc", "-d", "-e", &script]);
        }
        "ncftp" => {
            words(&["ncftpls", "-d", "stdout", "-t", &seconds, "-r", "1", "-l"]);
            way.command.extend(setting.options.clone());
            way.command.push(url);
        }
        "tnftp" | "inetutils-ftp" => {
            if client == "tnftp" {
                words(&["tnftp", "-q", &seconds]);
            } else {
                words(&["inetutils-ftp", "-v"]);
                way.seconds = patience * 2 + 2;
            }
            way.command.extend(setting.options.clone());
            way.command.extend([to.host.clone(), to.port.to_string()]);
            let typed = setting.typed.iter().map(|line| ("ftp> ", line.clone()));
            way.answers =
                [("): ", to.user.clone()), ("assword: ", to.password.clone()), ("assword:", to.password.clone())]
                    .into_iter()
                    .chain(typed)
                    .chain([("ftp> ", "ls".to_owned()), ("ftp> ", "bye".to_owned())])
                    .collect();
        }
        "python-ftplib" => {
            way.file = Some(("list.py", python(to, setting, patience).into()));
            words(&["python3", "-u", "list.py"]);
        }
        "php" => {
            way.file = Some(("list.php", php(to, setting, patience).into()));
            words(&["php", "-d", "display_errors=1", "-d", "log_errors=0", "list.php"]);
        }
        "rclone" => {
            way.command = programs::rclone(to, patience);
            way.command.extend(setting.options.clone());
        }
        "java-commons-net" | "node-basic-ftp" => {
            way.command = programs::command(client, &Target { path: String::new(), ..to.clone() }, patience);
            way.command.extend(setting.options.clone());
        }
        _ => {}
    }
    way
}

fn python(to: &Target, setting: &Setting, patience: u64) -> String {
    let (class, protect) = if to.encrypted { ("FTP_TLS", "ftp.prot_p()\n") } else { ("FTP", "") };
    format!(
        "import ftplib\n\
         ftp = ftplib.{class}()\n\
         ftp.set_debuglevel(1)\n\
         ftp.connect('{}', {}, timeout={patience})\n\
         ftp.login('{}', '{}')\n{protect}{}\
         ftp.retrlines('LIST')\n\
         ftp.quit()\n",
        to.host, to.port, to.user, to.password, setting.lines
    )
}

fn php(to: &Target, setting: &Setting, patience: u64) -> String {
    let connect = if to.encrypted { "ftp_ssl_connect" } else { "ftp_connect" };
    // A setting that is said to come ahead of ftp_pasv does, and one of ftp_pasv itself takes its place.
    let passive = if setting.lines.contains("ftp_pasv") { "" } else { "var_dump(ftp_pasv($ftp, true));\n" };
    format!(
        "<?php\n\
         $ftp = {connect}('{}', {}, {patience});\n\
         if (!$ftp || !ftp_login($ftp, '{}', '{}')) exit(1);\n\
         {}{passive}\
         $list = ftp_rawlist($ftp, '/');\n\
         print_r($list);\n\
         exit($list === false ? 1 : 0);\n",
        to.host, to.port, to.user, to.password, setting.lines
    )
}
