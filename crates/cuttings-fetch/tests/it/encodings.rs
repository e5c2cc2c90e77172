//! Compressed bodies: honest, broken and explosive.

use async_compression::Level;
use async_compression::tokio::write::{
    BrotliEncoder, DeflateEncoder, GzipEncoder, ZlibEncoder, ZstdEncoder,
};
use cuttings_fetch::{FetchError, Fetched, Fetcher, Want};
use tokio::io::AsyncWriteExt;

use crate::origin::{Names, Origin, Step, config, fetcher, fetcher_with, ok};

/// Compresses `plain` the way `name` says.
async fn pack(name: &str, plain: &[u8]) -> Vec<u8> {
    macro_rules! with {
        ($encoder:ident, $level:ident) => {{
            let mut encoder = $encoder::with_quality(Vec::new(), Level::$level);
            encoder.write_all(plain).await.unwrap();
            encoder.shutdown().await.unwrap();
            encoder.into_inner()
        }};
    }
    match name {
        "gzip" => with!(GzipEncoder, Default),
        "zlib" => with!(ZlibEncoder, Default),
        "raw deflate" => with!(DeflateEncoder, Default),
        "br" => with!(BrotliEncoder, Fastest),
        "zstd" => with!(ZstdEncoder, Default),
        other => panic!("{other}"),
    }
}

async fn get(fetcher: &Fetcher, encoding: &str, body: Vec<u8>) -> Result<Fetched, FetchError> {
    let header = format!("Content-Encoding: {encoding}\r\n");
    let origin = Origin::start(move |_| ok(&header, &body)).await;
    fetcher.get(&origin.url("/"), Want::Page).await
}

const ALL: [(&str, &str); 5] = [
    ("gzip", "gzip"),
    ("zlib", "deflate"),
    ("raw deflate", "deflate"),
    ("br", "br"),
    ("zstd", "zstd"),
];

#[tokio::test]
async fn every_encoding_we_offer_is_undone() {
    let page = "The harbour reopens. ".repeat(5000);
    for (pack_as, header) in ALL {
        let packed = pack(pack_as, page.as_bytes()).await;
        let fetched = get(&fetcher(), header, packed).await.unwrap();
        assert_eq!(&fetched.body[..], page.as_bytes(), "{pack_as}");
    }
}

#[tokio::test]
async fn stacked_encodings_are_undone_in_turn() {
    let once = pack("gzip", b"layers").await;
    let twice = pack("br", &once).await;
    let fetched = get(&fetcher(), "gzip, br", twice).await.unwrap();
    assert_eq!(&fetched.body[..], b"layers");
}

#[tokio::test]
async fn gzip_in_several_members_is_read_to_the_end() {
    let mut body = pack("gzip", b"first ").await;
    body.extend(pack("gzip", b"second").await);
    let fetched = get(&fetcher(), "gzip", body).await.unwrap();
    assert_eq!(&fetched.body[..], b"first second");
}

#[tokio::test]
async fn stray_bytes_behind_gzip_are_ignored() {
    for stray in [&b"\n"[..], b"\0\0\0\0", b"<!-- served -->"] {
        let mut body = pack("gzip", b"page").await;
        body.extend(stray);
        let fetched = get(&fetcher(), "gzip", body).await.unwrap();
        assert_eq!(&fetched.body[..], b"page");
    }
}

#[tokio::test]
async fn an_empty_body_stays_empty_whatever_its_encoding() {
    for (_, header) in ALL {
        let fetched = get(&fetcher(), header, Vec::new()).await.unwrap();
        assert!(fetched.body.is_empty(), "{header}");
    }
}

#[tokio::test]
async fn a_body_that_is_not_what_it_says_is_a_bad_encoding() {
    let plain = b"<!doctype html><p>plain text all along</p>".repeat(10);
    for header in ["gzip", "deflate", "br", "zstd"] {
        let error = get(&fetcher(), header, plain.clone()).await.unwrap_err();
        assert_eq!(error.code(), "bad_encoding", "{header}: {error}");
    }
    for header in ["compress", "gzip, rot13", "br, br, br, br"] {
        let error = get(&fetcher(), header, plain.clone()).await.unwrap_err();
        assert_eq!(error.code(), "bad_encoding", "{header}: {error}");
        assert!(error.explain().contains(header), "{}", error.explain());
    }
}

#[tokio::test]
async fn r06_a_compressed_body_that_ends_early_is_incomplete() {
    let page: Vec<u8> = (0..10_000_u32)
        .flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes())
        .collect();
    for (pack_as, header) in ALL {
        let mut packed = pack(pack_as, &page).await;
        packed.truncate(packed.len() / 2);
        let error = get(&fetcher(), header, packed).await.unwrap_err();
        assert_eq!(error.code(), "incomplete", "{pack_as}: {error}");
    }
}

#[tokio::test]
async fn r01_a_bomb_of_every_kind_stops_at_the_cap() {
    let zeros = vec![0; 24 * 1024 * 1024];
    for (pack_as, header) in ALL {
        let packed = pack(pack_as, &zeros).await;
        assert!(packed.len() < 1024 * 1024);
        let error = get(&fetcher(), header, packed).await.unwrap_err();
        assert_eq!(error.code(), "too_large", "{pack_as}: {error}");
    }
}

#[tokio::test]
async fn r01_a_gzip_bomb_made_while_streaming_stops_at_the_cap() {
    let member = pack("gzip", &vec![0; 1024 * 1024]).await;
    let origin = Origin::start(move |_| {
        vec![
            Step::Send(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n".to_vec()),
            Step::Endless(member.clone()),
        ]
    })
    .await;
    let error = fetcher()
        .get(&origin.url("/"), Want::Page)
        .await
        .unwrap_err();
    assert_eq!(error.code(), "too_large");
}

#[tokio::test]
async fn r01_a_stacked_bomb_stops_at_the_cap() {
    let inner = pack("gzip", &vec![0; 24 * 1024 * 1024]).await;
    let outer = pack("gzip", &inner).await;
    assert!(outer.len() < 2000);
    let error = get(&fetcher(), "gzip, gzip", outer).await.unwrap_err();
    assert_eq!(error.code(), "too_large");
}

#[tokio::test]
async fn r01_a_bomb_that_shrinks_again_is_stopped_in_the_middle() {
    // Two million bytes of gzip that hold nothing: empty stored blocks.
    let mut inner = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    inner.extend(b"\x00\x00\x00\xff\xff".repeat(400_000));
    inner.extend(b"\x01\x00\x00\xff\xff");
    inner.extend([0; 8]);
    let outer = pack("gzip", &inner).await;
    assert!(outer.len() < 10_000);

    let mut config = config(&["127.0.0.0/8"]);
    config.limits.page_bytes = 1_000_000;
    let tight = fetcher_with(config, Names::default());
    let error = get(&tight, "gzip, gzip", outer.clone()).await.unwrap_err();
    assert_eq!(error.code(), "too_large");

    // With room for the middle step it is just an empty page.
    let fetched = get(&fetcher(), "gzip, gzip", outer).await.unwrap();
    assert!(fetched.body.is_empty());
}
