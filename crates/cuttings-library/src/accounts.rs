//! Accounts: users, passwords, sessions and app tokens.
//!
//! Passwords are kept as argon2id hashes, tokens as BLAKE3 hashes of 256 random
//! bits. Failed attempts are counted in the database, so that guessing is
//! slowed across restarts and nodes. An unknown name costs as much time as a
//! wrong password.

use std::net::IpAddr;
use std::sync::OnceLock;

use argon2::Argon2;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _, phc::PasswordHash};
use cuttings_model::user::{check_name, check_password};
use cuttings_model::{Digest, NameError, PasswordError, Role, Scope, User, UserId};
use cuttings_store::{AppToken, StoreError};

use crate::{Library, now_ms};

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
/// A session ends this long after it was last used.
const SESSION_MS: i64 = 30 * DAY_MS;
/// Use of a session is noted this often, not on every request.
const RENEW_MS: i64 = 60 * MINUTE_MS;
/// Failed attempts are forgotten after this long without one.
const FORGET_MS: i64 = DAY_MS;

/// Why an account verb was not done.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AccountError {
    /// The name cannot be used.
    #[error(transparent)]
    Name(#[from] NameError),

    /// The password cannot be used.
    #[error(transparent)]
    Password(#[from] PasswordError),

    /// Somebody has this name already.
    #[error("there is already a user called {0}")]
    NameTaken(String),

    /// The library has its first user already.
    #[error("this library is already open; sign in instead")]
    AlreadyOpen,

    /// Name and password do not belong together. It does not say which.
    #[error("that name and password do not belong together")]
    WrongNameOrPassword,

    /// Too many failed attempts lately.
    #[error("too many failed attempts; try again in {seconds} seconds")]
    SlowDown {
        /// How long to wait.
        seconds: i64,
    },

    /// The store could not do it.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A secret that proves who asks. Shown or sent once, kept only as a hash.
pub struct Secret(String);

impl Secret {
    /// 256 random bits as 64 hexadecimal digits.
    fn new() -> Self {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).expect("the system gives random bytes");
        // A hash spreads the bits into the digits we print.
        Self(Digest::of(&bytes).to_string())
    }

    /// The secret itself, to be sent to its owner.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

pub(crate) fn hash_of(secret: &str) -> String {
    Digest::of(secret.as_bytes()).to_string()
}

/// A user who has signed in.
pub struct SignedIn {
    /// Who.
    pub user: User,
    /// The session's secret.
    pub session: Secret,
}

/// Whether anybody has an account here.
pub async fn has_users(library: &Library) -> Result<bool, AccountError> {
    Ok(library.store.has_users().await?)
}

/// Makes the first user, an admin, and so opens the library.
///
/// # Errors
///
/// [`AccountError::AlreadyOpen`] when somebody was first.
pub async fn open_first(
    library: &Library,
    name: &str,
    password: &str,
) -> Result<User, AccountError> {
    let name = check_name(name)?;
    check_password(password)?;
    if library.store.has_users().await? {
        return Err(AccountError::AlreadyOpen);
    }
    let hash = hash_password(library, password).await;
    library
        .store
        .put_user(name, &hash, Role::Admin, true, now_ms())
        .await?
        .ok_or(AccountError::AlreadyOpen)
}

/// Adds a user.
pub async fn add_user(
    library: &Library,
    name: &str,
    password: &str,
    role: Role,
) -> Result<User, AccountError> {
    let name = check_name(name)?;
    check_password(password)?;
    let hash = hash_password(library, password).await;
    library
        .store
        .put_user(name, &hash, role, false, now_ms())
        .await?
        .ok_or_else(|| AccountError::NameTaken(name.to_owned()))
}

/// Sets a user's password and ends their sessions.
pub async fn set_password(
    library: &Library,
    user_id: UserId,
    password: &str,
) -> Result<(), AccountError> {
    check_password(password)?;
    let hash = hash_password(library, password).await;
    Ok(library.store.put_password(user_id, &hash).await?)
}

/// Signs a user in from `client`.
///
/// # Errors
///
/// [`AccountError::WrongNameOrPassword`], and after several of those
/// [`AccountError::SlowDown`], per name and per address. A name is never kept
/// waiting for more than a minute, so that nobody can lock its owner out.
pub async fn sign_in(
    library: &Library,
    name: &str,
    password: &str,
    client: IpAddr,
) -> Result<SignedIn, AccountError> {
    let name = name.trim();
    let by_name = format!("name {}", hash_of(&name.to_lowercase()));
    let by_client = format!("client {client}");
    let now = now_ms();
    let wait_ms = wait_ms(library, &by_name, 5, MINUTE_MS, now)
        .await?
        .max(wait_ms(library, &by_client, 20, 15 * MINUTE_MS, now).await?);
    if wait_ms > 0 {
        return Err(AccountError::SlowDown {
            seconds: (wait_ms + 999) / 1000,
        });
    }
    let found = library.store.user_by_name(name).await?;
    let hash = found.as_ref().map(|(_, hash)| hash.clone());
    let right = verify_password(library, password, hash).await;
    let Some((user, _)) = found.filter(|_| right) else {
        library
            .store
            .note_failed_attempt(
                &[by_name.as_str(), by_client.as_str()],
                now,
                now - FORGET_MS,
            )
            .await?;
        tracing::warn!(client = %client, "a sign-in failed");
        return Err(AccountError::WrongNameOrPassword);
    };
    library.store.forget_attempts(&by_name).await?;
    let session = begin_session(library, user.id).await?;
    Ok(SignedIn { user, session })
}

/// Begins a session for a user who has just proven who they are.
pub async fn begin_session(library: &Library, user_id: UserId) -> Result<Secret, AccountError> {
    let session = Secret::new();
    let now = now_ms();
    library
        .store
        .put_session(&hash_of(session.reveal()), user_id, now, now + SESSION_MS)
        .await?;
    Ok(session)
}

/// The user of a session; `None` when it has ended.
pub async fn session(library: &Library, secret: &str) -> Result<Option<User>, AccountError> {
    let hash = hash_of(secret);
    let now = now_ms();
    let Some((user, seen_at_ms)) = library.store.session(&hash, now).await? else {
        return Ok(None);
    };
    if now - seen_at_ms > RENEW_MS {
        library
            .store
            .renew_session(&hash, now, now + SESSION_MS)
            .await?;
    }
    Ok(Some(user))
}

/// Ends a session.
pub async fn sign_out(library: &Library, secret: &str) -> Result<(), AccountError> {
    Ok(library.store.delete_session(&hash_of(secret)).await?)
}

/// Makes an app token for a user. The secret is shown once.
pub async fn add_token(
    library: &Library,
    user_id: UserId,
    name: &str,
    scope: Scope,
) -> Result<(AppToken, Secret), AccountError> {
    let secret = Secret::new();
    let token = library
        .store
        .put_token(user_id, name, scope, &hash_of(secret.reveal()), now_ms())
        .await?;
    Ok((token, secret))
}

/// Ends an app token; false when the user has none of this number.
pub async fn revoke_token(
    library: &Library,
    user_id: UserId,
    id: i64,
) -> Result<bool, AccountError> {
    Ok(library.store.delete_token(user_id, id).await?)
}

/// The user of an app token and what it may do; `None` when it was revoked.
pub async fn token_user(
    library: &Library,
    secret: &str,
) -> Result<Option<(User, Scope)>, AccountError> {
    Ok(library.store.token(&hash_of(secret), now_ms()).await?)
}

/// How long `subject` must still wait. The first `free` failures cost nothing,
/// then each doubles the wait from one second up to `most_ms`.
async fn wait_ms(
    library: &Library,
    subject: &str,
    free: i64,
    most_ms: i64,
    now_ms: i64,
) -> Result<i64, AccountError> {
    let Some((failures, last_failed_at)) = library.store.attempts(subject).await? else {
        return Ok(0);
    };
    if failures < free || now_ms - last_failed_at > FORGET_MS {
        return Ok(0);
    }
    let doublings = (failures - free).min(20) as u32;
    let wait = (1000_i64 << doublings).min(most_ms);
    // A clock set back must not lengthen the wait.
    Ok((last_failed_at.min(now_ms) + wait - now_ms).max(0))
}

async fn hash_password(library: &Library, password: &str) -> String {
    let _permit = library
        .hashing
        .acquire()
        .await
        .expect("the semaphore is never closed");
    let password = password.to_owned();
    tokio::task::spawn_blocking(move || {
        Argon2::default()
            .hash_password(password.as_bytes())
            .expect("a password of checked length can be hashed")
            .to_string()
    })
    .await
    .expect("hashing does not panic")
}

/// Whether `password` belongs to `hash`. Without a hash the same work is done
/// against one that fits nothing.
async fn verify_password(library: &Library, password: &str, hash: Option<String>) -> bool {
    static NOBODY: OnceLock<String> = OnceLock::new();
    if check_length(password).is_err() {
        return false;
    }
    let _permit = library
        .hashing
        .acquire()
        .await
        .expect("the semaphore is never closed");
    let password = password.to_owned();
    tokio::task::spawn_blocking(move || {
        let known = hash.is_some();
        let hash = hash.unwrap_or_else(|| {
            NOBODY
                .get_or_init(|| {
                    Argon2::default()
                        .hash_password(Secret::new().reveal().as_bytes())
                        .expect("a short secret can be hashed")
                        .to_string()
                })
                .clone()
        });
        let right = PasswordHash::new(&hash).is_ok_and(|hash| {
            Argon2::default()
                .verify_password(password.as_bytes(), &hash)
                .is_ok()
        });
        known && right
    })
    .await
    .unwrap_or(false)
}

/// Only the upper bound: a short password is simply wrong.
fn check_length(password: &str) -> Result<(), PasswordError> {
    match check_password(password) {
        Err(PasswordError::TooLong) => Err(PasswordError::TooLong),
        _ => Ok(()),
    }
}
