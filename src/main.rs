//! Parse, run, print, exit status.

use std::process::ExitCode;

fn main() -> ExitCode {
    ftpmode::cli::main()
}
