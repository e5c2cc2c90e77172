//! Pages and pictures built to exhaust, saved all at once: the story in each is
//! read, what came is kept, and the server stays within its memory.

use std::io::Write as _;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use crate::parsing::{Saving, kept_sizes};
use crate::rig::{Rig, answer, html, origin, page};

/// Most memory the server may have held meanwhile: that of a hundred thousand
/// articles under load, and the bytes of the eight pages that are captured at a
/// time, four times over.
const MOST_RESIDENT_KB: u64 = 200_000 + 8 * 4 * 4_000;

/// Smaller where nothing is optimised.
const SIZE: usize = if cfg!(debug_assertions) {
    1 << 18
} else {
    4 << 20
};

fn fill(unit: &str) -> String {
    unit.repeat(SIZE / unit.len() + 1)
}

fn story(inside: &str) -> Vec<u8> {
    let mut bytes = page("Built to exhaust");
    bytes.extend_from_slice(inside.as_bytes());
    html(&bytes)
}

/// A chunk of a PNG.
fn chunk(kind: [u8; 4], data: &[u8]) -> Vec<u8> {
    let mut sum = flate2::Crc::new();
    sum.update(&kind);
    sum.update(data);
    let mut chunk = u32::try_from(data.len()).unwrap().to_be_bytes().to_vec();
    chunk.extend_from_slice(&kind);
    chunk.extend_from_slice(data);
    chunk.extend_from_slice(&sum.sum().to_be_bytes());
    chunk
}

/// Zeros, packed a thousand to one.
fn packed_zeros(length: usize) -> Vec<u8> {
    let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
    let block = vec![0; 1 << 16];
    for _ in 0..length.div_ceil(block.len()) {
        packed.write_all(&block).unwrap();
    }
    packed.finish().unwrap()
}

/// A PNG of one bit a pixel, with more chunks in front of its picture.
fn png(width: u32, height: u32, before: &[Vec<u8>]) -> Vec<u8> {
    let mut head = [width.to_be_bytes(), height.to_be_bytes()].concat();
    head.extend_from_slice(&[1, 0, 0, 0, 0]);
    let row = width as usize / 8 + 2;
    // What is claimed beyond this is not there.
    let data = packed_zeros((row * height as usize).min(8 << 20));
    [
        b"\x89PNG\r\n\x1a\n".to_vec(),
        chunk(*b"IHDR", &head),
        before.concat(),
        chunk(*b"IDAT", &data),
        chunk(*b"IEND", &[]),
    ]
    .concat()
}

/// A GIF of very many frames, each of the whole picture.
fn gif(frames: usize) -> Vec<u8> {
    let mut gif = b"GIF89a\x00\x04\x00\x04\x80\x00\x00\x00\x00\x00\xff\xff\xff".to_vec();
    for _ in 0..frames {
        gif.extend_from_slice(b"\x2c\x00\x00\x00\x00\x00\x04\x00\x04\x00\x02\x02\x4c\x01\x00");
    }
    gif.push(b';');
    gif
}

fn pages() -> Vec<(&'static str, Vec<u8>)> {
    let numbered = |unit: fn(usize) -> String| -> String {
        (0..SIZE / 24).map(unit).collect::<Vec<_>>().concat()
    };
    let deep_json = format!(
        "<script type=application/ld+json>{}1{}</script>",
        "{\"a\":[".repeat(SIZE / 12),
        "]}".repeat(SIZE / 12)
    );
    let circle = "<script type=application/ld+json>{\"@graph\":[{\"@id\":\"a\",\"isPartOf\":\
                  {\"@id\":\"b\"}},{\"@id\":\"b\",\"isPartOf\":{\"@id\":\"a\"}}]}</script>";
    vec![
        ("/r07/div", story(&fill("<div>"))),
        ("/r07/list", story(&fill("<ul><li>"))),
        ("/r07/table", story(&fill("<table><tr><td>"))),
        ("/r07/svg", story(&fill("<svg><g>"))),
        ("/r07/quote", story(&fill("<blockquote>"))),
        ("/r08/nodes", story(&fill("<br>a"))),
        (
            "/r08/attributes",
            story(&format!(
                "<p {}>a</p>",
                numbered(|number| format!("a{number}=b "))
            )),
        ),
        (
            "/r08/formatting",
            story(&fill("<a href=b><b c=d><i>e<p></a>")),
        ),
        ("/r08/text", story(&fill("words without an end "))),
        (
            "/r08/entities",
            story(&fill("&amp;&CounterClockwiseContourIntegral;&#0;")),
        ),
        ("/r08/comment", story(&format!("<!-- {}", fill("- ")))),
        (
            "/r09/srcset",
            story(&format!(
                "<p><img srcset=\"{}\"></p>",
                numbered(|number| format!("/a{number}.jpg {number}w, "))
            )),
        ),
        (
            "/r09/data",
            story(&format!(
                "<img src=\"data:image/png;base64,{}\">",
                fill("A")
            )),
        ),
        (
            "/r09/script",
            story(&format!("<script>{}</script>", fill("a();"))),
        ),
        ("/r11/deep", story(&deep_json)),
        ("/r11/circle", story(circle)),
        (
            "/r11/long",
            story(&format!(
                "<script type=application/ld+json>{{\"headline\":\"{}\"}}</script>",
                fill("a ")
            )),
        ),
        (
            "/r13/pictures",
            story(
                "<p><img src=/png/claims width=600 height=400><img src=/png/large width=600 \
                 height=400><img src=/gif width=600 height=400></p>",
            ),
        ),
        (
            "/r14/pictures",
            story(
                "<p><img src=/png/text width=600 height=400><img src=/png/profile width=600 \
                 height=400></p>",
            ),
        ),
        ("/ordinary", html(&page("Nothing happened"))),
    ]
}

fn pictures() -> Vec<(&'static str, Vec<u8>)> {
    let picture = |bytes: &[u8]| answer("200 OK", "Content-Type: image/png\r\n", bytes);
    let packed = [b"a\0\0".to_vec(), packed_zeros(32 << 20)].concat();
    let international = [b"a\0\x01\0\0\0".to_vec(), packed_zeros(32 << 20)].concat();
    vec![
        ("/png/claims", picture(&png(65_535, 65_535, &[]))),
        ("/png/large", picture(&png(50_000, 50_000, &[]))),
        ("/gif", picture(&gif(10_000))),
        (
            "/png/text",
            picture(&png(
                600,
                400,
                &[chunk(*b"zTXt", &packed), chunk(*b"iTXt", &international)],
            )),
        ),
        (
            "/png/profile",
            picture(&png(600, 400, &[chunk(*b"iCCP", &packed)])),
        ),
    ]
}

#[test]
fn r07_r08_r09_r11_r13_r14_what_is_built_to_exhaust_costs_its_own_article() {
    let pages = pages();
    let sizes: Vec<usize> = pages
        .iter()
        .map(|(_, answer)| {
            let head = answer.windows(4).position(|four| four == b"\r\n\r\n");
            answer.len() - head.expect("a head") - 4
        })
        .collect();
    let names: Vec<&str> = pages.iter().map(|(name, _)| *name).collect();
    let base = origin([pages, pictures()].concat());
    let rig = Rig::with_user();
    let saving = Saving::start(&rig, "");
    let ids: Vec<i64> = names
        .iter()
        .map(|name| saving.save(&format!("{base}{name}")))
        .collect();
    for (name, id) in names.iter().zip(&ids) {
        let article = saving.ended(*id);
        assert_eq!(article["state"], "ready", "{name}: {article}");
        if *name == "/ordinary" {
            assert_eq!(article["headline"], "Nothing happened");
        }
    }
    for (id, size) in ids.iter().zip(sizes) {
        assert_eq!(kept_sizes(&rig, *id), [i64::try_from(size).unwrap()]);
    }
    let resident = saving.peak_kb();
    println!("the server held {resident} kB at most");
    assert!(resident < MOST_RESIDENT_KB, "{resident} kB");
}
