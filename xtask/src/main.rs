//! Developer commands.

mod corpus;

fn main() {
    let mut arguments = std::env::args().skip(1);
    if arguments.next().as_deref() != Some("corpus") {
        eprintln!("usage: cargo xtask corpus [SET…] [--worst N]");
        std::process::exit(2);
    }
    if let Err(reason) = corpus::run(&arguments.collect::<Vec<_>>()) {
        eprintln!("{reason}");
        std::process::exit(1);
    }
}
