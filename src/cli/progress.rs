//! A line on the terminal while a run lasts longer than a second.
//!
//! One line of our own: what it shows is one number, and it must be gone without escape codes when the findings come.

use std::io::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::ui::Ui;
use crate::store::snapshot::Snapshot;

/// How long a run may last before anything is shown.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the line is renewed.
const BEAT: Duration = Duration::from_millis(200);
/// Columns that the line may take.
const WIDTH: usize = 60;

/// Shows how much has been done until it is dropped.
pub(super) struct Progress {
    done: Arc<AtomicUsize>,
    shown: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Progress {
    /// Shows how many files have been read.
    pub(super) fn start(ui: &Ui) -> Self {
        Self::telling(ui, |read| format!("Checking: {read} files read …"))
    }

    /// Shows what `tell` says of the number of things that are done.
    pub(super) fn telling(ui: &Ui, tell: impl Fn(usize) -> String + Send + 'static) -> Self {
        let done = Arc::new(AtomicUsize::new(0));
        let shown = ui.shows_progress().then(|| {
            let (stop, stopped) = mpsc::channel();
            let count = Arc::clone(&done);
            let show = move || {
                let mut wait = PATIENCE;
                let mut seen = false;
                while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                    wait = BEAT;
                    seen = true;
                    draw(&tell(count.load(Ordering::Relaxed)));
                }
                if seen {
                    draw("");
                }
            };
            (stop, thread::spawn(show))
        });
        Self { done, shown }
    }

    /// Counts `more` things that are done.
    pub(super) fn add(&self, more: usize) {
        self.done.fetch_add(more, Ordering::Relaxed);
    }

    /// The same files, counted as they are read.
    pub(super) fn watch(&self, snapshot: &Snapshot) -> Snapshot {
        if self.shown.is_none() {
            return snapshot.clone();
        }
        let done = Arc::clone(&self.done);
        snapshot.watched(move |_| {
            done.fetch_add(1, Ordering::Relaxed);
        })
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some((stop, shown)) = self.shown.take() {
            drop(stop);
            // A thread that only draws has nothing to say about how it ended.
            let _ = shown.join();
        }
    }
}

/// Replaces the line; blanks instead of escape codes, which not every terminal knows.
#[expect(clippy::disallowed_methods, reason = "the line is drawn while the owner of the streams waits")]
fn draw(line: &str) {
    let _ = write!(std::io::stderr().lock(), "\r{line:<WIDTH$}\r");
}
