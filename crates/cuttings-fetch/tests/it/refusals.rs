//! Hosts written as addresses, in every disguise.

use cuttings_fetch::{FetchError, NOT_PUBLIC, Want, check_url, may_reach};
use ipnet::IpNet;
use url::Url;

use crate::origin::{Names, Origin, config, fetcher, fetcher_with};

#[tokio::test]
async fn f01_every_row_of_the_address_table_is_refused_with_one_wording() {
    let guarded = fetcher_with(config(&[]), Names::default());
    for block in NOT_PUBLIC {
        let host = match block.net {
            IpNet::V4(net) => net.network().to_string(),
            IpNet::V6(net) if block.name == "IPv4-mapped" => {
                assert!(may_reach("::ffff:9.9.9.9".parse().unwrap(), &[]), "{net}");
                "[::ffff:192.168.0.1]".to_owned()
            }
            IpNet::V6(_) if block.name == "IPv4/IPv6 translation" => "[64:ff9b::7f00:1]".to_owned(),
            IpNet::V6(net) => format!("[{}]", net.network()),
        };
        let url = Url::parse(&format!("http://{host}/")).unwrap();
        let error = guarded.get(&url, Want::Page).await.unwrap_err();
        assert_eq!(error.code(), "private_address", "{host} ({})", block.name);
        let wording = error.explain().replace(url.as_str(), "");
        assert_eq!(
            wording,
            " leads into a network that is not public, so it was not fetched. If it is yours, the \
             operator can open it with --allow-private-host or --allow-private-network.",
            "{host}"
        );
    }
}

#[tokio::test]
async fn f02_disguised_spellings_of_loopback_reach_no_listener() {
    let canary = Origin::canary("127.0.0.1:0").await;
    let port = canary.port();
    let guarded = fetcher_with(config(&[]), Names::default());
    for host in [
        "127.0.0.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "0177.0.0.1",
        "017700000001",
        "127.1",
        "127.0.1",
        "127.0.0.1.",
        "0",
        "0.0.0.0",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[::1]",
        "[::]",
        "[0:0:0:0:0:FFFF:7F00:0001]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "%31%32%37.0.0.1",
        "127%2e0%2e0%2e1",
        "127.0.0.1",
        "127。0。0。1",
        "127.0.0.1",
        "①②⑦.0.0.1",
        "0X7F.1",
        "user:secret@127.0.0.1",
        "example.org@127.0.0.1",
    ] {
        let (user, name) = host
            .rsplit_once('@')
            .map_or((String::new(), host), |(user, name)| {
                (format!("{user}@"), name)
            });
        let url = Url::parse(&format!("http://{user}{name}:{port}/"))
            .unwrap_or_else(|error| panic!("{host}: {error}"));
        assert_eq!(
            check_url(&url, &[]).unwrap_err().code(),
            "private_address",
            "{host}"
        );
        let error = guarded.get(&url, Want::Page).await.unwrap_err();
        assert!(
            matches!(error, FetchError::PrivateAddress { .. }),
            "{host}: {error}"
        );
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    assert_eq!(canary.connections(), 0);

    // The canary does sing when the operator opens the address.
    let open = fetcher();
    open.get(&canary.url("/"), Want::Page).await.unwrap();
    assert_eq!(canary.connections(), 1);
}

#[test]
fn f02_a_zone_identifier_is_no_url() {
    assert!(Url::parse("http://[fe80::1%25eth0]/").is_err());
    assert!(Url::parse("http://[::1%25lo]/").is_err());
}

#[tokio::test]
async fn an_opened_address_is_reached_in_its_mapped_spelling_too() {
    let origin = Origin::canary("127.0.0.1:0").await;
    let url = Url::parse(&format!("http://[::ffff:127.0.0.1]:{}/", origin.port())).unwrap();
    let fetched = fetcher().get(&url, Want::Page).await.unwrap();
    assert_eq!(fetched.peer.to_string(), "127.0.0.1");
}

#[tokio::test]
async fn f18_the_allow_list_opens_its_network_and_no_neighbour() {
    let near = Origin::canary("127.0.0.1:0").await;
    let next = Origin::canary(&format!("127.0.0.2:{}", near.port())).await;
    let exact = fetcher_with(config(&["127.0.0.1/32"]), Names::default());
    exact.get(&near.url("/"), Want::Page).await.unwrap();
    let error = exact.get(&next.url("/"), Want::Page).await.unwrap_err();
    assert_eq!(error.code(), "private_address");
    assert_eq!(next.connections(), 0);
}

#[tokio::test]
async fn f14_an_unusual_port_is_refused_even_where_the_address_is_open() {
    for port in [1, 22, 25, 5432, 6379, 11211] {
        let url = Url::parse(&format!("http://127.0.0.1:{port}/")).unwrap();
        let error = fetcher().get(&url, Want::Page).await.unwrap_err();
        assert_eq!(error.code(), "port", "{port}");
    }
}

#[tokio::test]
async fn f16_a_refused_address_reads_the_same_whether_something_listens_or_not() {
    let open = Origin::canary("127.0.0.1:0").await;
    let closed = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let guarded = fetcher_with(config(&[]), Names::default());
    let mut texts = Vec::new();
    for addr in [open.addr, closed] {
        let url = Url::parse(&format!("http://{addr}/")).unwrap();
        let error = guarded.get(&url, Want::Page).await.unwrap_err();
        texts.push(error.explain().replace(&addr.port().to_string(), "PORT"));
    }
    assert_eq!(texts[0], texts[1]);
    assert_eq!(open.connections(), 0);
}
