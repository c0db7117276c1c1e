//! The topics: one markdown file each. This table is the only list.

/// Something to understand before anything fails.
#[derive(Debug)]
pub struct Topic {
    /// The word after `ftpmode explain`.
    pub id: &'static str,
    /// Other words for it, in lower case.
    pub aliases: &'static [&'static str],
    /// What the article tells, in a few words.
    pub title: &'static str,
    pub article: &'static str,
}

pub static ALL: &[Topic] = &[
    Topic {
        id: "which-mode",
        aliases: &["mode", "modes", "ftp", "data-connection", "control-connection"],
        title: "active or passive: what each asks of either firewall",
        article: include_str!("topics/which-mode.md"),
    },
    Topic {
        id: "passive",
        aliases: &["pasv", "epsv", "passive-mode"],
        title: "passive mode: the client opens the data connection",
        article: include_str!("topics/passive.md"),
    },
    Topic {
        id: "active",
        aliases: &["port", "eprt", "active-mode"],
        title: "active mode: the server opens the data connection",
        article: include_str!("topics/active.md"),
    },
    Topic {
        id: "ports",
        aliases: &["range", "port-range", "passive-ports", "firewall", "firewalls"],
        title: "which ports to open, where, and for whom",
        article: include_str!("topics/ports.md"),
    },
    Topic {
        id: "nat",
        aliases: &["router", "masquerading", "address-translation", "port-forwarding"],
        title: "address translation: why an address in a command can be wrong",
        article: include_str!("topics/nat.md"),
    },
    Topic {
        id: "helper",
        aliases: &["alg", "ftp-helper", "conntrack", "inspection"],
        title: "firewalls that read FTP and rewrite it (FTP helper, ALG)",
        article: include_str!("topics/helper.md"),
    },
    Topic {
        id: "ftps",
        aliases: &["tls", "ssl", "ftpes", "encryption", "sftp"],
        title: "FTP under TLS: what is encrypted, and what fails because of it",
        article: include_str!("topics/ftps.md"),
    },
    Topic {
        id: "security",
        aliases: &["secure", "bounce", "attacks"],
        title: "what is dangerous about FTP and its modes, and what is not",
        article: include_str!("topics/security.md"),
    },
    Topic {
        id: "replies",
        aliases: &["codes", "reply", "code", "reply-codes"],
        title: "how to read the three digits of a reply",
        article: include_str!("topics/replies.md"),
    },
];

/// The topic with this id, or called so.
pub fn named(word: &str) -> Option<&'static Topic> {
    ALL.iter().find(|topic| topic.id == word || topic.aliases.contains(&word))
}
