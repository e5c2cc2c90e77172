//! Developer commands.

mod corpus;

fn main() {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("corpus") => {
            if let Err(reason) = corpus::run(&arguments.collect::<Vec<_>>()) {
                eprintln!("{reason}");
                std::process::exit(1);
            }
        }
        _ => {
            eprintln!("usage: cargo xtask corpus [SET…]");
            std::process::exit(2);
        }
    }
}
