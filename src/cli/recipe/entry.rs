//! What has a recipe, clients and products alike, and how it is found by the names that people use.

use crate::clients::{self, Client};
use crate::servers::{self, Group, Product, Step};

/// On which side of the way it stands: whose addresses and ports its placeholders mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Client,
    Server,
    Firewall,
    Cloud,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Client, Self::Server, Self::Firewall, Self::Cloud];

    /// A list's heading.
    pub fn heading(self) -> &'static str {
        match self {
            Self::Client => "Clients: how to choose the mode",
            Self::Server => "Servers",
            Self::Firewall => "Firewalls and routers",
            Self::Cloud => "Clouds and containers",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Server => "server",
            Self::Firewall => "firewall",
            Self::Cloud => "cloud",
        }
    }
}

/// Something with a recipe.
#[derive(Clone, Debug)]
pub struct Entry {
    pub id: &'static str,
    pub name: &'static str,
    pub aliases: &'static [&'static str],
    pub kind: Kind,
    pub about: String,
    pub checked_with: &'static str,
    pub topics: Vec<(&'static str, Vec<Step>)>,
    pub mends: &'static [&'static str],
}

impl Entry {
    /// Whether the id tells the name already.
    pub fn is_named_as_its_id(&self) -> bool {
        plain(self.name) == plain(self.id)
    }
}

/// What a name led to.
#[derive(Debug)]
pub enum Found {
    One(Box<Entry>),
    /// It is part of the names of all these: the first few, and how many there are.
    Several(Vec<&'static str>, usize),
    /// None has it; these come nearest.
    Nearest(Vec<&'static str>),
}

/// So many are suggested.
const SUGGESTED: usize = 3;

/// Every entry, in the order of the lists.
pub fn all() -> Vec<Entry> {
    clients::ALL.iter().map(|client| of_client(client)).chain(servers::ALL.iter().map(|p| of_product(p))).collect()
}

/// Found by id, name or alias, whatever the case and the signs between; by whole words of its names that no other has
/// all of; or by a part of one name alone.
pub fn find(name: &str) -> Found {
    let wanted = plain(name);
    let all = all();
    let names = |entry: &Entry| -> Vec<String> {
        [entry.id, entry.name].iter().chain(entry.aliases).map(|name| plain(name)).collect()
    };
    if let Some(entry) = all.iter().find(|entry| names(entry).contains(&wanted)) {
        return Found::One(Box::new(entry.clone()));
    }
    let spoken = words(name);
    let says = |entry: &&Entry| {
        let own: Vec<String> =
            [entry.id, entry.name].iter().chain(entry.aliases).flat_map(|name| words(name)).collect();
        !spoken.is_empty() && spoken.iter().all(|word| own.contains(word))
    };
    if let [one] = all.iter().filter(says).collect::<Vec<_>>().as_slice() {
        return Found::One(Box::new((*one).clone()));
    }
    let holds = |entry: &&Entry| wanted.len() > 2 && names(entry).iter().any(|name| name.contains(&wanted));
    let holding: Vec<&Entry> = all.iter().filter(holds).collect();
    match holding.as_slice() {
        [] => {}
        [one] => return Found::One(Box::new((*one).clone())),
        several => {
            let first = several.iter().take(2 * SUGGESTED).map(|entry| entry.id).collect();
            return Found::Several(first, several.len());
        }
    }
    let likeness = |entry: &Entry| {
        names(entry).iter().map(|name| strsim::normalized_damerau_levenshtein(name, &wanted)).fold(0.0, f64::max)
    };
    let mut ranked: Vec<(f64, &'static str)> = all.iter().map(|entry| (likeness(entry), entry.id)).collect();
    ranked.sort_by(|(one, _), (other, _)| other.total_cmp(one));
    Found::Nearest(ranked.into_iter().take(SUGGESTED).map(|(_, id)| id).collect())
}

/// What stands between signs and blanks, in lower case.
fn words(name: &str) -> Vec<String> {
    name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(plain).collect()
}

/// Letters and digits alone, in lower case.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn of_client(client: &Client) -> Entry {
    let modes = match (client.recipe.passive, client.recipe.active) {
        (Some(_), Some(_)) => "passive and active mode",
        (Some(_), None) => "passive mode",
        (None, Some(_)) => "active mode",
        (None, None) => "how to choose the mode is not known here",
    };
    Entry {
        id: client.id,
        name: client.name,
        aliases: client.aliases,
        kind: Kind::Client,
        about: modes.to_owned(),
        checked_with: client.checked_with,
        topics: client.recipe.settings().map(|(heading, text)| (heading, vec![Step::Say(text)])).collect(),
        mends: &[],
    }
}

fn of_product(product: &Product) -> Entry {
    Entry {
        id: product.id,
        name: product.name,
        aliases: product.aliases,
        kind: match product.group {
            Group::Server => Kind::Server,
            Group::Firewall => Kind::Firewall,
            Group::Cloud => Kind::Cloud,
        },
        about: product.about.to_owned(),
        checked_with: product.checked_with,
        topics: product
            .recipe
            .topics()
            .map(|(heading, steps)| (heading, steps.to_vec()))
            .chain(product.settings.others().map(|(heading, setting)| (heading, vec![Step::Say(setting)])))
            .collect(),
        mends: product.mends,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id_of(name: &str) -> Option<&'static str> {
        match find(name) {
            Found::One(entry) => Some(entry.id),
            Found::Several(..) | Found::Nearest(_) => None,
        }
    }

    #[test]
    fn names_are_found_as_people_write_them() {
        for (name, id) in [
            ("vsftpd", "vsftpd"),
            ("VSFTPD", "vsftpd"),
            ("Pure-FTPd", "pure-ftpd"),
            ("pureftpd", "pure-ftpd"),
            ("iis", "iis"),
            ("Microsoft FTP Service", "iis"),
            ("aws", "aws"),
            ("Amazon EC2", "aws"),
            ("iptables", "iptables"),
            ("nft", "nftables"),
            ("k8s", "kubernetes"),
            ("Fritz!Box", "home-router"),
            ("servu", "serv-u"),
            ("CURL", "curl"),
            (".NET", "dotnet"),
            ("Go", "go-jlaffaye"),
            ("Go jlaffaye/ftp", "go-jlaffaye"),
            ("Python", "python-ftplib"),
            ("Java Commons Net", "java-commons-net"),
            ("Rust suppaftp", "rust-suppaftp"),
            ("Node basic-ftp", "node-basic-ftp"),
            ("Windows Explorer", "windows-explorer"),
            ("Windows ftp.exe", "windows-ftp"),
            ("Windows firewall", "windows-firewall"),
            ("security groups", "aws"),
            ("network security group", "azure"),
            ("IIS FTP", "iis"),
            ("GCP", "gcp"),
            ("FileZilla Server", "filezilla-server"),
        ] {
            assert_eq!(id_of(name), Some(id), "{name}");
        }
    }

    #[test]
    fn a_word_of_several_names_leads_to_none_of_them() {
        for name in ["firewall", "Windows", "server", "FTP", "---"] {
            assert_eq!(id_of(name), None, "{name}");
        }
    }

    #[test]
    fn an_unknown_name_brings_the_nearest() {
        let Found::Nearest(ids) = find("vsfptd") else { panic!("it is known") };
        assert_eq!(ids.first(), Some(&"vsftpd"));
    }

    #[test]
    fn no_name_leads_to_two() {
        let all = all();
        for (number, entry) in all.iter().enumerate() {
            for name in [entry.id, entry.name].iter().chain(entry.aliases) {
                let same = |other: &&Entry| {
                    [other.id, other.name].iter().chain(other.aliases).any(|o| plain(o) == plain(name))
                };
                let other = all.iter().skip(number + 1).find(same);
                assert!(other.is_none(), "{name} is both {} and {:?}", entry.id, other.map(|other| other.id));
            }
        }
    }
}
