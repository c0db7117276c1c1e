//! The frames of TLS (RFC 8446 section 5.1), as far as they tell what a library hides: text in the clear between them,
//! and an end in the middle of one.

/// Bytes of plain text that are kept.
const MOST_PLAIN: usize = 512;
/// Type, version and length.
const HEADER: usize = 5;

/// Where in the records the other side is.
#[derive(Debug, Default)]
pub struct Records {
    header: Vec<u8>,
    /// Bytes of the current record that are still to come.
    left: usize,
    plain: Vec<u8>,
}

impl Records {
    /// Takes what came next.
    pub fn take(&mut self, mut bytes: &[u8]) {
        while let Some((&first, rest)) = bytes.split_first() {
            if !self.plain.is_empty() {
                let room = MOST_PLAIN - self.plain.len();
                self.plain.extend_from_slice(&bytes[..bytes.len().min(room)]);
                return;
            }
            if self.left > 0 {
                let skipped = self.left.min(bytes.len());
                self.left -= skipped;
                bytes = &bytes[skipped..];
                continue;
            }
            self.header.push(first);
            bytes = rest;
            match *self.header {
                // change_cipher_spec to heartbeat, and a major version of 3.
                [20..=24] | [_, 3] | [_, _, _] | [_, _, _, _] => {}
                [_, _, _, high, low] => {
                    self.left = usize::from(u16::from_be_bytes([high, low]));
                    self.header.clear();
                }
                _ => self.plain = std::mem::take(&mut self.header),
            }
            debug_assert!(self.header.len() < HEADER);
        }
    }

    /// What came in the clear, from its first byte on.
    pub fn plain(&self) -> &[u8] {
        &self.plain
    }

    /// Whether a record has begun and not ended.
    pub fn is_cut(&self) -> bool {
        self.left > 0 || !self.header.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_behind_a_record_is_found_however_the_bytes_are_split() {
        let stream = b"\x16\x03\x03\x00\x02ab\x17\x03\x03\x00\x00500 OOPS: no\r\n";
        for size in 1..stream.len() {
            let mut records = Records::default();
            stream.chunks(size).for_each(|piece| records.take(piece));
            assert_eq!(records.plain(), b"500 OOPS: no\r\n", "in pieces of {size}");
        }
    }

    #[test]
    fn a_record_is_cut_until_its_last_byte_came() {
        let mut records = Records::default();
        for piece in [&b"\x17"[..], b"\x03\x03\x00", b"\x02", b"a"] {
            records.take(piece);
            assert!(records.is_cut());
        }
        records.take(b"b");
        assert!(!records.is_cut() && records.plain().is_empty());
    }

    #[test]
    fn plain_text_is_kept_within_bounds() {
        let mut records = Records::default();
        records.take(&[b'2'; 2000]);
        records.take(&[b'2'; 2000]);
        assert_eq!(records.plain().len(), MOST_PLAIN);
    }
}
