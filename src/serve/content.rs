//! What the server offers to list and to download. Nothing of it is stored: every byte is computed from its place in the file.
//!
//! Invariant: no file holds a line break that TYPE A would have to translate, so SIZE agrees with what RETR sends in either type.

/// A folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Folder {
    Root,
    /// For clients whose handling of an empty listing is in question.
    Empty,
}

/// What a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    Folder(Folder),
    File { name: String, body: Body },
}

/// What goes over a data connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    Text(Vec<u8>),
    /// This many bytes of [`PATTERN`], over and over.
    Pattern(u64),
}

/// The three kinds of listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Listing {
    /// LIST: as `ls -l` writes it, which every client reads.
    Long,
    /// NLST: names.
    Names,
    /// MLSD (RFC 3659): facts, then a name.
    Facts,
}

/// What a listing of the root shows besides the folder; any other size is served too.
const SHOWN: [&str; 4] = ["readme.txt", "100KiB.bin", "5MiB.bin", "100MiB.bin"];

const README: &str = "This server is one end of a diagnosis. On the other end, run: ftpmode check\r\n\
    Any size can be downloaded: RETR 5MiB.bin, RETR 123kB.bin, RETR 0B.bin\r\n";

/// The largest file served.
const LARGEST: u64 = 1 << 40;

/// What downloads are made of: printable, so that TYPE A leaves it alone.
static PATTERN: [u8; 64 * 1024] = {
    let letters = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut bytes = [0; 64 * 1024];
    let mut at = 0;
    while at < bytes.len() {
        bytes[at] = letters[at % letters.len()];
        at += 1;
    }
    bytes
};

impl Folder {
    pub fn path(self) -> &'static str {
        match self {
            Folder::Root => "/",
            Folder::Empty => "/empty",
        }
    }
}

impl Body {
    pub fn length(&self) -> u64 {
        match self {
            Body::Text(bytes) => bytes.len() as u64,
            Body::Pattern(length) => *length,
        }
    }

    /// At most `most` bytes from `offset` on; none where the body ends.
    pub fn piece(&self, offset: u64, most: usize) -> &[u8] {
        let left = self.length().saturating_sub(offset);
        let wanted = usize::try_from(left).unwrap_or(usize::MAX).min(most);
        let (bytes, from): (&[u8], u64) = match self {
            Body::Text(bytes) => (bytes, offset),
            Body::Pattern(_) => (&PATTERN, offset % PATTERN.len() as u64),
        };
        let from = usize::try_from(from).map_or(bytes.len(), |from| from.min(bytes.len()));
        &bytes[from..][..wanted.min(bytes.len() - from)]
    }
}

/// What `path` names, seen from `folder`.
pub fn find(folder: Folder, path: &str) -> Option<Node> {
    let mut at = if path.starts_with('/') { Folder::Root } else { folder };
    let mut parts = path.split('/').filter(|part| !part.is_empty() && *part != ".").peekable();
    while let Some(part) = parts.next() {
        at = match (at, part) {
            (_, "..") => Folder::Root,
            (Folder::Root, "empty") => Folder::Empty,
            (Folder::Root, name) if parts.peek().is_none() => {
                return Some(Node::File { name: name.to_owned(), body: file(name)? });
            }
            _ => return None,
        };
    }
    Some(Node::Folder(at))
}

/// Who every file belongs to, as LIST shows it.
pub const GROUP: &str = "ftp";

/// The text of a listing, every line ended by CR LF. A file is listed as itself. LIST shows `group` as the group that all
/// belongs to: a word that clients pass over.
pub fn list(node: &Node, listing: Listing, group: &str) -> Vec<u8> {
    let line = |kind: &str, name: &str, size: u64| match (listing, kind) {
        (Listing::Names, _) => format!("{name}\r\n"),
        (Listing::Facts, _) => format!("{}\r\n", facts(kind, name, size)),
        (Listing::Long, "dir") => format!("drwxr-xr-x   1 ftp      {group}  {size:>13} Jan 01  2024 {name}\r\n"),
        (Listing::Long, _) => format!("-r--r--r--   1 ftp      {group}  {size:>13} Jan 01  2024 {name}\r\n"),
    };
    let mut text = String::new();
    match node {
        Node::File { name, body } => text = line("file", name, body.length()),
        Node::Folder(Folder::Empty) => {}
        Node::Folder(Folder::Root) => {
            text += &line("dir", "empty", 0);
            for name in SHOWN {
                text += &line("file", name, file(name).map_or(0, |body| body.length()));
            }
        }
    }
    text.into_bytes()
}

/// One entry as MLST writes it (RFC 3659 section 7).
pub fn entry(node: &Node) -> String {
    match node {
        Node::Folder(folder) => facts("dir", folder.path(), 0),
        Node::File { name, body } => facts("file", &format!("/{name}"), body.length()),
    }
}

fn facts(kind: &str, name: &str, size: u64) -> String {
    match kind {
        "dir" => format!("type=dir;modify=20240101000000; {name}"),
        _ => format!("type=file;size={size};modify=20240101000000; {name}"),
    }
}

fn file(name: &str) -> Option<Body> {
    if name == "readme.txt" {
        return Some(Body::Text(README.as_bytes().to_vec()));
    }
    size_in(name.strip_suffix(".bin")?).map(Body::Pattern)
}

/// The number of bytes that `5MiB`, `100kB` or `17B` means.
fn size_in(text: &str) -> Option<u64> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, unit) = text.split_at(digits);
    let unit: u64 = match unit {
        "B" => 1,
        "kB" => 1000,
        "MB" => 1000 * 1000,
        "GB" => 1000 * 1000 * 1000,
        "KiB" => 1 << 10,
        "MiB" => 1 << 20,
        "GiB" => 1 << 30,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(unit).filter(|&size| size <= LARGEST)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn size_of(path: &str) -> Option<u64> {
        match find(Folder::Root, path)? {
            Node::File { body, .. } => Some(body.length()),
            Node::Folder(_) => None,
        }
    }

    #[test]
    fn a_file_of_any_size_has_its_size_in_its_name() {
        assert_eq!(size_of("/5MiB.bin"), Some(5 << 20));
        assert_eq!(size_of("123kB.bin"), Some(123_000));
        assert_eq!(size_of("0B.bin"), Some(0));
        for name in
            ["5.bin", "MiB.bin", "-1B.bin", "2000000GiB.bin", "99999999999999999999B.bin", "5MiB", "x", "5mib.bin"]
        {
            assert_eq!(size_of(name), None, "{name}");
        }
    }

    #[test]
    fn paths_cannot_leave_the_root() {
        assert_eq!(find(Folder::Empty, ".."), Some(Node::Folder(Folder::Root)));
        assert_eq!(find(Folder::Root, "../../empty/./"), Some(Node::Folder(Folder::Empty)));
        assert_eq!(find(Folder::Empty, ""), Some(Node::Folder(Folder::Empty)));
        assert_eq!(find(Folder::Empty, "5MiB.bin"), None);
        assert_eq!(find(Folder::Root, "5MiB.bin/x"), None);
        assert!(find(Folder::Empty, "/readme.txt").is_some());
    }

    #[test]
    fn pieces_make_up_the_whole_and_never_reach_past_it() {
        for body in [Body::Pattern(150_001), Body::Text(vec![7; 1000]), Body::Pattern(0)] {
            let mut offset = 0;
            while !body.piece(offset, 999).is_empty() {
                offset += body.piece(offset, 999).len() as u64;
            }
            assert_eq!(offset, body.length());
            assert!(body.piece(u64::MAX, 10).is_empty());
        }
        assert_eq!(Body::Pattern(1 << 40).piece(64 * 1024 - 2, 9), b"+/");
    }

    #[test]
    fn an_empty_folder_lists_as_nothing() {
        for listing in [Listing::Long, Listing::Names, Listing::Facts] {
            assert!(list(&Node::Folder(Folder::Empty), listing, GROUP).is_empty());
            let root = list(&Node::Folder(Folder::Root), listing, GROUP);
            assert!(String::from_utf8(root).is_ok_and(|text| text.lines().count() == 5 && text.ends_with("\r\n")));
        }
    }
}
