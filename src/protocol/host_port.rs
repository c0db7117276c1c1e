//! PORT's argument and the 227 reply: `h1,h2,h3,h4,p1,p2` (RFC 959 section 4.1.2, read as leniently as RFC 1123
//! section 4.1.2.6 asks: the numbers may stand anywhere in the text, with or without parentheses).

use std::net::{Ipv4Addr, SocketAddrV4};

use thiserror::Error;

/// Why no endpoint could be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Malformed {
    #[error("it has no six numbers separated by commas")]
    NoSixNumbers,
    #[error("one of its numbers is larger than 255")]
    NumberTooLarge,
    #[error("it has no port between delimiters, as in (|||50000|)")]
    NoPort,
    #[error("its port is 0 or larger than 65535")]
    BadPort,
    #[error("its address is of no known kind")]
    BadAddress,
}

/// The endpoint as PORT's argument.
pub fn format(endpoint: SocketAddrV4) -> String {
    let [a, b, c, d] = endpoint.ip().octets();
    let [high, low] = endpoint.port().to_be_bytes();
    format!("{a},{b},{c},{d},{high},{low}")
}

/// The endpoint in a 227 reply's text or PORT's argument. `text` starts behind the reply code.
pub fn parse(text: &str) -> Result<SocketAddrV4, Malformed> {
    let bytes = text.as_bytes();
    let mut problem = Malformed::NoSixNumbers;
    for start in 0..bytes.len() {
        let begins_number = bytes[start].is_ascii_digit() && (start == 0 || !bytes[start - 1].is_ascii_digit());
        if !begins_number {
            continue;
        }
        match six_numbers(&text[start..]) {
            Ok([a, b, c, d, high, low]) => {
                let port = u16::from_be_bytes([high, low]);
                if port == 0 {
                    return Err(Malformed::BadPort);
                }
                return Ok(SocketAddrV4::new(Ipv4Addr::new(a, b, c, d), port));
            }
            Err(Malformed::NumberTooLarge) => problem = Malformed::NumberTooLarge,
            Err(_) => {}
        }
    }
    Err(problem)
}

/// Whether the six numbers are read in spite of blanks between them, which many clients don't take.
pub fn has_blanks(text: &str) -> bool {
    parse(text).is_ok() && !text.split_whitespace().any(|word| parse(word).is_ok())
}

/// Six numbers at the very start of `text`; blanks around the commas are allowed.
fn six_numbers(text: &str) -> Result<[u8; 6], Malformed> {
    let mut numbers = [0u8; 6];
    let mut rest = text;
    let mut too_large = false;
    for (index, slot) in numbers.iter_mut().enumerate() {
        if index > 0 {
            rest = rest.trim_start().strip_prefix(',').ok_or(Malformed::NoSixNumbers)?.trim_start();
        }
        let length = rest.bytes().take_while(u8::is_ascii_digit).count();
        if length == 0 {
            return Err(Malformed::NoSixNumbers);
        }
        match rest[..length].parse::<u8>() {
            Ok(number) => *slot = number,
            Err(_) => too_large = true,
        }
        rest = &rest[length..];
    }
    if too_large { Err(Malformed::NumberTooLarge) } else { Ok(numbers) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_forms_that_servers_send_are_read() {
        let want = "198.18.0.20:36690".parse().ok();
        for text in [
            "Entering Passive Mode (198,18,0,20,143,82).",
            "Entering passive mode (198,18,0,20,143,82)",
            "Entering Passive Mode 198,18,0,20,143,82",
            "=198,18,0,20,143,82",
            "ok ( 198, 18, 0, 20, 143, 82 )",
            "Entering Passive Mode (3 ports free) (198,18,0,20,143,82)",
        ] {
            assert_eq!(parse(text).ok(), want, "{text}");
        }
    }

    #[test]
    fn blanks_count_between_the_numbers_alone() {
        for text in ["ok (198, 18, 0, 20, 143, 82)", "(198,18,0,20 ,143,82)", "=198,18,0,20,143, 82"] {
            assert!(has_blanks(text), "{text}");
        }
        for text in ["ok ( 198,18,0,20,143,82 )", "=198,18,0,20,143,82", "Mode (198, 18)", "Entering Passive Mode"] {
            assert!(!has_blanks(text), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        assert_eq!(parse("Entering Passive Mode"), Err(Malformed::NoSixNumbers));
        assert_eq!(parse("(198,18,0,20,143)"), Err(Malformed::NoSixNumbers));
        assert_eq!(parse("(198,18,0,20,343,82)"), Err(Malformed::NumberTooLarge));
        assert_eq!(parse("(198,18,0,20,0,0)"), Err(Malformed::BadPort));
    }
}
