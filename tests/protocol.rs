//! The parsers over text that nobody foresaw: what is written reads back, and whatever comes ends in a value.

use std::net::{IpAddr, SocketAddr, SocketAddrV4};

use ftpmode::evidence::target;
use ftpmode::evidence::timeline::Event;
use ftpmode::protocol::command::Command;
use ftpmode::protocol::dialect;
use ftpmode::protocol::reply::{Item, LONGEST_LINE, MOST_LINES, Reader, Reply};
use ftpmode::protocol::{extended, features, host_port};
use proptest::collection::vec;
use proptest::prelude::*;

fn read(pieces: &[&[u8]]) -> Vec<Item> {
    let mut reader = Reader::new();
    pieces.iter().for_each(|piece| reader.feed(piece));
    reader.finish();
    std::iter::from_fn(|| reader.next_item()).collect()
}

proptest! {
    #[test]
    fn a_host_port_reads_back(ip: [u8; 4], port in 1u16.., before in "[^0-9,]{0,20}", after in "[^0-9,]{0,20}") {
        let endpoint = SocketAddrV4::new(ip.into(), port);
        let text = format!("{before}{}{after}", host_port::format(endpoint));
        prop_assert_eq!(host_port::parse(&text), Ok(endpoint));
    }

    #[test]
    fn an_eprt_argument_reads_back(v6: bool, bits: u128, port in 1u16..) {
        let ip: IpAddr = if v6 { IpAddr::V6(bits.into()) } else { IpAddr::V4((bits as u32).into()) };
        let endpoint = SocketAddr::new(ip, port);
        prop_assert_eq!(extended::parse_eprt(&extended::format(endpoint)), Ok(endpoint));
    }

    #[test]
    fn a_229_reads_back_with_any_delimiter(port in 1u16.., delimiter in "[!#$%&*+,./:;<=>?@^_|~-]", words in "[a-zA-Z ]{0,20}") {
        let d = delimiter;
        let text = format!("{words}({d}{d}{d}{port}{d})");
        prop_assert_eq!(extended::parse_229(&text).map(|named| named.port), Ok(port));
    }

    #[test]
    fn any_text_is_read_or_refused_and_never_more(text in "\\PC{0,200}") {
        let _ = host_port::parse(&text);
        let _ = extended::parse_229(&text);
        let _ = extended::parse_eprt(&text);
        let _ = target::parse(&text);
        let _ = text.parse::<Event>();
        if let Some(reply) = Reply::from_text(text) {
            let _ = (features::parse(&reply), dialect::says(&reply), dialect::recognise(&reply));
            let _ = (dialect::client_in_stat(&reply), dialect::addresses_in_refusal(&reply));
        }
    }

    #[test]
    fn addresses_in_replies_never_panic(code in 100u16..600, text in "[0-9,.:()|\\[\\] a-z'\u{e9}]{0,80}") {
        let texts = [
            format!("{code} {text}"),
            format!("{code} I won't open a connection to {text} (only to {text})"),
            format!("{code} Rejected data connection to foreign address {text}"),
            format!("{code}- Connected from {text}\n{code} vsFTPd Connected to {text}"),
        ];
        for reply in texts.into_iter().filter_map(Reply::from_text) {
            let _ = (dialect::client_in_stat(&reply), dialect::addresses_in_refusal(&reply));
        }
    }

    #[test]
    fn replies_are_the_same_however_the_bytes_are_cut(bytes in vec(any::<u8>(), 0..300), cuts in vec(0usize..300, 0..6)) {
        let whole = read(&[&bytes]);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
        cuts.push(0);
        cuts.push(bytes.len());
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        prop_assert_eq!(read(&pieces), whole);
    }

    #[test]
    fn no_reply_holds_more_than_its_bounds(lines in vec("[ -~]{0,40}", 0..60), code in 100u16..600) {
        let text: String = lines.iter().map(|line| format!("{code}-{line}\r\n")).collect();
        for item in read(&[text.as_bytes(), b"x\n".repeat(5).as_slice()]) {
            let (Item::Reply(Reply { text, .. }) | Item::Nonsense { text, .. }) = item;
            prop_assert!(text.len() <= MOST_LINES * (LONGEST_LINE + 1));
        }
    }

    #[test]
    fn a_command_is_one_line_whatever_its_argument(argument in any::<String>()) {
        if let Ok(command) = Command::with("CWD", argument) {
            let wire = command.wire();
            prop_assert!(wire.ends_with(b"\r\n"));
            prop_assert_eq!(wire.iter().filter(|&&byte| byte == b'\n' || byte == b'\r').count(), 2);
        }
    }

    #[test]
    fn a_password_in_a_url_is_never_shown(user in "[a-z]{1,8}", password in "[A-Z]{6,12}", host in "[a-z]{1,10}\\.example") {
        let target = target::parse(&format!("ftp://{user}:{password}@{host}/")).expect("a target");
        let shown = format!("{target:?}");
        prop_assert!(!shown.contains(&password));
        prop_assert_eq!(target.password.as_ref().map(|secret| secret.reveal().to_owned()), Some(password));
    }
}
