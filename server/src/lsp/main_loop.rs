//! The loop of the thread that owns the session: handles events in their order, and the rest of the
//! work when none waits. A panic does not end it. It must not know what an event means.

use super::faults::message_of;
use super::session::{End, Event, Session};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::mpsc::{Receiver, RecvTimeoutError};

/// Handles events until the session ends.
pub fn run(session: &mut Session, events: &Receiver<Event>) -> End {
    loop {
        let next = events.try_recv().ok();
        // Keys that wait together are taken over together.
        if !next.as_ref().is_some_and(Event::is_edit) {
            guarded(session, "applying a change", Session::take_over_documents);
        }
        let event = match next {
            Some(event) => event,
            None => {
                if let Some(end) = session.ended() {
                    return end;
                }
                guarded(session, "settling", Session::settle);
                match events.recv_timeout(session.patience()) {
                    Ok(event) => event,
                    Err(RecvTimeoutError::Timeout) => continue,
                    Err(RecvTimeoutError::Disconnected) => return session.end(),
                }
            }
        };
        if let Event::Gone = event {
            return session.end();
        }
        let doing = event.to_string();
        guarded(session, &doing, |session| session.handle(event));
    }
}

/// Lets the session do something, and recover if that panics.
fn guarded(session: &mut Session, doing: &str, act: impl FnOnce(&mut Session)) {
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        act(session);
        session.note_changes();
    }));
    if let Err(panic) = outcome {
        session.recover(doing, &message_of(&*panic));
    }
}
