//! Words of a log without the passwords in them.

/// So many characters of somebody's words at most, without a password.
pub fn shown(text: &str, most: usize) -> String {
    masked(text).trim().chars().take(most).map(|c| if c == '\t' { ' ' } else { c }).collect()
}

/// The argument of PASS and ACCT, and the password in a URL or behind an option, masked.
pub fn masked(text: &str) -> String {
    let upper = text.to_ascii_uppercase();
    for verb in ["PASS ", "ACCT "] {
        let is_verb = |at: &usize| {
            // "Log in with USER and PASS first."
            !upper[..*at].ends_with(|c: char| c.is_ascii_alphanumeric()) && !upper[..*at].ends_with("USER AND ")
        };
        if let Some(at) = upper.match_indices(verb).map(|(at, _)| at).find(is_verb) {
            return format!("{}{}****", &text[..at], verb);
        }
    }
    let mut masked = text.to_owned();
    if let Some((before, behind)) = text.split_once("://")
        && let Some((user, host)) = behind.rsplit_once('@')
        && let Some((name, _)) = user.split_once(':')
    {
        masked = format!("{before}://{name}:****@{host}");
    }
    for (option, ends_name) in OPTIONS {
        let Some(at) = masked.to_ascii_lowercase().find(option).map(|at| at + option.len()) else { continue };
        let word = masked[at..].find(char::is_whitespace).map_or(masked.len(), |end| at + end);
        let secret =
            masked[at..word].find(*ends_name).map_or(at, |name| if ends_name.is_empty() { at } else { at + name + 1 });
        if ends_name.is_empty() || secret > at {
            masked.replace_range(secret..word, "****");
        }
    }
    masked
}

/// What stands before a password, and between a name and it.
const OPTIONS: &[(&str, &[char])] = &[
    ("-u ", &[':', ',']),
    ("--user ", &[':', ',']),
    ("--user=", &[':', ',']),
    ("--ftp-pass ", &[]),
    ("password\": ", &[]),
    ("pass=", &[]),
    ("password=", &[]),
    ("password: ", &[]),
    ("passwd=", &[]),
    ("pwd=", &[]),
];
