pub mod escape {
    pub fn line(t: &str) -> String {
        t.escape_debug().to_string()
    }
}
pub mod exit {
    #[derive(Clone, Copy)]
    pub enum Require {
        Passive,
        Active,
        Both,
    }
    #[derive(Clone, Copy)]
    pub enum Strictness {
        Strict,
        Usual,
    }
    pub fn status(_: &super::Report, _: Option<Require>, _: Strictness) -> u8 {
        0
    }
    pub fn worst(_: impl Iterator<Item = u8>) -> u8 {
        0
    }
}
pub mod formats {
    #[derive(Debug)]
    pub struct Format {
        pub id: &'static str,
        pub render: fn(&super::Report, &Style) -> String,
    }
    pub struct Style {
        pub width: usize,
        pub colour: bool,
        pub ascii: bool,
        pub verbose: u8,
    }
    pub static ALL: &[Format] =
        &[Format { id: "text", render: |r, _| r.toml.clone() }, Format { id: "json", render: |r, _| r.toml.clone() }];
}
pub struct Report {
    toml: String,
}
impl Report {
    pub fn of(e: &crate::evidence::Evidence) -> Self {
        let f = crate::evidence::facts::Facts::of(e);
        let d = crate::diagnosis::diagnose(&f);
        Self {
            toml: format!(
                "{}\n{:#?}\n",
                (crate::evidence::case::Case { evidence: e.clone(), expect: None }).to_toml().unwrap(),
                d.verdict
            ),
        }
    }
}
pub fn schema() -> serde_json::Value {
    serde_json::Value::Null
}
