//! Who logs in, and where the password comes from: the URL, `--password-file`, `FTPMODE_PASSWORD`, `.netrc`, a prompt.
//! There is no option that takes the password itself: command lines are public.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use thiserror::Error;

use super::netrc;
use crate::engine::Login;
use crate::evidence::target::{Secret, Target};
use crate::protocol::command::{BadArgument, Command};

#[derive(Args, Debug)]
pub struct LoginArgs {
    /// Log in as this user; without, as the URL or .netrc says, else anonymously
    #[arg(short, long, value_name = "NAME")]
    pub user: Option<String>,
    /// Read the password from the first line of this file; - is standard input
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// Look for the login here instead of in $NETRC or ~/.netrc
    #[arg(long, value_name = "FILE")]
    pub netrc_file: Option<PathBuf>,
}

/// Why there is no login.
#[derive(Debug, Error)]
pub enum BadLogin {
    #[error("the password file {} can't be read", path.display())]
    PasswordFile { path: PathBuf, source: std::io::Error },
    #[error("{} can't be read", path.display())]
    Netrc { path: PathBuf, source: std::io::Error },
    #[error("a password for {user} is wanted: --password-file, FTPMODE_PASSWORD, .netrc, or a terminal to ask at")]
    NoPassword { user: String },
    #[error("the prompt for the password failed")]
    Prompt(#[source] std::io::Error),
    #[error("the user name can't be sent")]
    User(#[source] BadArgument),
    #[error("the password can't be sent")]
    Password(#[source] BadArgument),
}

/// Decides who logs in at `target`.
pub fn decide(args: &LoginArgs, target: &Target) -> Result<Login, BadLogin> {
    let asked_for = args.user.clone().or_else(|| target.user.clone());
    let entry = netrc_entry(args, target, asked_for.as_deref())?;
    let name = match asked_for.or_else(|| entry.as_ref().and_then(|entry| entry.login.clone())) {
        Some(name) if !is_anonymous(&name) => name,
        _ => return Ok(Login::Anonymous),
    };
    let from_url = target.password.clone();
    let password = match from_url.map_or_else(|| password_from_file(args), |secret| Ok(Some(secret)))? {
        Some(password) => password,
        None => match std::env::var("FTPMODE_PASSWORD").ok().map(Secret::new) {
            Some(password) => password,
            None => match entry.and_then(|entry| entry.password) {
                Some(password) => password,
                None => prompt(&name, &target.host)?,
            },
        },
    };
    Command::with("USER", name.clone()).map_err(BadLogin::User)?;
    Command::with("PASS", password.reveal()).map_err(BadLogin::Password)?;
    Ok(Login::User { name, password })
}

fn is_anonymous(name: &str) -> bool {
    name.eq_ignore_ascii_case("anonymous") || name.eq_ignore_ascii_case("ftp")
}

fn password_from_file(args: &LoginArgs) -> Result<Option<Secret>, BadLogin> {
    let Some(path) = &args.password_file else { return Ok(None) };
    let read = if path.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(path)
    };
    let text = read.map_err(|source| BadLogin::PasswordFile { path: path.clone(), source })?;
    Ok(Some(Secret::new(text.lines().next().unwrap_or(""))))
}

fn netrc_entry(args: &LoginArgs, target: &Target, user: Option<&str>) -> Result<Option<netrc::Entry>, BadLogin> {
    let named = args.netrc_file.clone().or_else(|| std::env::var_os("NETRC").map(PathBuf::from));
    let path = match &named {
        Some(path) => path.clone(),
        None => match std::env::home_dir() {
            Some(home) => usual_netrc(&home),
            None => return Ok(None),
        },
    };
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            warn_if_open_to_others(&path);
            Ok(netrc::find(&text, &target.host, user))
        }
        // Nobody has to have one.
        Err(_) if named.is_none() => Ok(None),
        Err(source) => Err(BadLogin::Netrc { path, source }),
    }
}

/// Windows' programs had it without a dot, and curl looks for it so still.
fn usual_netrc(home: &Path) -> PathBuf {
    let dotted = home.join(".netrc");
    if cfg!(windows) && !dotted.exists() { home.join("_netrc") } else { dotted }
}

#[cfg(unix)]
fn warn_if_open_to_others(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    if std::fs::metadata(path).is_ok_and(|meta| meta.permissions().mode() & 0o077 != 0) {
        super::output::warn(&format!("{} can be read by others: chmod 600 it", path.display()));
    }
}

#[cfg(not(unix))]
fn warn_if_open_to_others(_: &Path) {}

fn prompt(user: &str, host: &str) -> Result<Secret, BadLogin> {
    if !std::io::stdin().is_terminal() {
        return Err(BadLogin::NoPassword { user: user.to_owned() });
    }
    rpassword::prompt_password(format!("Password for {user} at {host}: ")).map(Secret::new).map_err(BadLogin::Prompt)
}
