//! A secret that a server says back: masked in its replies, before anybody reads them.
//!
//! BSD's server repeats a command that it can't make out (`500 'PASS x': command not understood.`), others greet or turn
//! away with it. The words come as they were sent, in another case, cut at a blank, or broken over lines.

const MASK: &str = "****";

/// The text of a reply with the secret masked wherever it stands for itself: not within a longer word, nor as one number of
/// an address. Codes at the beginning of lines stay.
pub fn mask(text: &str, secret: &str) -> String {
    // What was written in UTF-8 may have been read as Latin-1.
    let misread: String = secret.bytes().map(char::from).collect();
    // What came through a URL may have stayed spelt as in one.
    let spelt = percent_encoding::utf8_percent_encode(secret, percent_encoding::NON_ALPHANUMERIC).to_string();
    let text = mask_spelling(text, secret);
    let others = [misread, spelt].into_iter().filter(|spelling| spelling != secret);
    others.fold(text, |text, spelling| mask_spelling(&text, &spelling))
}

fn mask_spelling(text: &str, secret: &str) -> String {
    let wanted: Vec<char> = secret.chars().filter(|c| !c.is_whitespace()).collect();
    if wanted.is_empty() {
        return text.to_owned();
    }
    let chars: Vec<char> = text.chars().collect();
    // Where the words stand: a break within the secret, and the code behind it, are no part of it.
    let words = words(&chars);
    let letters: Vec<char> = words.iter().map(|at| chars[*at]).collect();
    let mut hidden = vec![false; chars.len()];
    let mut begin = 0;
    while begin < letters.len() {
        let there =
            letters[begin..].iter().zip(&wanted).take_while(|(is, wanted)| is.eq_ignore_ascii_case(wanted)).count();
        let whole = there == wanted.len();
        // Of the argument that a server says back behind the command, the beginning is enough.
        let said_back = there > 0 && is_behind_pass(&chars[..words[begin]]);
        let end = begin + there;
        let stands = there > 0 && is_alone(&chars, words[begin], words[end - 1], said_back);
        if stands && (whole || said_back) {
            words[begin..end].iter().for_each(|at| hidden[*at] = true);
            begin = end;
        } else {
            begin += 1;
        }
    }
    let mut masked = String::with_capacity(text.len());
    for (at, letter) in chars.iter().enumerate() {
        match hidden[at] {
            false => masked.push(*letter),
            true if at > 0 && hidden[at - 1] => {}
            true => masked.push_str(MASK),
        }
    }
    masked
}

/// The places of what is neither a blank nor the code of a line.
fn words(chars: &[char]) -> Vec<usize> {
    let mut words = Vec::new();
    let mut line = 0;
    for (at, letter) in chars.iter().enumerate() {
        if *letter == '\n' {
            line = at + 1;
        } else if !(letter.is_whitespace() || at < line + 4 && has_code(&chars[line..])) {
            words.push(at);
        }
    }
    words
}

fn has_code(line: &[char]) -> bool {
    line.len() > 3 && line[..3].iter().all(char::is_ascii_digit) && matches!(line[3], ' ' | '-')
}

/// Whether the text so far ends in the command, as a word.
fn is_behind_pass(before: &[char]) -> bool {
    let Some((' ', rest)) = before.split_last().map(|(last, rest)| (*last, rest)) else { return false };
    let Some((rest, verb)) = rest.split_last_chunk::<4>() else { return false };
    let is_pass = verb.iter().zip("PASS".chars()).all(|(is, wanted)| is.eq_ignore_ascii_case(&wanted));
    is_pass && !rest.last().is_some_and(|c| c.is_alphanumeric())
}

/// Whether the letters from `first` to `last` are no part of a longer word, nor (but as an argument) of an address.
fn is_alone(chars: &[char], first: usize, last: usize, argument: bool) -> bool {
    let before = |back: usize| first.checked_sub(back).map(|at| chars[at]);
    let behind = |on: usize| chars.get(last + on).copied();
    let word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let joint = |c: Option<char>| matches!(c, Some(',' | '.' | '|' | ':'));
    let number = chars[first..=last].iter().all(char::is_ascii_digit);
    let in_address = (joint(before(1)) && digit(before(2))) || (joint(behind(1)) && digit(behind(2)));
    // A blank before it, as URLs spell it.
    let blank = before(3) == Some('%') && before(2) == Some('2') && before(1) == Some('0');
    (!word(before(1)) || blank) && !word(behind(1)) && (argument || !number || !in_address)
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn a_password_said_back_is_masked_wherever_it_stands() {
        for (text, masked) in [
            ("500 'PASS Tr0ub4dor': command not understood.", "500 'PASS ****': command not understood."),
            ("530 Login incorrect: PASS Tr0ub4dor", "530 Login incorrect: PASS ****"),
            ("500 unknown: PASS TR0UB4DOR", "500 unknown: PASS ****"),
            ("230-Your password is Tr0ub4dor\n230 Hello Tr0ub4dor!", "230-Your password is ****\n230 Hello ****!"),
            ("530-Login incorrect: PASS Tr0u\n530 b4dor", "530-Login incorrect: PASS ****\n530 ****"),
            ("530-no: Tr0ub4\n dor\n530 end", "530-no: ****\n ****\n530 end"),
            ("500 cut: 'PASS Tr0u'", "500 cut: 'PASS ****'"),
            ("500 'PASS%20Tr0ub4dor': no", "500 'PASS%20****': no"),
            ("530 bob:Tr0ub4dor: no", "530 bob:****: no"),
        ] {
            assert_eq!(mask(text, "Tr0ub4dor"), masked);
        }
    }

    #[test]
    fn blanks_and_letters_of_other_alphabets_do_not_save_it() {
        assert_eq!(mask("500 'PASS two': no", "two words"), "500 'PASS ****': no");
        assert_eq!(mask("530-no: two\n530 words", "two words"), "530-no: ****\n530 ****");
        assert_eq!(mask("530 no: two words.", "two words"), "530 no: **** ****.");
        assert_eq!(mask("500 PASS%20two%20words: no", "two words"), "500 PASS%20****: no");
        assert_eq!(mask("530 no: sch\u{f6}n", "sch\u{f6}n"), "530 no: ****");
        assert_eq!(mask("530 no: sch\u{c3}\u{b6}n", "sch\u{f6}n"), "530 no: ****");
    }

    #[test]
    fn what_merely_holds_its_letters_stays() {
        for (text, secret) in [
            ("227 Entering Passive Mode (192,0,2,7,195,80).", "192"),
            ("229 ok (|||50000|)", "0"),
            ("211-Connected to 198.51.100.10\n211 End", "211"),
            ("230-230 files\n230 logged in", "o"),
            ("220 ProFTPD Server", "ftp"),
            ("530 Please log in with USER and PASS first", "secret"),
            ("530 Login incorrect.", ""),
        ] {
            assert_eq!(mask(text, secret), text);
        }
        assert_eq!(mask("530 PASS 192.", "192"), "530 PASS ****.");
    }
}
