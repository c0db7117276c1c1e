//! FileZilla before a screen that nobody sees. Its log is the file that its settings name; it has no end of its own, so
//! it is ended when the log says that the listing came or won't, or when nothing has been written for long enough.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use super::{Mode, Recipe, Target};
use crate::terminal::Ran;

/// Its log's last word where all went well.
pub const LISTED: &str = "Status: Directory listing of ";
/// The variant whose settings show most.
pub const DEBUG: &str = "debug";
/// Variants in other languages, each a locale that the system must have.
pub const LANGUAGES: [&str; 6] = ["de_DE", "es_ES", "fr_FR", "ja_JP", "ru_RU", "zh_CN"];

/// Its own patience can't be set below 10 s, and a busy machine is slow to open its window.
const PATIENCE: Duration = Duration::from_secs(30);
const UNTIL_IT_LOGS: Duration = Duration::from_secs(60);
const LAST_WORDS: [&str; 4] = [
    "Failed to retrieve directory listing",
    "Could not connect to server",
    "Critical error:",
    "Critical file transfer error",
];

/// The same in other languages: what tells that the listing came or won't.
static ENDINGS: LazyLock<Vec<String>> =
    LazyLock::new(|| ["got", "failed", "not_joined"].into_iter().flat_map(translated).collect());

/// What it says in other languages, by the name in its translations.
fn translated(name: &str) -> Vec<String> {
    let translations = include_str!("../../../src/evidence/import/programs/filezilla.toml");
    let translations: toml::Table = toml::from_str(translations).expect("a valid file");
    let words = translations["words"][name].as_array().expect("a list");
    words.iter().filter_map(|word| word.as_str().map(str::to_owned)).collect()
}

/// Whether it says in another language that the listing came.
pub fn says_listed(said: &str) -> bool {
    translated("got").iter().any(|word| said.contains(word))
}

/// The locale that a variant is run in.
pub fn locale(variant: &str) -> Option<String> {
    LANGUAGES.contains(&variant).then(|| format!("{variant}.UTF-8"))
}

/// A virtual screen; it goes with this.
pub struct Display {
    child: Child,
    name: String,
}

impl Display {
    pub fn open() -> Result<Self, String> {
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "1024x768x24", "-nolisten", "tcp"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        // A signal may end the lab without a word to this.
        // SAFETY: between fork and exec there is one system call that takes numbers, and nothing else.
        unsafe {
            command.pre_exec(|| {
                libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
                Ok(())
            });
        }
        let mut child = command.spawn().map_err(|error| format!("Xvfb is wanted: {error}"))?;
        let mut number = String::new();
        let output = child.stdout.take().ok_or("no output")?;
        BufReader::new(output).read_line(&mut number).map_err(|error| error.to_string())?;
        Ok(Self { child, name: format!(":{}", number.trim()) })
    }

    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn command(to: &Target) -> Vec<String> {
    let url = to.url();
    // Without a name it asks for a password in a window.
    vec!["filezilla".to_owned(), if to.user == "anonymous" { url.replace("://", "://anonymous@") } else { url }]
}

/// Settings that log to a file, ask nothing, and try once. The host is one that the user has allowed to be plain.
pub fn write_settings(home: &Path, recipe: &Recipe, to: &Target) -> std::io::Result<()> {
    let folder = home.join(".config/filezilla");
    std::fs::create_dir_all(&folder)?;
    let (level, raw) = if recipe.variant == DEBUG { (4, 1) } else { (0, 0) };
    let passive = i32::from(recipe.mode == Mode::Passive);
    let settings = [
        ("Logging file", "/srv/filezilla.log".to_owned()),
        ("Logging Debug Level", level.to_string()),
        ("Logging Raw Listing", raw.to_string()),
        ("Use Pasv mode", passive.to_string()),
        ("Timeout", "10".to_owned()),
        ("Reconnect count", "0".to_owned()),
        // Its welcome has been seen.
        ("Greeting version", "99.0.0".to_owned()),
        ("Greeting resources", "1".to_owned()),
        ("Update Check", "0".to_owned()),
    ];
    let settings = settings.map(|(name, value)| format!("  <Setting name=\"{name}\">{value}</Setting>\n")).concat();
    let file =
        |inside: &str| format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<FileZilla3>\n{inside}</FileZilla3>\n");
    std::fs::write(folder.join("filezilla.xml"), file(&format!(" <Settings>\n{settings} </Settings>\n")))?;
    let host = format!(" <InsecureHosts>\n  <Host Port=\"{}\">{}</Host>\n </InsecureHosts>\n", to.port, to.host);
    std::fs::write(folder.join("trustedcerts.xml"), file(&host))
}

/// Runs it until its log has an end. What GTK complains about is not the log.
pub fn run(mut command: Command, home: &Path) -> std::io::Result<Ran> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let log = home.join("filezilla.log");
    let mut deadline = Instant::now() + UNTIL_IT_LOGS;
    let mut logs = false;
    let ended = loop {
        let printed = std::fs::read(&log).unwrap_or_default();
        if !logs && !printed.is_empty() {
            logs = true;
            deadline = Instant::now() + PATIENCE;
        }
        let said = String::from_utf8_lossy(&printed);
        let last = |line: &str| {
            (line.contains(LISTED) && line.ends_with("successful"))
                || LAST_WORDS.iter().any(|words| line.contains(words))
                || (!line.contains("Status:") && ENDINGS.iter().any(|words| line.contains(words)))
        };
        if said.lines().any(last) {
            break true;
        }
        if Instant::now() > deadline || child.try_wait()?.is_some() {
            break false;
        }
        // Its log tells nobody when it grows.
        std::thread::sleep(Duration::from_millis(100));
    };
    // The line that says so may not be its last.
    std::thread::sleep(Duration::from_millis(if ended { 300 } else { 0 }));
    let _ = child.kill();
    let status = child.wait()?;
    Ok(Ran { printed: std::fs::read(&log).unwrap_or_default(), status: status.code(), killed: !ended })
}
