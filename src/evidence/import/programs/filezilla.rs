//! FileZilla 2 and 3. The English words were seen in runs of 3.63 and in logs that users published. Those of other
//! languages are from published logs, and from its translations (`filezilla.toml`).

use std::collections::BTreeSet;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::evidence::import::Program;
use crate::evidence::import::translations::{Texts, Translations};
use crate::evidence::import::words::{How, Tells, Which, phrase};
use crate::evidence::log::Writer;

pub static PROGRAM: Program = Program {
    id: "filezilla",
    name: "FileZilla",
    writer: Writer::Client,
    signs: &[
        "filezilla client ",
        "filezilla version ",
        "connection established, waiting for welcome message",
        " of inactivity",
        "gnutls error -",
        "could not connect to server",
        "transfer channel can't be opened",
        "failed to retrieve directory listing",
        "insecure server, it does not support ftp over tls",
        "cftpcontrolsocket::",
        "crealcontrolsocket::",
        "ctransfersocket::",
    ],
    phrases: &[
        phrase("logged in", Tells::LoggedIn),
        phrase("retrieving directory listing", Tells::LoggedIn),
        phrase("angemeldet", Tells::LoggedIn),
        phrase("insecure server, it does not support", Tells::Nothing),
        phrase("zalogowano", Tells::LoggedIn),
        phrase("accesso effettuato", Tells::LoggedIn),
        phrase("aangemeld", Tells::LoggedIn),
        phrase("已登录", Tells::LoggedIn),
        phrase("connecting to ", Tells::Dials(Which::Either)),
        phrase("connection established, waiting for welcome message", Tells::Joined(Which::Control)),
        phrase("connected with ", Tells::Joined(Which::Control)),
        phrase("waiting for welcome message", Tells::Joined(Which::Control)),
        phrase("resolving address of ", Tells::LooksUp),
        phrase("initializing tls", Tells::Securing),
        phrase("tls connection established", Tells::Secured),
        phrase("tls/ssl connection established", Tells::Secured),
        phrase("ssl connection established", Tells::Secured),
        phrase("using server address instead", Tells::MendsAddress),
        phrase("using host address instead", Tells::MendsAddress),
        phrase("connection attempt failed", Tells::Failed(Which::Control, How::Unsaid)),
        phrase("could not connect to server", Tells::Failed(Which::Control, How::Unsaid)),
        phrase("unable to connect!", Tells::Failed(Which::Control, How::Unsaid)),
        phrase("the data connection could not be established", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("transfer channel can't be opened", Tells::Failed(Which::Data, How::Unsaid)),
        phrase("failed to retrieve directory listing", Tells::Unlisted),
        phrase("could not retrieve directory listing", Tells::Unlisted),
        phrase("could not read from transfer socket", Tells::Breaks(How::Unsaid)),
        phrase("could not write to transfer socket", Tells::Breaks(How::Unsaid)),
        phrase("aborted by user after transferring", Tells::Interrupted),
        phrase("transfer connection interrupted", Tells::Breaks(How::Reset)),
        phrase("file transfer failed", Tells::Unlisted),
        phrase("connection closed by server", Tells::Failed(Which::Control, How::Closed)),
        phrase("verbindung vom server geschlossen", Tells::Failed(Which::Control, How::Closed)),
        phrase("vom server getrennt", Tells::Failed(Which::Control, How::Closed)),
        phrase("connexion interrompue par le serveur", Tells::Failed(Which::Control, How::Closed)),
        phrase("connexion fermée par le serveur", Tells::Failed(Which::Control, How::Closed)),
        phrase("cerrada por el servidor", Tells::Failed(Which::Control, How::Closed)),
        phrase("chiusa dal server", Tells::Failed(Which::Control, How::Closed)),
        phrase("interrotta dal server", Tells::Failed(Which::Control, How::Closed)),
        phrase("encerrada pelo servidor", Tells::Failed(Which::Control, How::Closed)),
        phrase("fechada pelo servidor", Tells::Failed(Which::Control, How::Closed)),
        phrase("gesloten door de server", Tells::Failed(Which::Control, How::Closed)),
        phrase("gesloten door server", Tells::Failed(Which::Control, How::Closed)),
        phrase("zamknięte przez serwer", Tells::Failed(Which::Control, How::Closed)),
        phrase("закрыто сервером", Tells::Failed(Which::Control, How::Closed)),
        phrase("закрыл соединение", Tells::Failed(Which::Control, How::Closed)),
        phrase("服务器关闭了连接", Tells::Failed(Which::Control, How::Closed)),
        phrase("连接被服务器关闭", Tells::Failed(Which::Control, How::Closed)),
        phrase("disconnected from server", Tells::Failed(Which::Control, How::Closed)),
        phrase("disconnected from the server", Tells::Failed(Which::Control, How::Closed)),
        phrase("connection interrupted", Tells::Failed(Which::Control, How::Closed)),
        phrase("server did not properly shut down tls connection", Tells::Failed(Which::Either, How::Closed)),
        // FileZilla says so of SFTP as well: what follows is not of a data connection.
        phrase("failed to parse returned path", Tells::GivesUp),
        phrase("gnutls error", Tells::Failed(Which::Either, How::Tls)),
        phrase("gnutls error -", Tells::Failed(Which::Either, How::Tls)),
        phrase("error gnutls", Tells::Failed(Which::Either, How::Tls)),
        phrase("erreur gnutls", Tells::Failed(Which::Either, How::Tls)),
        phrase("gnutls-fehler", Tells::Failed(Which::Either, How::Tls)),
        phrase("gnutls 错误", Tells::Failed(Which::Either, How::Tls)),
        phrase("received tls alert", Tells::Failed(Which::Either, How::Tls)),
        phrase("timeout detected", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("directory listing successful", Tells::Got),
        phrase("directory listing of", Tells::Got),
        phrase("file transfer successful", Tells::Got),
        phrase("zeitüberschreitung", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("verzeichnisinhalt konnte nicht", Tells::Unlisted),
        phrase("verbindung hergestellt, warte auf", Tells::Joined(Which::Control)),
        phrase("verbinde mit ", Tells::Dials(Which::Either)),
        phrase("verbindungsversuch fehlgeschlagen", Tells::Failed(Which::Control, How::Unsaid)),
        phrase("herstellen der verbindung zum server fehlgeschlagen", Tells::Failed(Which::Control, How::Unsaid)),
        phrase("connexion interrompue après", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("délai d'attente", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("impossible de récupérer le contenu du dossier", Tells::Unlisted),
        phrase("connexion à ", Tells::Dials(Which::Either)),
        phrase("connexion établie, attente", Tells::Joined(Which::Control)),
        phrase("tiempo de espera", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("error al recuperar el listado del directorio", Tells::Unlisted),
        phrase("conectando a ", Tells::Dials(Which::Either)),
        phrase("conexión establecida, esperando", Tells::Joined(Which::Control)),
        phrase("connessione scaduta", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("impossibile leggere il contenuto della cartella", Tells::Unlisted),
        phrase("impossibile recuperare il contenuto della directory", Tells::Unlisted),
        phrase("tempo esgotado", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("falha ao obter a lista de diretórios", Tells::Unlisted),
        phrase("verbinding verlopen", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("time-out van verbinding", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("айм-аут", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("стекло время", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("е удалось получить список каталогов", Tells::Unlisted),
        phrase("przekroczono limit czasu", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("połączenie przeterminowane", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("nie udało się uzyskać listy katalogu", Tells::Unlisted),
        phrase("连接超时", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("读取目录列表失败", Tells::Unlisted),
        phrase("bağlantı zaman aşımı", Tells::Failed(Which::Either, How::TimedOut)),
        phrase("server sent passive reply with unroutable address", Tells::Unroutable),
        phrase("server sent passive reply with unroutable address. passive mode failed", Tells::RefusesAddress),
        phrase("connessione a ", Tells::Dials(Which::Either)),
        phrase("connessione stabilita", Tells::Joined(Which::Control)),
        phrase("conectando-se a ", Tells::Dials(Which::Either)),
        phrase("conexão estabelecida", Tells::Joined(Which::Control)),
        phrase("verbinden met ", Tells::Dials(Which::Either)),
        phrase("verbinding gemaakt", Tells::Joined(Which::Control)),
        phrase("соединяюсь с ", Tells::Dials(Which::Either)),
        phrase("подключение к ", Tells::Dials(Which::Either)),
        phrase("соединение установлено", Tells::Joined(Which::Control)),
        phrase("łączenie z ", Tells::Dials(Which::Either)),
        phrase("połączenie nawiązane", Tells::Joined(Which::Control)),
        phrase("正在连接", Tells::Dials(Which::Either)),
        phrase("连接建立", Tells::Joined(Which::Control)),
        phrase("connection established, initializing tls", Tells::Securing),
        // Its trace: the numbers are those of its reasons for an end, and of the system's errors.
        phrase("cftpcontrolsocket::onconnect", Tells::InTrace(&Tells::Joined(Which::Control))),
        phrase("ctransfersocket::onconnect", Tells::InTrace(&Tells::Stands)),
        phrase("ctransfersocket::transferend(1)", Tells::InTrace(&Tells::Got)),
        phrase("ctransfersocket::transferend(2)", Tells::InTrace(&Tells::Breaks(How::TimedOut))),
        phrase("ctransfersocket::transferend(3)", Tells::InTrace(&Tells::Breaks(How::Unsaid))),
        phrase("ctransfersocket::transferend(4)", Tells::InTrace(&Tells::Breaks(How::Unsaid))),
        phrase("onsocketerror(110)", Tells::InTrace(&Tells::Failed(Which::Control, How::TimedOut))),
        phrase("onsocketerror(111)", Tells::InTrace(&Tells::Failed(Which::Control, How::Refused))),
        phrase("onsocketerror(113)", Tells::InTrace(&Tells::Failed(Which::Control, How::HostUnreachable))),
        phrase("onsocketerror(104)", Tells::InTrace(&Tells::Failed(Which::Control, How::Reset))),
        phrase("onsocketerror(10060)", Tells::InTrace(&Tells::Failed(Which::Control, How::TimedOut))),
        phrase("onsocketerror(10061)", Tells::InTrace(&Tells::Failed(Which::Control, How::Refused))),
        phrase("onsocketerror(10065)", Tells::InTrace(&Tells::Failed(Which::Control, How::HostUnreachable))),
        phrase("onsocketerror(10054)", Tells::InTrace(&Tells::Failed(Which::Control, How::Reset))),
    ],
};

/// What a line of FileZilla's own tells in another language than English; `speaker` stands before it.
pub fn translated(speaker: &str, text: &str) -> Option<Tells> {
    if speaker.is_empty() || speaker.len() > 40 {
        return None;
    }
    let (labels, translations) = TRANSLATIONS.as_ref()?;
    if labels.contains(speaker) { translations.told(text) } else { None }
}

#[derive(Deserialize)]
struct File {
    labels: BTreeSet<String>,
    words: Texts,
}

static TRANSLATIONS: LazyLock<Option<(BTreeSet<String>, Translations)>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("filezilla.toml")).ok()?;
    Some((file.labels, Translations::new(&file.words, MEANINGS)?))
});

/// The names in `filezilla.toml`.
const MEANINGS: &[(&str, Tells)] = &[
    ("dials", Tells::Dials(Which::Either)),
    ("looks_up", Tells::LooksUp),
    ("not_joined", Tells::Failed(Which::Control, How::Unsaid)),
    ("joined", Tells::Joined(Which::Control)),
    ("securing", Tells::Securing),
    ("secured", Tells::Secured),
    ("logged_in", Tells::LoggedIn),
    ("unroutable", Tells::Unroutable),
    ("got", Tells::Got),
    ("failed", Tells::Unlisted),
    ("timed_out", Tells::Failed(Which::Either, How::TimedOut)),
    ("closed", Tells::Failed(Which::Control, How::Closed)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_in_the_translations_has_a_meaning() {
        let file: File = toml::from_str(include_str!("filezilla.toml")).expect("a valid file");
        for name in file.words.keys() {
            assert!(MEANINGS.iter().any(|(known, _)| known == name), "{name}");
        }
        assert_eq!(file.words.len(), MEANINGS.len());
    }

    #[test]
    fn a_session_is_told_in_any_language() {
        for (speaker, text, tells) in [
            (
                "Estado",
                "Conexi\u{f3}n establecida, esperando el mensaje de bienvenida...",
                Tells::Joined(Which::Control),
            ),
            (
                "\u{72b6}\u{6001}",
                "\u{5217}\u{51fa}\u{201c}/pub\u{201d}\u{7684}\u{76ee}\u{5f55}\u{6210}\u{529f}",
                Tells::Got,
            ),
            (
                "\u{421}\u{442}\u{430}\u{442}\u{443}\u{441}",
                "\u{421}\u{43f}\u{438}\u{441}\u{43e}\u{43a} \u{43a}\u{430}\u{442}\u{430}\u{43b}\u{43e}\u{433}\u{43e}\u{432} \"/\" \u{438}\u{437}\u{432}\u{43b}\u{435}\u{447}\u{435}\u{43d}",
                Tells::Got,
            ),
            ("Fout", "Ontvangen van mappenlijst is mislukt", Tells::Unlisted),
        ] {
            assert_eq!(translated(speaker, text), Some(tells), "{text}");
        }
        assert_eq!(translated("Antwort", "Verzeichnis erfolgreich"), None);
    }
}
