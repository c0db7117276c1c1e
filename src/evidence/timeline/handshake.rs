//! A TLS handshake that met silence, made again: certificates fill the largest packets that a link takes.

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandshakeAgain {
    /// In segments of [`SMALL_SEGMENT`](crate::evidence::attempt::SMALL_SEGMENT) bytes it stood.
    StoodInSmallSegments,
    /// In such segments it met silence, too.
    SilentInSmallSegments,
    /// In segments of the usual size it stood after all.
    Stood,
    /// In those it met silence once more.
    Silent,
}

const NAMES: &[(HandshakeAgain, &str)] = &[
    (HandshakeAgain::StoodInSmallSegments, "small-stood"),
    (HandshakeAgain::SilentInSmallSegments, "small-silent"),
    (HandshakeAgain::Stood, "usual-stood"),
    (HandshakeAgain::Silent, "usual-silent"),
];

impl HandshakeAgain {
    pub fn name(self) -> &'static str {
        super::written::name_in(NAMES, self)
    }

    pub fn named(name: &str) -> Option<Self> {
        super::written::value_in(NAMES, name)
    }
}
