//! `cuttings serve`: opens the library to browsers and apps, captures, and polls feeds.

use anyhow::{Context as _, anyhow};
use cuttings_library::{feeds, worker};
use cuttings_server::{App, ServerSettings};
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::{Failure, open};

/// Serves until it is told to stop by SIGTERM or SIGINT.
pub async fn run(config: &Config) -> Result<(), Failure> {
    let _lock = open::lock_for_server(config)?;
    let library = open::library(config).await?;
    let listener = TcpListener::bind(&config.listen)
        .await
        .with_context(|| {
            format!(
                "cannot listen on {}; another program may have that port, try --listen 127.0.0.1:0",
                config.listen
            )
        })
        .map_err(Failure::Other)?;
    let address = listener
        .local_addr()
        .map_err(|error| Failure::Other(error.into()))?;

    let (stop, stopped) = watch::channel(false);
    let mut terminate =
        signal(SignalKind::terminate()).map_err(|error| Failure::Other(error.into()))?;
    let mut interrupt =
        signal(SignalKind::interrupt()).map_err(|error| Failure::Other(error.into()))?;
    let signals = tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        // Nobody listens any more only when all have stopped already.
        let _ = stop.send(true);
    });

    let capturing = tokio::spawn(worker::run(library.clone(), stopped.clone()));
    let polling = tokio::spawn(feeds::worker::run(library.clone(), stopped.clone()));
    let app = App {
        library: library.clone(),
        settings: ServerSettings {
            public_url: config.public_url.clone(),
            upload_limit_bytes: config.upload_limit_mb * 1_000_000,
        },
        stopping: CancellationToken::new(),
    };
    let stopping = app.stopping.clone();
    eprintln!("listening on http://{address}");
    let mut until = stopped.clone();
    let served = cuttings_server::serve(listener, app, async move {
        // An error means that the sender is gone, and that is the end too.
        let _ = until.wait_for(|stop| *stop).await;
        stopping.cancel();
    })
    .await;
    signals.abort();
    capturing
        .await
        .map_err(|error| Failure::Other(anyhow!("the worker stopped: {error}")))?;
    polling
        .await
        .map_err(|error| Failure::Other(anyhow!("the worker for feeds stopped: {error}")))?;
    library.store.close().await;
    served.context("the server stopped").map_err(Failure::Other)
}
