//! The lines of LIST as most servers write them: as `ls -l` does, which no standard says (RFC 959 section 4.1.3 leaves
//! it open).

/// The size and the name of the largest plain file. Names that could not be sent back safely are left out, and so are lines of
/// another make.
pub fn largest(listing: &[u8]) -> Option<(u64, String)> {
    let text = std::str::from_utf8(listing).ok()?;
    let files = text.split('\n').filter_map(|line| file(line.trim_end_matches('\r')));
    files.max_by_key(|(size, _)| *size).filter(|(size, _)| *size > 0).map(|(size, name)| (size, name.to_owned()))
}

/// `-rw-r--r--   1 ftp  ftp   1024 Nov 24 01:38 name with blanks`
fn file(line: &str) -> Option<(u64, &str)> {
    if !line.starts_with('-') {
        return None;
    }
    let mut rest = line;
    let mut size = None;
    for column in 0..8 {
        let (word, behind) = rest.trim_start().split_once(' ')?;
        if column == 4 {
            size = word.parse().ok();
        }
        rest = behind;
    }
    let name = rest.trim_start();
    let safe = !name.is_empty() && !name.starts_with('-') && !name.contains(|c: char| c.is_control() || c == '/');
    safe.then_some((size?, name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_plain_file_is_found() {
        let listing = "drwxr-xr-x    2 0        0         4096 Nov 24 01:00 folder\r\n\
                       -rw-r--r--    1 0        0            7 Nov 24 01:00 hello.txt\r\n\
                       -rw-r--r--    1 ftp      ftp     300000 Nov 24  2025 a large one.bin\r\n";
        assert_eq!(largest(listing.as_bytes()), Some((300_000, "a large one.bin".to_owned())));
    }

    #[test]
    fn odd_lines_and_dangerous_names_are_left_out() {
        for listing in [
            "",
            "total 4\r\n",
            "01-01-26  01:00PM       300000 dos.bin\r\n",
            "-rw-r--r-- 1 0 0 300000 Nov 24 01:00 ../../etc\r\n",
            "-rw-r--r-- 1 0 0 300000 Nov 24 01:00 -rf\r\n",
            "-rw-r--r-- 1 0 0 many Nov 24 01:00 name\r\n",
            "-rw-r--r-- 1 0 0 0 Nov 24 01:00 empty\r\n",
            "-rw-r--r-- 1 0 0 300000 Nov 24\r\n",
        ] {
            assert_eq!(largest(listing.as_bytes()), None, "{listing}");
        }
        assert_eq!(largest(&[0xff, 0xfe]), None);
    }
}
