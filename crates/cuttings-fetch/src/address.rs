//! Which addresses are public: the table, and the judgement on one address.
//!
//! [`crate::guard`] asks about hosts written as addresses, and
//! [`crate::connect`] about every answer of a name look-up and about the far
//! end of each connection.
//!
//! An IPv6 address is refused unless it lies in 2000::/3, the only block handed
//! out for the public network, so a block that gets a special meaning later is
//! refused today. The exception is NAT64, judged by the IPv4 address inside.
//!
//! # Source
//!
//! The IANA IPv4 and IPv6 Special-Purpose Address Registries (RFC 6890 and its
//! updates), one row a row, plus the multicast blocks, the retired
//! blocks that systems still route, and one platform address. Rows that IANA
//! marks "globally reachable" are refused all the same: they are anycast
//! services (AS112, AMT, PCP, TURN) and hold no pages.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

/// A block of addresses that are not public, and what it is for.
pub struct Block {
    /// The addresses.
    pub net: IpNet,
    /// The registry's name for it.
    pub name: &'static str,
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8, name: &'static str) -> Block {
    Block {
        net: IpNet::V4(Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)),
        name,
    }
}

const fn v6(segments: [u16; 8], prefix: u8, name: &'static str) -> Block {
    let [one, two, three, four, five, six, seven, eight] = segments;
    let addr = Ipv6Addr::new(one, two, three, four, five, six, seven, eight);
    Block {
        net: IpNet::V6(Ipv6Net::new_assert(addr, prefix)),
        name,
    }
}

/// Every block that is refused, most general last within its family, so that
/// the first hit has the most telling name.
#[rustfmt::skip]
pub const NOT_PUBLIC: &[Block] = &[
    v4(0, 0, 0, 0, 32,        "this host on this network"),            // RFC 1122
    v4(0, 0, 0, 0, 8,         "this network"),                         // RFC 791
    v4(10, 0, 0, 0, 8,        "private use"),                          // RFC 1918
    v4(100, 64, 0, 0, 10,     "shared address space"),                 // RFC 6598
    v4(127, 0, 0, 0, 8,       "loopback"),                             // RFC 1122
    v4(169, 254, 0, 0, 16,    "link local"),                           // RFC 3927
    v4(172, 16, 0, 0, 12,     "private use"),                          // RFC 1918
    v4(192, 0, 0, 0, 29,      "IPv4 service continuity prefix"),       // RFC 7335
    v4(192, 0, 0, 8, 32,      "IPv4 dummy address"),                   // RFC 7600
    v4(192, 0, 0, 9, 32,      "port control protocol anycast"),        // RFC 7723
    v4(192, 0, 0, 10, 32,     "relay discovery anycast"),              // RFC 8155
    v4(192, 0, 0, 170, 32,    "NAT64 and DNS64 discovery"),            // RFC 8880
    v4(192, 0, 0, 171, 32,    "NAT64 and DNS64 discovery"),            // RFC 8880
    v4(192, 0, 0, 0, 24,      "protocol assignments"),                 // RFC 6890
    v4(192, 0, 2, 0, 24,      "documentation"),                        // RFC 5737
    v4(192, 31, 196, 0, 24,   "AS112 service"),                        // RFC 7535
    v4(192, 52, 193, 0, 24,   "automatic multicast tunneling"),        // RFC 7450
    v4(192, 88, 99, 0, 24,    "6to4 relay anycast"),                   // RFC 7526
    v4(192, 168, 0, 0, 16,    "private use"),                          // RFC 1918
    v4(192, 175, 48, 0, 24,   "AS112 direct delegation"),              // RFC 7534
    v4(198, 18, 0, 0, 15,     "benchmarking"),                         // RFC 2544
    v4(198, 51, 100, 0, 24,   "documentation"),                        // RFC 5737
    v4(203, 0, 113, 0, 24,    "documentation"),                        // RFC 5737
    v4(224, 0, 0, 0, 4,       "multicast"),                            // RFC 5771
    v4(255, 255, 255, 255, 32, "limited broadcast"),                   // RFC 919
    v4(240, 0, 0, 0, 4,       "reserved"),                             // RFC 1112
    // A public block by the registry, yet in that cloud it answers every
    // machine with the machine's own secrets.
    v4(168, 63, 129, 16, 32,  "Azure platform service"),

    v6([0, 0, 0, 0, 0, 0, 0, 1], 128,            "loopback"),                        // RFC 4291
    v6([0; 8], 128,                              "unspecified"),                     // RFC 4291
    v6([0, 0, 0, 0, 0, 0xffff, 0, 0], 96,        "IPv4-mapped"),                     // RFC 4291
    v6([0, 0, 0, 0, 0xffff, 0, 0, 0], 96,        "IPv4-translated"),                 // RFC 2765
    v6([0; 8], 96,                               "IPv4-compatible"),                 // RFC 4291
    v6([0x64, 0xff9b, 0, 0, 0, 0, 0, 0], 96,     "IPv4/IPv6 translation"),           // RFC 6052
    v6([0x64, 0xff9b, 1, 0, 0, 0, 0, 0], 48,     "local IPv4/IPv6 translation"),     // RFC 8215
    v6([0x100, 0, 0, 0, 0, 0, 0, 0], 64,         "discard only"),                    // RFC 6666
    v6([0x100, 0, 0, 1, 0, 0, 0, 0], 64,         "dummy prefix"),                    // RFC 9780
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 32,        "Teredo"),                          // RFC 4380
    v6([0x2001, 1, 0, 0, 0, 0, 0, 1], 128,       "port control protocol anycast"),   // RFC 7723
    v6([0x2001, 1, 0, 0, 0, 0, 0, 2], 128,       "relay discovery anycast"),         // RFC 8155
    v6([0x2001, 1, 0, 0, 0, 0, 0, 3], 128,       "service registration anycast"),    // RFC 9665
    v6([0x2001, 2, 0, 0, 0, 0, 0, 0], 48,        "benchmarking"),                    // RFC 5180
    v6([0x2001, 3, 0, 0, 0, 0, 0, 0], 32,        "automatic multicast tunneling"),   // RFC 7450
    v6([0x2001, 4, 0x112, 0, 0, 0, 0, 0], 48,    "AS112 service"),                   // RFC 7535
    v6([0x2001, 0x10, 0, 0, 0, 0, 0, 0], 28,     "overlay identifiers, first try"),  // RFC 4843
    v6([0x2001, 0x20, 0, 0, 0, 0, 0, 0], 28,     "overlay identifiers"),             // RFC 7343
    v6([0x2001, 0x30, 0, 0, 0, 0, 0, 0], 28,     "drone remote identification"),     // RFC 9374
    v6([0x2001, 0, 0, 0, 0, 0, 0, 0], 23,        "protocol assignments"),            // RFC 2928
    v6([0x2001, 0xdb8, 0, 0, 0, 0, 0, 0], 32,    "documentation"),                   // RFC 3849
    v6([0x2002, 0, 0, 0, 0, 0, 0, 0], 16,        "6to4"),                            // RFC 3056
    v6([0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0], 48, "AS112 direct delegation"),        // RFC 7534
    v6([0x3fff, 0, 0, 0, 0, 0, 0, 0], 20,        "documentation"),                   // RFC 9637
    v6([0x5f00, 0, 0, 0, 0, 0, 0, 0], 16,        "segment routing identifiers"),     // RFC 9602
    v6([0xfc00, 0, 0, 0, 0, 0, 0, 0], 7,         "unique local"),                    // RFC 4193
    v6([0xfe80, 0, 0, 0, 0, 0, 0, 0], 10,        "link local"),                      // RFC 4291
    v6([0xfec0, 0, 0, 0, 0, 0, 0, 0], 10,        "site local"),                      // RFC 3879
    v6([0xff00, 0, 0, 0, 0, 0, 0, 0], 8,         "multicast"),                       // RFC 4291
];

/// What NAT64 gateways listen on: the last 32 bits are an IPv4 address.
const NAT64: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96);

/// The block handed out for the public IPv6 network.
const GLOBAL_UNICAST: Ipv6Net = Ipv6Net::new_assert(Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// Why `addr` is not public, or `None` when it is.
///
/// - An IPv4-mapped address is judged as its IPv4 address, and so is one behind
///   the well-known NAT64 prefix, because networks without IPv4 reach every
///   IPv4 site that way.
/// - IPv4-compatible, IPv4-translated, 6to4 and Teredo addresses are refused
///   whatever they hold: nothing is served on them any more.
pub fn why_not_public(addr: IpAddr) -> Option<&'static str> {
    let addr = addr.to_canonical();
    if let IpAddr::V6(six) = addr
        && NAT64.contains(&six)
    {
        let [.., a, b, c, d] = six.octets();
        return why_not_public(Ipv4Addr::new(a, b, c, d).into());
    }
    if let Some(block) = NOT_PUBLIC.iter().find(|block| block.net.contains(&addr)) {
        return Some(block.name);
    }
    match addr {
        IpAddr::V6(six) if !GLOBAL_UNICAST.contains(&six) => Some("unassigned"),
        _ => None,
    }
}

/// Whether a connection to `addr` may be made: it is public, or the operator's
/// `allow` list holds it.
///
/// IPv4-mapped spellings are the same as their IPv4 address on both sides. What
/// `allow` says about IPv4 does not reach into NAT64 or tunnel addresses.
pub fn may_reach(addr: IpAddr, allow: &[IpNet]) -> bool {
    let addr = addr.to_canonical();
    why_not_public(addr).is_none() || allow.iter().any(|net| unmapped(*net).contains(&addr))
}

/// An IPv4-mapped network as the IPv4 network it means; others unchanged.
fn unmapped(net: IpNet) -> IpNet {
    match (net, net.addr().to_canonical()) {
        (IpNet::V6(six), IpAddr::V4(four)) if six.prefix_len() >= 96 => {
            Ipv4Net::new(four, six.prefix_len() - 96).map_or(net, IpNet::V4)
        }
        _ => net,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn addr(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn f01_first_and_last_address_of_every_block_is_refused() {
        for block in NOT_PUBLIC {
            // Mapped and NAT64 addresses are judged by what they hold, and both
            // blocks hold public addresses too; they have tests of their own.
            if matches!(block.name, "IPv4-mapped" | "IPv4/IPv6 translation") {
                continue;
            }
            let (first, last) = match block.net {
                IpNet::V4(net) => (IpAddr::V4(net.network()), IpAddr::V4(net.broadcast())),
                IpNet::V6(net) => (IpAddr::V6(net.network()), IpAddr::V6(net.broadcast())),
            };
            assert!(!may_reach(first, &[]), "{first} ({})", block.name);
            assert!(!may_reach(last, &[]), "{last} ({})", block.name);
        }
    }

    #[test]
    fn public_addresses_next_to_the_blocks_are_allowed() {
        for text in [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "168.63.129.17",
            "2001:200::1",
            "2001:db7:ffff::1",
            "2001:db9::1",
            "2003::1",
            "2606:4700::1111",
            "3ffe:ffff::1",
        ] {
            assert!(may_reach(addr(text), &[]), "{text}");
        }
    }

    #[test]
    fn an_embedded_ipv4_address_is_judged_as_ipv4() {
        for text in ["::ffff:127.0.0.1", "::ffff:10.1.2.3", "64:ff9b::a9fe:a9fe"] {
            assert!(!may_reach(addr(text), &[]), "{text}");
        }
        for text in ["::ffff:9.9.9.9", "64:ff9b::909:909"] {
            assert!(may_reach(addr(text), &[]), "{text}");
        }
    }

    #[test]
    fn tunnels_are_refused_even_around_a_public_address() {
        for text in [
            "2002:909:909::1",
            "2001:0:909:909:0:0:f6f6:f6f6",
            "::9.9.9.9",
            "::ffff:0:9.9.9.9",
        ] {
            assert!(!may_reach(addr(text), &[]), "{text}");
        }
    }

    #[test]
    fn ipv6_outside_the_public_block_is_refused() {
        for text in ["1fff::1", "4000::1", "a000::1", "f000::1"] {
            assert_eq!(why_not_public(addr(text)), Some("unassigned"), "{text}");
        }
    }

    #[test]
    fn the_allow_list_opens_exactly_its_networks() {
        let allow = [
            "10.1.0.0/16".parse().unwrap(),
            "fd00:1::/32".parse().unwrap(),
        ];
        for text in ["10.1.255.255", "::ffff:10.1.0.1", "fd00:1::5"] {
            assert!(may_reach(addr(text), &allow), "{text}");
        }
        for text in [
            "10.2.0.0",
            "::ffff:10.0.0.1",
            "fd00:2::5",
            "64:ff9b::a01:1",
            "2002:a01:1::1",
            "127.0.0.1",
        ] {
            assert!(!may_reach(addr(text), &allow), "{text}");
        }
    }

    #[test]
    fn a_mapped_network_in_the_allow_list_means_its_ipv4_network() {
        let allow = ["::ffff:10.1.0.0/112".parse().unwrap()];
        assert!(may_reach(addr("10.1.2.3"), &allow));
        assert!(may_reach(addr("::ffff:10.1.2.3"), &allow));
        assert!(!may_reach(addr("10.2.0.1"), &allow));
    }

    #[test]
    fn allowing_all_of_ipv6_opens_no_ipv4_address() {
        let allow = ["::/0".parse().unwrap()];
        assert!(!may_reach(addr("::ffff:127.0.0.1"), &allow));
        assert!(may_reach(addr("::1"), &allow));
    }
}
