//! The FEAT reply (RFC 2389 section 3.2): one feature a line, each line begun by a blank.

use super::reply::Reply;

/// The features in the order listed, each as the server wrote it, trimmed. Empty where FEAT was refused.
pub fn parse(reply: &Reply) -> Vec<String> {
    if !reply.is_completion() {
        return Vec::new();
    }
    let mut lines = reply.text.lines();
    lines.next();
    lines
        .filter(|line| !line.starts_with("211 "))
        .map(|line| line.strip_prefix("211-").unwrap_or(line).trim().to_owned())
        .filter(|f| !f.is_empty())
        .collect()
}

/// Whether `features` lists `name` as its first word, in any case.
pub fn lists(features: &[String], name: &str) -> bool {
    features.iter().any(|f| f.split_whitespace().next().is_some_and(|word| word.eq_ignore_ascii_case(name)))
}

/// Whether AUTH TLS is among them (RFC 4217 section 6), also where it is written as a list: `AUTH TLS;SSL`.
pub fn offers_tls(features: &[String]) -> bool {
    let is_auth = |feature: &&String| feature.get(..5).is_some_and(|begin| begin.eq_ignore_ascii_case("AUTH "));
    features.iter().filter(is_auth).any(|feature| {
        let mechanisms = feature[5..].to_ascii_uppercase();
        mechanisms.split([';', ' ', ',']).any(|mechanism| matches!(mechanism, "TLS" | "TLS-C" | "SSL"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn features_are_listed_without_the_frame() {
        let reply = Reply::from_text("211-Features:\n EPRT\n EPSV\n AUTH TLS\n211 End").expect("a reply");
        let features = parse(&reply);
        assert_eq!(features, ["EPRT", "EPSV", "AUTH TLS"]);
        assert!(lists(&features, "auth") && !lists(&features, "TLS") && !lists(&features, "PRET"));
        assert!(offers_tls(&features) && offers_tls(&["auth SSL;TLS-P;".to_owned()]));
        assert!(!offers_tls(&["AUTH GSSAPI".to_owned(), "PBSZ".to_owned(), "AUTH".to_owned()]));
        assert!(parse(&Reply::from_text("500 What?").expect("a reply")).is_empty());
    }
}
