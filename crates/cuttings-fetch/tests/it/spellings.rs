//! Any spelling that the URL parser turns into a denied address is denied.

use std::fmt::Write as _;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use cuttings_fetch::{NOT_PUBLIC, check_url, may_reach};
use ipnet::IpNet;
use proptest::prelude::*;
use url::Url;

/// An address from one of the blocks of the given family.
fn denied_v4() -> impl Strategy<Value = Ipv4Addr> {
    let nets: Vec<_> = NOT_PUBLIC
        .iter()
        .filter_map(|block| match block.net {
            IpNet::V4(net) => Some(net),
            IpNet::V6(_) => None,
        })
        .collect();
    (prop::sample::select(nets), any::<u32>()).prop_map(|(net, bits)| {
        let host = bits & !u32::from(net.netmask());
        Ipv4Addr::from(u32::from(net.network()) | host)
    })
}

fn denied_v6() -> impl Strategy<Value = Ipv6Addr> {
    let nets: Vec<_> = NOT_PUBLIC
        .iter()
        .filter(|block| !matches!(block.name, "IPv4-mapped" | "IPv4/IPv6 translation"))
        .filter_map(|block| match block.net {
            IpNet::V6(net) => Some(net),
            IpNet::V4(_) => None,
        })
        .collect();
    (prop::sample::select(nets), any::<u128>()).prop_map(|(net, bits)| {
        let host = bits & !u128::from(net.netmask());
        Ipv6Addr::from(u128::from(net.network()) | host)
    })
}

/// Writes an IPv4 address in one of the many ways that mean it.
fn spell(addr: Ipv4Addr, parts: usize, bases: [u8; 4], disguise: u8, dot: bool) -> String {
    let octets = addr.octets();
    let mut numbers: Vec<u32> = octets[..parts - 1].iter().map(|n| u32::from(*n)).collect();
    numbers.push(
        octets[parts - 1..]
            .iter()
            .fold(0, |sum, octet| (sum << 8) | u32::from(*octet)),
    );
    let mut text = String::new();
    for (index, number) in numbers.iter().enumerate() {
        if index > 0 {
            text.push('.');
        }
        match bases[index] % 4 {
            0 => write!(text, "{number}").unwrap(),
            1 => write!(text, "0x{number:x}").unwrap(),
            2 => write!(text, "0X{number:X}").unwrap(),
            _ => write!(text, "0{number:o}").unwrap(),
        }
    }
    if dot {
        text.push('.');
    }
    match disguise % 5 {
        0 => text,
        // Full-width forms.
        1 => text
            .chars()
            .map(|c| char::from_u32(u32::from(c) - 0x21 + 0xff01).unwrap())
            .collect(),
        2 => text.replace('.', "。"),
        3 => text.replace('.', "%2E"),
        _ => text.bytes().fold(String::new(), |mut all, byte| {
            write!(all, "%{byte:02x}").unwrap();
            all
        }),
    }
}

fn refused(host: &str) -> bool {
    let url = Url::parse(&format!("http://{host}/")).unwrap_or_else(|e| panic!("{host}: {e}"));
    check_url(&url, &[]).is_err_and(|error| error.code() == "private_address")
}

proptest! {
    #[test]
    fn f02_any_spelling_of_a_denied_ipv4_address_is_denied(
        addr in denied_v4(), parts in 1_usize..=4, bases: [u8; 4], disguise: u8, dot: bool,
    ) {
        let host = spell(addr, parts, bases, disguise, dot);
        prop_assert!(refused(&host), "{host} is {addr}");
    }

    #[test]
    fn f02_a_denied_ipv4_address_inside_ipv6_is_denied(addr in denied_v4()) {
        let [a, b, c, d] = addr.octets();
        let high = u16::from_be_bytes([a, b]);
        let low = u16::from_be_bytes([c, d]);
        for host in [
            format!("[::ffff:{addr}]"),
            format!("[::ffff:{high:x}:{low:X}]"),
            format!("[0:0:0:0:0:FFFF:{high:04x}:{low:04x}]"),
            format!("[::{addr}]"),
            format!("[64:ff9b::{addr}]"),
            format!("[2002:{high:x}:{low:x}::1]"),
        ] {
            prop_assert!(refused(&host), "{host}");
        }
    }

    #[test]
    fn f01_any_address_of_a_denied_ipv6_block_is_denied(addr in denied_v6()) {
        let host = format!("[{addr}]");
        prop_assert!(refused(&host), "{host}");
    }

    #[test]
    fn a_url_is_refused_exactly_when_its_address_may_not_be_reached(bits: u32) {
        let addr = Ipv4Addr::from(bits);
        let url = Url::parse(&format!("http://{addr}/")).unwrap();
        prop_assert_eq!(check_url(&url, &[]).is_ok(), may_reach(IpAddr::V4(addr), &[]));
    }

    #[test]
    fn no_text_that_parses_as_a_url_makes_the_check_panic(text in "\\PC{0,60}") {
        for full in [text.clone(), format!("http://{text}")] {
            if let Ok(url) = Url::parse(&full) {
                let _ = check_url(&url, &[]);
            }
        }
    }
}
