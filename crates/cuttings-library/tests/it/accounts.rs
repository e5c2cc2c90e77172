//! Users, sessions, tokens, and what guessing costs.

use std::net::{IpAddr, Ipv4Addr};

use cuttings_library::accounts::{self, AccountError};
use cuttings_model::{Role, Scope};

use crate::rig::on_both;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

#[test]
fn a_user_signs_in_by_name_and_password_and_out_again() {
    on_both(|rig| async move {
        let library = &rig.library;
        accounts::add_user(library, "Grace", "a long password", Role::Member)
            .await
            .unwrap();
        let signed_in = accounts::sign_in(library, "grace", "a long password", HERE)
            .await
            .unwrap();
        let secret = signed_in.session.reveal();
        assert_eq!(
            accounts::session(library, secret)
                .await
                .unwrap()
                .unwrap()
                .name,
            "Grace"
        );
        assert!(accounts::session(library, "0000").await.unwrap().is_none());
        accounts::sign_out(library, secret).await.unwrap();
        assert!(accounts::session(library, secret).await.unwrap().is_none());
    });
}

#[test]
fn a03_a_new_password_ends_all_sessions() {
    on_both(|rig| async move {
        let library = &rig.library;
        let user = accounts::add_user(library, "grace", "a long password", Role::Member)
            .await
            .unwrap();
        let session = accounts::begin_session(library, user.id).await.unwrap();
        accounts::set_password(library, user.id, "another password")
            .await
            .unwrap();
        assert!(
            accounts::session(library, session.reveal())
                .await
                .unwrap()
                .is_none()
        );
        assert!(
            accounts::sign_in(library, "grace", "another password", HERE)
                .await
                .is_ok()
        );
    });
}

#[test]
fn a05_guessing_is_slowed_for_the_name_and_not_told_apart_from_an_unknown_name() {
    on_both(|rig| async move {
        let library = &rig.library;
        accounts::add_user(library, "grace", "a long password", Role::Member)
            .await
            .unwrap();
        for name in ["grace", "nobody"] {
            for _ in 0..5 {
                let outcome = accounts::sign_in(library, name, "guess", HERE).await;
                assert!(matches!(outcome, Err(AccountError::WrongNameOrPassword)));
            }
            let outcome = accounts::sign_in(library, name, "a long password", HERE).await;
            let Err(AccountError::SlowDown { seconds }) = outcome else {
                panic!("{name} was not slowed")
            };
            assert!((1..=60).contains(&seconds));
        }
    });
}

#[test]
fn a12_of_two_first_users_at_once_one_wins() {
    on_both(|rig| async move {
        // The rig has a user already, so the library is open for good.
        let outcome = accounts::open_first(&rig.library, "eve", "a long password").await;
        assert!(matches!(outcome, Err(AccountError::AlreadyOpen)));
        assert_eq!(rig.library.store.users().await.unwrap().len(), 1);
    });
}

#[test]
fn a09_passwords_and_tokens_are_kept_as_hashes_only() {
    on_both(|rig| async move {
        let library = &rig.library;
        accounts::add_user(library, "grace", "canary-password", Role::Member)
            .await
            .unwrap();
        let (_, hash) = library.store.user_by_name("grace").await.unwrap().unwrap();
        assert!(hash.starts_with("$argon2id$") && !hash.contains("canary"));
        let (token, secret) = accounts::add_token(library, rig.user.id, "phone", Scope::Read)
            .await
            .unwrap();
        let (user, scope) = accounts::token_user(library, secret.reveal())
            .await
            .unwrap()
            .unwrap();
        assert_eq!((user.id, scope), (rig.user.id, Scope::Read));
        if rig.places.database.is_none() {
            library.store.close().await;
            let database = std::fs::read(rig.places.data.join("cuttings.db")).unwrap();
            let holds = |needle: &str| {
                database
                    .windows(needle.len())
                    .any(|window| window == needle.as_bytes())
            };
            assert!(!holds("canary-password") && !holds(secret.reveal()));
            assert!(holds("phone"), "the search itself works");
        } else {
            assert!(
                library
                    .store
                    .delete_token(rig.user.id, token.id)
                    .await
                    .unwrap()
            );
            assert!(
                accounts::token_user(library, secret.reveal())
                    .await
                    .unwrap()
                    .is_none()
            );
        }
    });
}
