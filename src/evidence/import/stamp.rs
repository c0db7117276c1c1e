//! Times at the beginning of a log's lines, in the forms that clients and servers write.

/// A time of day in seconds, and what follows it on the line. Dates are passed over: only how long things took matters.
pub fn strip(text: &str) -> Option<(f64, &str)> {
    let first = *text.as_bytes().first()?;
    // Of words only those of a calendar begin a time.
    let word = || first.is_ascii_uppercase() && text.get(..3).is_some_and(is_calendar_word);
    if !first.is_ascii_digit() && !word() {
        return None;
    }
    let mut rest = text;
    for _ in 0..5 {
        if let Some(found) = clock(rest) {
            return Some(found);
        }
        rest = date_part(rest)?.trim_start_matches([' ', ',', 'T', '-', '\u{a0}']);
    }
    None
}

/// `Mon`, `Jan`, `12`, `2024-01-05`, `5/1/2024`, `05.01.24`, with what follows.
fn date_part(text: &str) -> Option<&str> {
    let bytes = text.as_bytes();
    let letters = bytes.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    if letters == 3 && bytes.get(3).is_some_and(|byte| matches!(byte, b' ' | b',')) && is_calendar_word(&text[..3]) {
        return Some(&text[3..]);
    }
    let length = bytes.iter().take_while(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'/' | b'.')).count();
    let part = &text[..length];
    let separators = part.bytes().filter(|byte| !byte.is_ascii_digit()).count();
    // A lone number is the day behind a month, or nothing of a date.
    let is_date = (separators == 2 && (6..=10).contains(&length)) || (separators == 0 && (1..=2).contains(&length));
    let ends = bytes.get(length).is_some_and(|byte| matches!(byte, b' ' | b'T' | b','));
    (is_date && ends).then(|| &text[length..])
}

fn is_calendar_word(word: &str) -> bool {
    const WORDS: [&str; 19] = [
        "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep",
        "Oct", "Nov", "Dec",
    ];
    WORDS.contains(&word)
}

/// `9:05:07`, `09:05:07.123`, `9:05:07 AM`, and behind it a year or a zone.
fn clock(text: &str) -> Option<(f64, &str)> {
    let (hours, rest) = number(text, 2)?;
    let (minutes, rest) = number(rest.strip_prefix(':')?, 2)?;
    let (seconds, mut rest) = number(rest.strip_prefix(':')?, 2)?;
    if hours > 23.0 || minutes > 59.0 || seconds > 60.0 {
        return None;
    }
    let mut time = hours * 3600.0 + minutes * 60.0 + seconds;
    if let Some(fraction) = rest.strip_prefix(['.', ',', ':'])
        && let digits = fraction.bytes().take_while(u8::is_ascii_digit).count()
        && (1..=9).contains(&digits)
    {
        time +=
            fraction[..digits].parse::<u32>().map_or(0.0, f64::from) / 10f64.powi(i32::try_from(digits).unwrap_or(0));
        rest = &fraction[digits..];
    }
    if let Some(half) = rest.trim_start().get(..2).filter(|_| rest.trim_start().len() >= 2) {
        let afternoon = half.eq_ignore_ascii_case("PM");
        if afternoon || half.eq_ignore_ascii_case("AM") {
            let twelve = (hours - 12.0).abs() < 0.5;
            // "15:51:17 PM" is written, too.
            time += if afternoon && hours < 11.5 { 43_200.0 } else { 0.0 };
            time -= if !afternoon && twelve { 43_200.0 } else { 0.0 };
            rest = &rest.trim_start()[2..];
        }
    }
    rest = rest.strip_prefix('Z').unwrap_or(rest);
    if let Some(zone) = rest.strip_prefix(['+', '-'])
        && let digits = zone.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b':').count()
        && (4..=5).contains(&digits)
    {
        rest = &zone[digits..];
    }
    // "Mon Jan  1 10:00:00 2020".
    if let Some((_, behind)) = number(rest.trim_start(), 4)
        .filter(|(year, behind)| (1990.0..2100.0).contains(year) && !behind.starts_with(['-', '/', '.']))
    {
        rest = behind;
    }
    Some((time, rest))
}

/// At most `most` digits.
fn number(text: &str, most: usize) -> Option<(f64, &str)> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > most {
        return None;
    }
    let value = text.bytes().take(digits).fold(0u32, |value, digit| value * 10 + u32::from(digit - b'0'));
    Some((f64::from(value), &text[digits..]))
}

#[cfg(test)]
mod tests {
    use super::strip;

    #[test]
    fn the_forms_that_programs_write_are_read() {
        for (text, seconds, rest) in [
            ("10:00:05\tStatus: x", 36005.0, "\tStatus: x"),
            ("2024-01-05 12:34:56 9284 1 Status:", 45296.0, " 9284 1 Status:"),
            ("2023-01-01 10:00:00.250 Connecting", 36000.25, " Connecting"),
            ("2021-06-01T09:00:01Z x", 32401.0, " x"),
            ("2023/01/01 10:00:00 DEBUG : x", 36000.0, " DEBUG : x"),
            ("1/2/2020 1:00:00 PM - (x)", 46800.0, " - (x)"),
            ("12:00:01 AM x", 1.0, " x"),
            ("Sat Jan 25 10:00:00 2020 [pid 1]", 36000.0, " [pid 1]"),
            ("Jan  1 10:00:00 host x", 36000.0, " host x"),
            ("05.01.24 08:00:00 x", 28800.0, " x"),
        ] {
            assert_eq!(strip(text), Some((seconds, rest)), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_left_alone() {
        for text in ["220 ready", "227 Entering", "PASV", "Status: x", "10:00 x", "192.168.1.1 x", "99:99:99 x", ""] {
            assert_eq!(strip(text), None, "{text}");
        }
    }
}
