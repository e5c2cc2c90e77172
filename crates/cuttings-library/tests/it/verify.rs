//! Verifying: each planted fault is found and told, healthy libraries are left
//! in peace, and repair deletes nothing.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

use cuttings_library::verify::{Finding, Progress, repair, verify};
use cuttings_library::{Library, edit, highlights, save, shelf, tags};
use cuttings_model::{Anchor, Colour, Digest, Field, Origin as From, TagName, address};
use cuttings_store::{EditChange, Fault, FaultKind, Mark, Places, Store, StoreError, TagChange};

use crate::mutations::{BLOBS, BlobOf, ROW_FAULTS, blob, file_of, flip_bit, plant};
use crate::rig::{Answer, Origin, Rig, copy, fetcher, on_both, page, png};

/// A library with one of everything: a story with a redirect, pictures and a
/// thumbnail, an upload, a failure, one in line, one deleted, tags, corrections,
/// highlights (one an orphan) and a second user.
async fn furnish(rig: &Rig) {
    let origin = Origin::start().await;
    let with_pictures = page("Sea wall", "The wall holds.").replace(
        "</article>",
        "<figure><img src=/one.png width=400 height=300></figure>
         <figure><img src=/two.png width=400 height=300></figure></article>",
    );
    origin.put("/old", Answer::redirect(&origin.url("/wall")));
    origin.put("/wall", Answer::html(with_pictures));
    origin.put("/one.png", Answer::typed("image/png", png(400, 300, 20)));
    origin.put("/two.png", Answer::typed("image/png", png(400, 300, 200)));
    let first = rig.capture(&origin.url("/old")).await;
    assert!(first.has_thumbnail);
    let second = rig
        .upload(
            "https://news.example/ferry",
            &page("Ferry late", "It waits."),
        )
        .await;
    origin.put("/gone", Answer::status(404));
    rig.capture(&origin.url("/gone")).await;
    let deleted = rig
        .upload("https://news.example/old-news", &page("Old news", "Gone."))
        .await;
    let (library, user_id) = (&rig.library, rig.user.id);
    let store = &library.store;
    store
        .set_mark(user_id, deleted.id, Mark::Deleted, true, 1_700_000_000_000)
        .await
        .unwrap();
    store
        .set_mark(user_id, first.id, Mark::Starred, true, 1_700_000_000_000)
        .await
        .unwrap();
    for (words, colour) in [
        ("length of the sea wall", Colour::Red),
        ("It waits.", Colour::Blue),
    ] {
        let article = if colour == Colour::Red {
            first.id
        } else {
            second.id
        };
        highlights::add(
            library,
            user_id,
            article,
            &Anchor::of_words(words),
            colour,
            "Look here",
        )
        .await
        .unwrap();
    }
    let harbour = [TagName::parse("harbour").unwrap()];
    tags::change(library, user_id, first.id, TagChange::Add(&harbour))
        .await
        .unwrap();
    let headline = EditChange::Say(Some("Ferry very late".to_owned()));
    edit::edit(library, user_id, second.id, &[(Field::Headline, headline)])
        .await
        .unwrap();
    // Its words are gone with the new text.
    rig.upload(
        "https://news.example/ferry",
        &page("Ferry late", "It has left after all."),
    )
    .await;
    let address = address::parse("https://news.example/in-line").unwrap();
    save::save(library, user_id, &address, None).await.unwrap();
    let other = rig.other_user().await;
    let address = address::parse("https://news.example/theirs").unwrap();
    save::save(library, other.id, &address, None).await.unwrap();
}

async fn open(places: &Places) -> Result<Library, StoreError> {
    Ok(Library::new(Store::open(places).await?, fetcher()))
}

async fn look(library: &Library) -> (Vec<Finding>, Progress) {
    let mut findings = Vec::new();
    let seen = verify(library, &mut |_| {}, &mut |finding| findings.push(finding))
        .await
        .unwrap();
    assert_eq!(seen.faults as usize, findings.len());
    (findings, seen)
}

fn faults(findings: &[Finding]) -> Vec<Fault> {
    findings
        .iter()
        .map(|finding| finding.fault.clone())
        .collect()
}

fn told(findings: &[Finding]) -> Vec<String> {
    findings
        .iter()
        .map(|finding| format!("{:?}: {}", finding.fault.kind, finding.fault.what))
        .collect()
}

#[test]
fn n06_a_healthy_library_raises_no_alarm() {
    on_both(|rig| async move {
        furnish(&rig).await;
        let (findings, seen) = look(&rig.library).await;
        assert_eq!(told(&findings), [""; 0]);
        assert_eq!(seen.articles, 6);
        assert!(seen.blobs.blobs >= 8, "{seen:?}");
        let verified = rig.library.store.last_verified().await.unwrap();
        assert_eq!(verified.map(|(_, faults)| faults), Some(0));
    });
}

#[test]
fn n01_a_flipped_bit_in_each_kind_of_blob_is_found_and_names_whose_it_is() {
    on_both(|rig| async move {
        furnish(&rig).await;
        for of in BLOBS {
            let digest = blob(&rig.library.store, rig.user.id, of).await;
            let file = file_of(&rig.places, &digest);
            let whole = std::fs::read(&file).unwrap();
            flip_bit(&file);
            let (findings, _) = look(&rig.library).await;
            let [finding] = &findings[..] else {
                panic!("{of:?}: {:?}", told(&findings))
            };
            assert_eq!(finding.fault.digest, Some(digest));
            assert!(
                matches!(
                    finding.fault.kind,
                    FaultKind::DamagedBlob | FaultKind::TruncatedBlob
                ),
                "{of:?}: {:?}",
                told(&findings)
            );
            let touches = &finding.touches[0];
            assert_eq!(touches.user, "ada", "{of:?}");
            assert!(touches.headline.is_some() && touches.capture.is_some());
            let served = rig.library.store.blobs().get(&digest).await;
            assert!(
                matches!(served, Err(StoreError::Damaged { .. })),
                "{served:?}"
            );
            std::fs::write(&file, whole).unwrap();
        }
        assert_eq!(told(&look(&rig.library).await.0), [""; 0]);
    });
}

#[test]
fn n02_other_damage_to_blobs_is_told_apart() {
    on_both(|rig| async move {
        furnish(&rig).await;
        let store = &rig.library.store;
        let digest = blob(store, rig.user.id, BlobOf::Page).await;
        let other = blob(store, rig.user.id, BlobOf::Picture).await;
        let (file, second) = (file_of(&rig.places, &digest), file_of(&rig.places, &other));
        let (whole, its) = (
            std::fs::read(&file).unwrap(),
            std::fs::read(&second).unwrap(),
        );
        let kinds = || async {
            let (findings, seen) = look(&rig.library).await;
            let mut kinds: Vec<_> = findings.iter().map(|finding| finding.fault.kind).collect();
            kinds.sort();
            (kinds, seen.blobs)
        };

        std::fs::remove_file(&file).unwrap();
        assert_eq!(kinds().await.0, [FaultKind::MissingBlob]);
        std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
        assert_eq!(kinds().await.0, [FaultKind::TruncatedBlob]);
        std::fs::write(&file, b"").unwrap();
        assert_eq!(kinds().await.0, [FaultKind::EmptyBlob]);
        std::fs::write(&file, &its).unwrap();
        std::fs::write(&second, &whole).unwrap();
        assert_eq!(kinds().await.0, [FaultKind::SwappedBlob; 2]);
        std::fs::write(&second, &its).unwrap();
        let renamed = file_of(&rig.places, &Digest::of(b"another name"));
        std::fs::create_dir_all(renamed.parent().unwrap()).unwrap();
        std::fs::remove_file(&file).unwrap();
        std::fs::write(&renamed, &whole).unwrap();
        assert_eq!(kinds().await.0, [FaultKind::RenamedBlob]);

        // A blob too many is no damage, and young it is not even spare.
        std::fs::write(&file, &whole).unwrap();
        let (none, tally) = kinds().await;
        assert_eq!((none, tally.spare), (Vec::new(), 0));
        let long_ago = SystemTime::now() - Duration::from_hours(50);
        let opened = std::fs::File::options().write(true).open(&renamed).unwrap();
        opened.set_modified(long_ago).unwrap();
        std::fs::write(rig.places.data.join("blobs/blake3/notes.txt"), "?").unwrap();
        let (none, tally) = kinds().await;
        assert_eq!((none, tally.spare, tally.strangers), (Vec::new(), 1, 1));
    });
}

#[test]
fn n03_n04_each_fault_planted_in_the_rows_is_found_and_repair_leads_to_an_end() {
    on_both(|rig| async move {
        furnish(&rig).await;
        rig.library.store.close().await;
        let mut missed = Vec::new();
        for planted in ROW_FAULTS {
            let (places, _folder) = copy(&rig.places).await;
            if !plant(&places, planted).await {
                continue;
            }
            let what = planted.what;
            let library = match open(&places).await {
                Ok(library) => library,
                Err(error) => {
                    println!("{what}: not even opened: {error}");
                    continue;
                }
            };
            let (findings, _) = look(&library).await;
            // PostgreSQL cannot hold a NULL where none may be: the rule is gone first.
            let is_told = findings.iter().any(|finding| {
                finding.fault.kind == planted.kind
                    || (places.database.is_some() && finding.fault.kind == FaultKind::Table)
            });
            if !is_told {
                missed.push(format!("{what}: {:?}", told(&findings)));
            }
            let failed = repair(&library, &faults(&findings)).await.unwrap();
            if !failed.is_empty() {
                missed.push(format!("{what}: not mended: {failed:?}"));
            }
            let (left, _) = look(&library).await;
            let curable = left.iter().any(|finding| finding.fault.cure.is_some());
            if curable || left.len() > findings.len() {
                missed.push(format!("{what}: left after repair: {:?}", told(&left)));
            }
            library.store.close().await;
        }
        assert!(missed.is_empty(), "{missed:#?}");
    });
}

/// All files of a folder with their bytes, those set aside under their old names.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                found.insert(
                    path.file_name().unwrap().to_string_lossy().into_owned(),
                    std::fs::read(&path).unwrap(),
                );
            }
        }
    }
    found
}

#[test]
fn n05_repair_sets_aside_makes_again_and_deletes_nothing() {
    on_both(|rig| async move {
        furnish(&rig).await;
        let store = &rig.library.store;
        let thumbnail = blob(store, rig.user.id, BlobOf::Thumbnail).await;
        let page_blob = blob(store, rig.user.id, BlobOf::Page).await;
        let (upload, exchange) = (
            blob(store, rig.user.id, BlobOf::Upload).await,
            blob(store, rig.user.id, BlobOf::Exchange).await,
        );
        flip_bit(&file_of(&rig.places, &thumbnail));
        flip_bit(&file_of(&rig.places, &page_blob));
        let swapped = (
            file_of(&rig.places, &upload),
            file_of(&rig.places, &exchange),
        );
        let (one, two) = (
            std::fs::read(&swapped.0).unwrap(),
            std::fs::read(&swapped.1).unwrap(),
        );
        std::fs::write(&swapped.0, &two).unwrap();
        std::fs::write(&swapped.1, &one).unwrap();
        let before = files(&rig.places.data.join("blobs"));

        let (findings, _) = look(&rig.library).await;
        assert_eq!(findings.len(), 4, "{:?}", told(&findings));
        assert!(findings.iter().all(|finding| finding.fault.cure.is_some()));
        assert_eq!(
            files(&rig.places.data.join("blobs")),
            before,
            "a look changes nothing"
        );
        let failed = repair(&rig.library, &faults(&findings)).await.unwrap();
        assert!(failed.is_empty(), "{failed:?}");

        let after: Vec<Vec<u8>> = files(&rig.places.data.join("blobs"))
            .into_values()
            .collect();
        for (name, bytes) in &before {
            assert!(after.contains(bytes), "the bytes of {name} are gone");
        }
        let (left, seen) = look(&rig.library).await;
        assert_eq!(
            left.iter()
                .map(|finding| (finding.fault.kind, finding.fault.digest))
                .collect::<Vec<_>>(),
            [(FaultKind::SetAside, Some(page_blob))],
            "{:?}",
            told(&left)
        );
        assert_eq!(seen.blobs.set_aside, 4);
        for healed in [upload, exchange, thumbnail] {
            assert!(store.blobs().get(&healed).await.is_ok());
        }
        let again = repair(&rig.library, &faults(&left)).await.unwrap();
        assert!(again.is_empty());
        assert_eq!(told(&look(&rig.library).await.0), told(&left));
    });
}

#[test]
fn n02_bytes_that_come_again_take_the_place_of_damaged_ones() {
    on_both(|rig| async move {
        let html = page("Kept", "Whole.");
        let article = rig.upload("https://news.example/a", &html).await;
        let digest = blob(&rig.library.store, rig.user.id, BlobOf::Upload).await;
        std::fs::remove_file(file_of(&rig.places, &digest)).unwrap();
        rig.upload("https://news.example/a", &html).await;
        assert_eq!(told(&look(&rig.library).await.0), [""; 0]);
        let captures = rig
            .library
            .store
            .captures(rig.user.id, article.id)
            .await
            .unwrap();
        assert!(
            captures
                .iter()
                .all(|capture| capture.origin == From::Uploaded)
        );
    });
}

#[test]
fn n03_a_page_of_the_database_that_is_overwritten_is_found() {
    on_both(|rig| async move {
        if rig.places.database.is_some() {
            return;
        }
        furnish(&rig).await;
        rig.library.store.close().await;
        let database = std::fs::read(rig.places.data.join("cuttings.db")).unwrap();
        let page_size = usize::from(u16::from_be_bytes([database[16], database[17]]));
        let free_pages = u32::from_be_bytes(database[36..40].try_into().unwrap());
        assert_eq!(free_pages, 0, "a free page may hold anything");
        let mut missed = Vec::new();
        let pages = database.len() / page_size;
        for number in 0..pages {
            let (places, _folder) = copy(&rig.places).await;
            let mut bytes = database.clone();
            // The head of the page, and the file's own on the first.
            bytes[number * page_size..number * page_size + 12].fill(0xff);
            std::fs::write(places.data.join("cuttings.db"), bytes).unwrap();
            // Some are not even opened.
            let Ok(library) = open(&places).await else {
                continue;
            };
            let mut findings = Vec::new();
            let seen = verify(&library, &mut |_| {}, &mut |finding| findings.push(finding)).await;
            if seen.is_ok() && findings.is_empty() {
                missed.push(number);
            }
            library.store.close().await;
        }
        assert!(missed.is_empty(), "pages {missed:?} of {pages}");
    });
}

#[test]
fn n06_twenty_libraries_in_every_state_raise_no_alarm() {
    on_both(|rig| async move {
        let origin = Origin::start().await;
        furnish(&rig).await;
        for round in 0..20_u32 {
            // Each round goes on from the last one, so that the library is another
            // each time it is looked at.
            let address = format!("/story-{}", round % 7);
            let words = format!(
                "Round {round}, {} and \u{1F6A2} \u{0} İstanbul.",
                "más ".repeat(round as usize)
            );
            origin.put(
                &address,
                Answer::html(page(&format!("Story {round}"), &words)),
            );
            let article = match round % 4 {
                0 => {
                    rig.upload(&origin.url(&address), &page("Handed over", &words))
                        .await
                }
                1 => {
                    rig.upload(
                        &format!("https://news.example/{round}"),
                        &page("漢字の見出し", &words),
                    )
                    .await
                }
                _ => rig.capture(&origin.url(&address)).await,
            };
            if round % 3 == 0 {
                let anchor = Anchor::of_words("who would pay for it");
                // The story may not have come.
                let _ = highlights::add(
                    &rig.library,
                    rig.user.id,
                    article.id,
                    &anchor,
                    Colour::Green,
                    "x",
                )
                .await;
            }
            if round % 5 == 4 {
                shelf::delete(&rig.library, rig.user.id, article.id)
                    .await
                    .unwrap();
            }
            if round % 6 == 5 {
                let section = EditChange::Say(Some(format!("Desk {round}")));
                edit::edit(
                    &rig.library,
                    rig.user.id,
                    article.id,
                    &[(Field::Section, section)],
                )
                .await
                .unwrap();
            }
            if let Some(older) = article.twin_of {
                println!("article {} is joined to {older}", article.id);
                rig.library
                    .store
                    .join_twin(
                        rig.user.id,
                        article.id,
                        1_700_000_000_000 + i64::from(round),
                    )
                    .await
                    .unwrap();
            }
            let (findings, _) = look(&rig.library).await;
            assert_eq!(told(&findings), [""; 0], "round {round}");
        }
    });
}
