//! When diagnostics are published, as a state machine: what each event changes, and which step
//! comes next. It does nothing by itself, and knows neither a clock nor a file: its owner passes
//! the time in, and carries out the steps.
//!
//! Diagnostics go one way or the other. By push, the server publishes them in rounds: those of open
//! files right after a change, those of all others when nobody has typed for a moment. When the
//! client first asks for those of the whole workspace, the server changes to pull for good, and
//! publishes nothing more.

use std::fmt;
use std::time::{Duration, Instant};
use tower_lsp::jsonrpc::Id;

/// The pause between the open files and all others, so that a next key rarely has to stop a round.
const BREATH: Duration = Duration::from_millis(30);

/// How long nothing may happen before the client is asked to refresh its view; also how often it is
/// checked whether a client that does not read has begun to.
const QUIET: Duration = Duration::from_millis(250);

/// Some of the files, whose diagnostics are published together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// Those that are open.
    Open,
    /// All others, and settings.
    Others,
}

impl fmt::Display for Round {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(match self {
            Round::Open => "diagnostics of open files",
            Round::Others => "diagnostics of all other files",
        })
    }
}

/// A step for the owner to carry out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Publish the diagnostics of a round.
    Publish(Round),
    /// Answer the requests for the whole workspace that wait for a change.
    AnswerWaiting,
    /// Ask the client to refresh its view: more changed than the document that was edited.
    Refresh,
}

/// How a request for the whole workspace is answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    /// At once, after what was published has been withdrawn.
    AfterWithdrawal,
    /// At once.
    Now,
    /// When something changes: what the client has is current.
    Later,
}

/// What the end of a round means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoundEnd {
    /// More is to be published.
    Unfinished,
    /// Everything has been published.
    AllPublished,
    /// The client asks by itself by now: what was published is to be withdrawn.
    Withdraw,
}

/// What else the next step depends on.
#[derive(Clone, Copy, Debug)]
pub struct Conditions {
    /// Whether a document is open.
    pub has_open: bool,
    /// Whether the client reads what it is sent.
    pub is_read: bool,
}

/// The state machine.
#[derive(Debug)]
pub struct Publisher {
    channel: Channel,
    /// Whether the client asks for the diagnostics of each open document.
    pulls_open: bool,
    view: View,
    /// When the last event came.
    last_event: Instant,
}

/// How diagnostics get to the client.
#[derive(Debug)]
enum Channel {
    /// The server publishes them.
    Push(Push),
    /// The client asks for those of the whole workspace.
    Pull(Pull),
}

#[derive(Debug)]
enum Push {
    /// Everything has been published.
    Settled,
    /// Something changed: the open files come first.
    Due,
    /// A round is on its way; whether something changed since it began.
    Publishing { is_outdated: bool },
    /// All other files follow at this time.
    OthersDue(Instant),
}

#[derive(Debug)]
enum Pull {
    /// Something changed: what waits for that is to be answered.
    Changed,
    /// The next request is answered at once: what the client has is not current.
    Outdated,
    /// This request is being answered; whether something changed since it began.
    Answering { request: Id, is_outdated: bool },
    /// What the client has is current.
    Answered,
}

/// What the client shows besides diagnostics: colors, hints and lenses.
#[derive(Debug, PartialEq, Eq)]
enum View {
    /// Nothing has changed since the client was last asked to refresh it.
    Current,
    /// It may have changed elsewhere than in the document that the client edits.
    Outdated,
}

impl Publisher {
    /// Nothing is published yet, and nothing shown. `pulls_open` is whether the client asks for the
    /// diagnostics of each document that it has open.
    pub fn new(pulls_open: bool, now: Instant) -> Publisher {
        Publisher {
            channel: Channel::Push(Push::Settled),
            pulls_open,
            view: View::Current,
            last_event: now,
        }
    }

    // ---- events --------------------------------------------------------------------------------

    /// Anything happened.
    pub fn event(&mut self, now: Instant) {
        self.last_event = now;
    }

    /// A text changed, or what belongs to which model.
    pub fn changed(&mut self) {
        match &mut self.channel {
            Channel::Push(Push::Publishing { is_outdated })
            | Channel::Pull(Pull::Answering { is_outdated, .. }) => *is_outdated = true,
            Channel::Push(push) => *push = Push::Due,
            Channel::Pull(pull) => *pull = Pull::Changed,
        }
    }

    /// All models were read again after a failure.
    pub fn recovered(&mut self, now: Instant) {
        // A failure that comes again is not to be repeated without a pause.
        self.last_event = now;
        self.view = View::Outdated;
        self.changed();
    }

    /// A document was opened: its diagnostics are published with its version, even if unchanged.
    pub fn opened(&mut self) {
        if let Channel::Push(_) = self.channel {
            self.changed();
        }
    }

    /// More changed than positions, or the settings of what is shown did.
    pub fn view_changed(&mut self) {
        self.view = View::Outdated;
    }

    /// The client is about to show everything for the first time.
    pub fn view_is_current(&mut self) {
        self.view = View::Current;
    }

    /// A round ended; one that was interrupted is not complete.
    pub fn round_ended(&mut self, round: Round, is_complete: bool, now: Instant) -> RoundEnd {
        let Channel::Push(push) = &mut self.channel else {
            return RoundEnd::Withdraw;
        };
        let is_outdated = matches!(push, Push::Publishing { is_outdated: true });
        *push = match round {
            _ if is_outdated || !is_complete => Push::Due,
            Round::Open => Push::OthersDue(now + BREATH),
            Round::Others => Push::Settled,
        };
        match round {
            Round::Others if is_complete => RoundEnd::AllPublished,
            _ => RoundEnd::Unfinished,
        }
    }

    /// The client asks for the diagnostics of the whole workspace. `can_wait` is whether it takes
    /// an answer that comes when something changes.
    pub fn workspace_asked(&mut self, request: &Id, can_wait: bool) -> Reply {
        let reply = match self.channel {
            Channel::Push(_) => Reply::AfterWithdrawal,
            Channel::Pull(Pull::Answered) if can_wait => return Reply::Later,
            Channel::Pull(_) => Reply::Now,
        };
        self.channel = Channel::Pull(Pull::Answering {
            request: request.clone(),
            is_outdated: false,
        });
        reply
    }

    /// A request begins again, on what there is now.
    pub fn request_restarted(&mut self, id: &Id) {
        if let Channel::Pull(Pull::Answering {
            request,
            is_outdated,
        }) = &mut self.channel
            && request == id
        {
            *is_outdated = false;
        }
    }

    /// A request has been answered, or refused. Whether that gave the client all diagnostics.
    pub fn request_answered(&mut self, id: &Id, is_answered: bool) -> bool {
        let Channel::Pull(pull) = &mut self.channel else {
            return false;
        };
        let Pull::Answering {
            request,
            is_outdated,
        } = pull
        else {
            return false;
        };
        if request != id {
            return false;
        }
        *pull = if is_answered && !*is_outdated {
            Pull::Answered
        } else {
            Pull::Outdated
        };
        is_answered
    }

    // ---- steps ---------------------------------------------------------------------------------

    /// The next step, when no message waits; none for a client that does not read.
    pub fn next_step(&mut self, conditions: Conditions, now: Instant) -> Option<Step> {
        if !conditions.is_read {
            return None;
        }
        let step = match &mut self.channel {
            Channel::Push(push) => push.next_step(conditions.has_open, self.pulls_open, now),
            Channel::Pull(pull) => pull.next_step(),
        };
        let is_quiet = now >= self.last_event + QUIET;
        if step.is_none() && is_quiet && self.view == View::Outdated {
            self.view = View::Current;
            return Some(Step::Refresh);
        }
        step
    }

    /// When there may be another step, if nothing happens before.
    pub fn wakes_at(&self, conditions: Conditions, now: Instant) -> Option<Instant> {
        match self.channel {
            _ if !conditions.is_read => Some(now + QUIET),
            Channel::Push(Push::OthersDue(due)) => Some(due),
            _ => (self.view == View::Outdated).then_some(self.last_event + QUIET),
        }
    }
}

impl Push {
    fn next_step(&mut self, has_open: bool, pulls_open: bool, now: Instant) -> Option<Step> {
        let round = match self {
            Push::Due if has_open && pulls_open => {
                *self = Push::OthersDue(now + BREATH);
                return None;
            }
            Push::Due if has_open => Round::Open,
            // Nobody types, so that there is nothing to wait for.
            Push::Due => Round::Others,
            Push::OthersDue(due) if *due <= now => Round::Others,
            Push::OthersDue(_) | Push::Publishing { .. } | Push::Settled => return None,
        };
        *self = Push::Publishing { is_outdated: false };
        Some(Step::Publish(round))
    }
}

impl Pull {
    fn next_step(&mut self) -> Option<Step> {
        if !matches!(self, Pull::Changed) {
            return None;
        }
        *self = Pull::Outdated;
        Some(Step::AnswerWaiting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPING: Conditions = Conditions {
        has_open: true,
        is_read: true,
    };

    const STARTING: Conditions = Conditions {
        has_open: false,
        is_read: true,
    };

    const OPEN: Option<Step> = Some(Step::Publish(Round::Open));
    const OTHERS: Option<Step> = Some(Step::Publish(Round::Others));

    fn publisher() -> (Publisher, Instant) {
        let now = Instant::now();
        (Publisher::new(false, now), now)
    }

    /// A client that asked for the whole workspace, and has been answered.
    fn answered() -> (Publisher, Instant) {
        let (mut publisher, now) = publisher();
        let request = Id::Number(1);
        assert_eq!(
            publisher.workspace_asked(&request, false),
            Reply::AfterWithdrawal
        );
        assert!(publisher.request_answered(&request, true));
        (publisher, now)
    }

    #[test]
    fn at_the_start_everything_is_published_at_once() {
        let (mut publisher, now) = publisher();
        assert_eq!(publisher.next_step(STARTING, now), None);
        publisher.changed();
        assert_eq!(publisher.next_step(STARTING, now), OTHERS);
        assert_eq!(publisher.next_step(STARTING, now), None, "it is on its way");
        let end = publisher.round_ended(Round::Others, true, now);
        assert_eq!(end, RoundEnd::AllPublished);
        assert_eq!(publisher.next_step(STARTING, now), None);
        assert_eq!(publisher.wakes_at(STARTING, now), None);
    }

    #[test]
    fn after_a_key_the_open_files_are_published_and_then_the_others() {
        let (mut publisher, now) = publisher();
        publisher.changed();
        assert_eq!(publisher.next_step(TYPING, now), OPEN);
        let end = publisher.round_ended(Round::Open, true, now);
        assert_eq!(end, RoundEnd::Unfinished);
        assert_eq!(publisher.next_step(TYPING, now), None);
        let due = publisher.wakes_at(TYPING, now).unwrap();
        assert_eq!(due, now + BREATH);
        assert_eq!(publisher.next_step(TYPING, due), OTHERS);
    }

    #[test]
    fn a_key_defers_the_others() {
        let (mut publisher, now) = publisher();
        publisher.changed();
        publisher.next_step(TYPING, now);
        publisher.round_ended(Round::Open, true, now);
        publisher.changed();
        assert_eq!(publisher.next_step(TYPING, now + BREATH), OPEN);
    }

    #[test]
    fn a_round_that_a_key_interrupts_begins_again() {
        for (is_complete, changes) in [(false, false), (true, true), (false, true)] {
            let (mut publisher, now) = publisher();
            publisher.changed();
            publisher.next_step(TYPING, now);
            if changes {
                publisher.changed();
                assert_eq!(publisher.next_step(TYPING, now), None, "one at a time");
            }
            publisher.round_ended(Round::Open, is_complete, now);
            assert_eq!(publisher.next_step(TYPING, now), OPEN);
        }
    }

    #[test]
    fn a_document_that_is_opened_is_published_even_if_nothing_changed() {
        let (mut publisher, now) = publisher();
        publisher.opened();
        assert_eq!(publisher.next_step(TYPING, now), OPEN);
    }

    #[test]
    fn a_client_that_asks_for_its_documents_is_sent_the_others() {
        let now = Instant::now();
        let mut publisher = Publisher::new(true, now);
        publisher.changed();
        assert_eq!(publisher.next_step(TYPING, now), None);
        assert_eq!(publisher.next_step(TYPING, now + BREATH), OTHERS);
    }

    #[test]
    fn a_client_that_asks_for_the_workspace_is_sent_nothing_more() {
        let (mut publisher, now) = publisher();
        publisher.changed();
        assert_eq!(publisher.next_step(STARTING, now), OTHERS);
        let first = Id::Number(1);
        assert_eq!(
            publisher.workspace_asked(&first, true),
            Reply::AfterWithdrawal
        );
        let end = publisher.round_ended(Round::Others, true, now);
        assert_eq!(end, RoundEnd::Withdraw);
        publisher.changed();
        assert_eq!(publisher.next_step(TYPING, now), None);
    }

    #[test]
    fn a_client_that_is_current_waits_for_a_change() {
        let (mut publisher, now) = answered();
        let second = Id::Number(2);
        assert_eq!(publisher.workspace_asked(&second, true), Reply::Later);
        assert_eq!(publisher.next_step(TYPING, now), None);
        publisher.changed();
        assert_eq!(publisher.next_step(TYPING, now), Some(Step::AnswerWaiting));
        assert_eq!(publisher.next_step(TYPING, now), None);
        assert_eq!(publisher.workspace_asked(&second, true), Reply::Now);
    }

    #[test]
    fn a_client_that_cannot_wait_is_answered() {
        let (mut publisher, _) = answered();
        let second = Id::Number(2);
        assert_eq!(publisher.workspace_asked(&second, false), Reply::Now);
    }

    #[test]
    fn an_answer_that_a_change_overtakes_is_not_current() {
        let (mut publisher, _) = answered();
        let (second, third) = (Id::Number(2), Id::Number(3));
        publisher.changed();
        publisher.workspace_asked(&second, true);
        publisher.changed();
        assert!(publisher.request_answered(&second, true));
        assert_eq!(publisher.workspace_asked(&third, true), Reply::Now);
        // One that begins again sees the change.
        publisher.changed();
        publisher.request_restarted(&third);
        assert!(publisher.request_answered(&third, true));
        let fourth = Id::Number(4);
        assert_eq!(publisher.workspace_asked(&fourth, true), Reply::Later);
    }

    #[test]
    fn a_refused_request_leaves_the_client_outdated() {
        let (mut publisher, _) = answered();
        let (second, third) = (Id::Number(2), Id::Number(3));
        publisher.workspace_asked(&second, false);
        assert!(!publisher.request_answered(&Id::Number(9), true), "another");
        assert!(!publisher.request_answered(&second, false));
        assert_eq!(publisher.workspace_asked(&third, true), Reply::Now);
    }

    #[test]
    fn the_client_refreshes_when_nothing_happened_for_a_while() {
        let (mut publisher, now) = publisher();
        publisher.view_changed();
        let typed = now + QUIET / 2;
        publisher.event(typed);
        assert_eq!(publisher.next_step(TYPING, now + QUIET), None);
        let quiet = publisher.wakes_at(TYPING, typed).unwrap();
        assert_eq!(quiet, typed + QUIET);
        assert_eq!(publisher.next_step(TYPING, quiet), Some(Step::Refresh));
        assert_eq!(publisher.next_step(TYPING, quiet), None);
    }

    #[test]
    fn a_client_that_does_not_read_is_sent_nothing() {
        let (mut publisher, now) = publisher();
        let unread = Conditions {
            is_read: false,
            ..TYPING
        };
        publisher.changed();
        publisher.view_changed();
        assert_eq!(publisher.next_step(unread, now + QUIET), None);
        assert_eq!(publisher.wakes_at(unread, now), Some(now + QUIET));
        assert_eq!(publisher.next_step(TYPING, now + QUIET), OPEN);
    }

    #[test]
    fn everything_is_published_again_after_a_failure() {
        let (mut publisher, now) = publisher();
        publisher.recovered(now);
        assert_eq!(publisher.next_step(TYPING, now), OPEN);
        publisher.recovered(now);
        assert_eq!(publisher.next_step(TYPING, now), None, "one at a time");
        publisher.round_ended(Round::Open, false, now);
        assert_eq!(publisher.next_step(TYPING, now), OPEN);
        assert_eq!(publisher.wakes_at(TYPING, now), Some(now + QUIET));
    }
}
