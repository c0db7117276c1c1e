//! The FTP clients that Debian has, as people run them when a support desk asks for a log: what each prints in a case,
//! exactly as it comes, and beside it a sidecar with what is true of that case.
//!
//! A log is `DIR/<client>/<case>[-active][-<variant>].log`, its sidecar the same name with `.toml`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde::Serialize;

use crate::agreement;
use crate::cases::{Case, Truth};
use crate::network::{self, Network};
use crate::programs;
use crate::terminal::{self, Ran};

mod filezilla;
mod recipes;

pub use recipes::RECIPES;

/// Each client's own patience is set to 8 s a step; from here on it is killed.
const PATIENCE: Duration = Duration::from_secs(20);
/// Clients of one case that run at once, where the server doesn't count them: fewer than the passive range has ports.
const SIDE_BY_SIDE: usize = 5;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    Passive,
    Active,
}

/// What a client prints to.
pub enum Screen {
    /// Nobody types: output and errors go to one pipe.
    Pipe,
    /// A terminal where each prompt is answered with what the word beside it stands for, once and in this order.
    Terminal(&'static [(&'static str, &'static str)]),
    /// A window: the log is a file.
    Window,
}

/// One way to run one client.
pub struct Recipe {
    pub client: &'static str,
    /// Told apart from the client's plain way by this; empty for that.
    pub variant: &'static str,
    pub mode: Mode,
    pub screen: Screen,
    /// Goes under TLS, so it is run where the server has TLS or the check asks for it.
    pub tls: Tls,
    pub command: fn(&Target) -> Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Tls {
    Never,
    Always,
}

/// Where the clients of a case go, in parts.
#[derive(Clone)]
pub struct Target {
    pub host: String,
    pub port: u16,
    /// What is listed or retrieved; empty for where the login leads.
    pub path: String,
    pub user: String,
    pub password: String,
    pub implicit: bool,
    /// The check went under TLS, or was told to: so do clients that can.
    pub encrypted: bool,
    /// The path is a file to retrieve.
    pub retrieves: bool,
}

impl Target {
    pub fn of(case: &Case) -> Result<Self, String> {
        let after = |flag: &str, words: &[&'static str]| {
            words.iter().position(|word| *word == flag).and_then(|at| words.get(at + 1)).copied()
        };
        let implicit = case.lftp.url.starts_with("ftps:");
        let url = if implicit { case.lftp.url } else { case.curl.url };
        let url = url::Url::parse(url).map_err(|error| error.to_string())?;
        let path = after("--path", case.arguments).or(after("--retrieve", case.arguments)).unwrap_or_default();
        let login = after("-u", case.curl.arguments).unwrap_or("anonymous:ftp@example.com");
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        Ok(Self {
            host: url.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned(),
            port: url.port().unwrap_or(21),
            path: path.trim_start_matches('/').to_owned(),
            user: user.to_owned(),
            password: password.to_owned(),
            implicit,
            encrypted: implicit,
            retrieves: case.arguments.contains(&"--retrieve"),
        })
    }

    /// What is typed for a word of [`Screen::Terminal`].
    fn typed(&self, word: &'static str) -> String {
        match word {
            "USER" => self.user.clone(),
            "PASSWORD" => self.password.clone(),
            "LIST" if self.retrieves => format!("get {}", self.path),
            "LIST" => format!("ls {}", self.path).trim_end().to_owned(),
            other => other.to_owned(),
        }
    }

    /// The URL that people would type: what goes without saying is not in it.
    pub fn url(&self) -> String {
        let scheme = if self.implicit { "ftps" } else { "ftp" };
        let host = if self.host.contains(':') { format!("[{}]", self.host) } else { self.host.clone() };
        let port = if self.port == 21 { String::new() } else { format!(":{}", self.port) };
        let login = if self.user == "anonymous" { String::new() } else { format!("{}:{}@", self.user, self.password) };
        format!("{scheme}://{login}{host}{port}/{}", self.path)
    }
}

/// What is true of a log: the file beside it.
#[derive(Serialize)]
struct Sidecar<'a> {
    client: &'a str,
    /// As the program prints it.
    version: &'a str,
    variant: &'a str,
    mode: &'a str,
    /// What the client was told to speak: "plain" or "tls".
    security: &'a str,
    command: Vec<String>,
    /// Absent where it did not end by itself: it was killed when its time was up, or it has a window and no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    exit: Option<i32>,
    killed: bool,
    /// The file hello.txt is in the listing, or the client says that the listing succeeded.
    listed: bool,
    case: CaseOf<'a>,
    truth: TruthOf<'a>,
}

#[derive(Serialize)]
struct CaseOf<'a> {
    id: &'a str,
    shows: &'a str,
    server: String,
    client_side: String,
    server_side: String,
    /// What the tool's own check is told in this case, to which `truth` belongs.
    arguments: Vec<&'a str>,
    /// What the client was to list or retrieve, where that is not the first folder.
    path: String,
    /// The folder that was to be listed has no file.
    empty_folder: bool,
}

/// What the tool must say, and what its witnesses manage, in each security and mode; absent where nobody asked.
#[derive(Serialize)]
struct TruthOf<'a> {
    recommendation: &'a str,
    fires: &'a [&'a str],
    not: &'a [&'a str],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    methods: BTreeMap<&'a str, bool>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    plain: BTreeMap<&'a str, bool>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    tls: BTreeMap<&'a str, bool>,
}

/// The clients at hand, each with its version, and a screen for those that want one.
pub struct Clients {
    versions: BTreeMap<&'static str, String>,
    display: filezilla::Display,
}

impl Clients {
    pub fn find() -> Result<Self, String> {
        let mut versions = BTreeMap::new();
        for recipe in RECIPES {
            if !versions.contains_key(recipe.client) {
                versions.insert(recipe.client, recipes::version(recipe.client)?);
            }
        }
        Ok(Self { versions, display: filezilla::Display::open()? })
    }

    /// Runs every client in the case's network and writes what each printed. Returns how many there are.
    pub fn write_logs(&self, case: &Case, network: &Network, authority: &Path, to: &Path) -> Result<usize, String> {
        let target = Target::of(case)?;
        let under_tls = case.server.tls.is_some() || case.arguments.contains(&"--tls");
        // FileZilla goes under TLS wherever it can, and then asks in a window whether the certificate is to be trusted.
        let asks = |recipe: &Recipe| case.server.tls.is_some() && matches!(recipe.screen, Screen::Window);
        let fits = |recipe: &&Recipe| (recipe.tls == Tls::Never || under_tls) && !asks(recipe);
        let chosen: Vec<&Recipe> = RECIPES.iter().filter(fits).collect();
        let next = std::sync::atomic::AtomicUsize::new(0);
        let at_once = if agreement::Clients::of(case) == agreement::Clients::SideBySide { SIDE_BY_SIDE } else { 1 };
        let run = || {
            while let Some(recipe) = chosen.get(next.fetch_add(1, std::sync::atomic::Ordering::Relaxed)) {
                self.write_log(recipe, case, &target, network, authority, to)?;
            }
            Ok(())
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..at_once).map(|_| scope.spawn(run)).collect();
            threads.into_iter().try_for_each(|thread| thread.join().unwrap_or(Err("a thread panicked".to_owned())))
        })?;
        Ok(chosen.len())
    }

    fn write_log(
        &self,
        recipe: &Recipe,
        case: &Case,
        target: &Target,
        network: &Network,
        authority: &Path,
        to: &Path,
    ) -> Result<(), String> {
        let home = network::scratch().map_err(|error| error.to_string())?;
        std::fs::copy(authority, home.path().join("ca.pem")).map_err(|error| error.to_string())?;
        recipes::write_files(home.path(), recipe, target).map_err(|error| error.to_string())?;
        let words = (recipe.command)(target);
        let mut command = at_home(network, home.path(), &words);
        let Ran { printed, status, killed } = match recipe.screen {
            Screen::Pipe => terminal::run(command, &[], terminal::Kind::Pipe, PATIENCE),
            Screen::Terminal(typed) => {
                let answers: Vec<_> = typed.iter().map(|(prompt, word)| (*prompt, target.typed(word))).collect();
                terminal::run(command, &answers, terminal::Kind::Terminal, PATIENCE)
            }
            Screen::Window => {
                command.env("DISPLAY", self.display.name());
                // Without this it sets its debug level back.
                command.env("FZDEBUG", if recipe.variant == filezilla::DEBUG { "1" } else { "0" });
                if let Some(locale) = filezilla::locale(recipe.variant) {
                    command.env("LANG", locale);
                }
                filezilla::run(command, home.path())
            }
        }
        .map_err(|error| format!("{}: {error}", recipe.client))?;
        let said = String::from_utf8_lossy(&printed);
        let truth_of = |passive: Truth, active: Truth| {
            [("passive", passive), ("active", active)]
                .into_iter()
                .filter_map(|(mode, truth)| match truth {
                    Truth::Is(truth) => Some((mode, truth)),
                    Truth::NotAsked => None,
                })
                .collect()
        };
        let sidecar = Sidecar {
            client: recipe.client,
            version: &self.versions[recipe.client],
            variant: recipe.variant,
            mode: recipe.mode.name(),
            security: if recipe.tls == Tls::Always { "tls" } else { "plain" },
            command: words,
            exit: status.filter(|_| !killed),
            killed,
            listed: recipes::listed(recipe, target, &said),
            case: CaseOf {
                id: case.id,
                shows: case.shows,
                server: format!("{:?}", case.server.kind),
                client_side: format!("{:?}", case.client),
                server_side: format!("{:?}", case.server_side),
                arguments: case.arguments.to_vec(),
                path: target.path.clone(),
                empty_folder: case.server.empty,
            },
            truth: TruthOf {
                recommendation: case.expect.recommendation,
                fires: case.expect.fires,
                not: case.expect.not,
                methods: case.expect.works.iter().copied().collect(),
                plain: truth_of(case.curl.passive, case.curl.active),
                tls: truth_of(case.lftp.passive, case.lftp.active),
            },
        };
        let text = toml::to_string(&sidecar).map_err(|error| error.to_string())?;
        let name = [case.id, recipe.mode.suffix(), if recipe.variant.is_empty() { "" } else { "-" }, recipe.variant];
        let folder = to.join(recipe.client);
        std::fs::create_dir_all(&folder)
            .and_then(|()| std::fs::write(folder.join(name.concat() + ".log"), &printed))
            .and_then(|()| std::fs::write(folder.join(name.concat() + ".toml"), text))
            .map_err(|error| error.to_string())
    }
}

impl Mode {
    pub fn name(self) -> &'static str {
        match self {
            Self::Passive => "passive",
            Self::Active => "active",
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Passive => "",
            Self::Active => "-active",
        }
    }
}

/// The words as a command on the client's host, in a home of its own that is always called /srv, so that no log names a
/// folder of the machine. ip has unshared the mounts already.
pub fn at_home(network: &Network, home: &Path, words: &[String]) -> Command {
    let mut command = network.command("c", "sh");
    command.args(["-c", "mount --bind \"$0\" /srv && cd /srv && exec \"$@\""]).arg(home).args(words);
    command.env_clear().envs([
        ("PATH", "/usr/sbin:/usr/bin:/sbin:/bin"),
        ("HOME", "/srv"),
        ("TERM", "dumb"),
        ("LANG", "C.UTF-8"),
        ("NODE_PATH", programs::NODE_MODULES),
        // Go's programs know no other way to be given authorities.
        ("SSL_CERT_DIR", "/etc/ssl/certs:/srv"),
    ]);
    command
}
