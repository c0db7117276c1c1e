mod wire;
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(done) = wire::program(&arguments) {
        return done.unwrap();
    }
    let w = wire::Wire::stretch("bx-t", ["c", "s"], std::time::Duration::from_millis(100));
    match w { Ok(_w) => { std::process::Command::new("bash").args(&arguments).status().unwrap(); } Err(e) => println!("{e}") }
}
