//! Figures in columns, and promises beside them.

use std::time::Duration;

/// What ftpmode promises, and what was measured instead.
pub struct Promise {
    pub text: &'static str,
    pub missed: Option<String>,
}

impl Promise {
    /// `missed` names what does not hold; nothing in it and the promise is kept.
    pub fn new(text: &'static str, missed: &[String]) -> Self {
        Self { text, missed: (!missed.is_empty()).then(|| missed.join(", ")) }
    }

    pub fn print(&self) {
        match &self.missed {
            None => println!("ok      {}", self.text),
            Some(instead) => println!("MISSED  {}: {instead}", self.text),
        }
    }
}

/// Prints rows below a heading, the first column to the left and all others to the right.
pub fn print(heading: &str, columns: &[&str], rows: &[Vec<String>]) {
    let mut table = comfy_table::Table::new();
    table.load_style(comfy_table::presets::NOTHING).set_header(columns).add_rows(rows);
    for column in table.column_iter_mut().skip(1) {
        column.set_cell_alignment(comfy_table::CellAlignment::Right);
    }
    println!("{heading}\n\n{}\n", table.trim_fmt());
}

pub fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

pub fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

pub fn milliseconds(time: Duration) -> String {
    format!("{:.1} ms", time.as_secs_f64() * 1000.0)
}
