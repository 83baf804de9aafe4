//! What the server does, for anyone who wants to know: events of `tracing`, which go to standard
//! error by `--log`, and to the client by `$/setTrace`. It must not know what an event is about.
//!
//! The contents of messages, and so the texts of documents, are only in the events of one target,
//! which replace those of the brief one where they are wanted.

use crate::arguments::Log;
use std::fmt::{self, Debug, Display};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;
use tower_lsp::ls_types::{LogTraceParams, TraceValue};
use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::{Dispatch, Event, Subscriber, debug, dispatcher};
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::{Registry, fmt as format, registry, reload};

/// What the targets of all events begin with: the name of the program.
const ALL: &str = env!("CARGO_PKG_NAME");
/// The target of messages without what they hold.
const BRIEF: &str = concat!(env!("CARGO_PKG_NAME"), "::brief");
/// The target of messages with what they hold.
const FULL: &str = concat!(env!("CARGO_PKG_NAME"), "::full");

/// Where events go.
#[derive(Clone)]
pub struct Trace {
    dispatch: Dispatch,
    for_client: reload::Handle<Targets, Registry>,
    queries: Arc<Queries>,
}

/// How many queries were executed, if that is counted, which makes each of them slower.
#[derive(Default)]
struct Queries {
    are_counted: AtomicBool,
    executed: AtomicU64,
}

/// What something costs that has begun.
pub struct Effort {
    began: Instant,
    queries: Arc<Queries>,
    executed_before: u64,
}

impl Trace {
    /// Reports to standard error, and to a client by a function.
    pub fn new(log: Option<Log>, send: impl Fn(LogTraceParams) + Send + Sync + 'static) -> Trace {
        let (filter, for_client) = reload::Layer::new(Targets::new());
        let client = ToClient { send }.with_filter(filter);
        let stderr = format::layer()
            .with_writer(std::io::stderr)
            .with_ansi(false)
            .with_target(false)
            .with_filter(match log {
                None => Targets::new(),
                Some(Log::Info) => brief(LevelFilter::INFO),
                Some(Log::Messages) => brief(LevelFilter::DEBUG),
                Some(Log::Contents) => full(),
            });
        let subscriber = registry().with(client).with(stderr);
        let trace = Trace {
            dispatch: Dispatch::new(subscriber),
            for_client,
            queries: Arc::default(),
        };
        if log.is_some() {
            trace.count_queries();
        }
        trace
    }

    /// Sets how much the client is sent.
    pub fn set(&self, value: TraceValue) {
        let filter = match value {
            TraceValue::Off => Targets::new(),
            TraceValue::Messages => brief(LevelFilter::DEBUG),
            TraceValue::Verbose => full(),
        };
        // The filter is read again by the subscriber of this thread, which is to be this one.
        let _ = self.within(|| self.for_client.reload(filter));
    }

    /// Runs a function whose events are reported.
    pub fn within<T>(&self, run: impl FnOnce() -> T) -> T {
        dispatcher::with_default(&self.dispatch, run)
    }

    /// Counts queries from now on.
    pub fn count_queries(&self) {
        self.queries.are_counted.store(true, Ordering::Relaxed);
    }

    /// What counts queries, if they are counted: it is to be called for each.
    pub fn query_counter(&self) -> Option<impl Fn() + Send + Sync + 'static> {
        let queries = self.queries.clone();
        self.queries.are_counted().then_some(move || {
            queries.executed.fetch_add(1, Ordering::Relaxed);
        })
    }

    /// Begins something that costs time and queries. Those of others meanwhile are among them.
    pub fn begin(&self) -> Effort {
        Effort {
            began: Instant::now(),
            queries: self.queries.clone(),
            executed_before: self.queries.executed.load(Ordering::Relaxed),
        }
    }
}

impl Queries {
    fn are_counted(&self) -> bool {
        self.are_counted.load(Ordering::Relaxed)
    }
}

impl Display for Effort {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        let milliseconds = self.began.elapsed().as_secs_f64() * 1000.0;
        write!(formatter, "{milliseconds:.1} ms")?;
        if self.queries.are_counted() {
            let executed = self.queries.executed.load(Ordering::Relaxed) - self.executed_before;
            write!(formatter, " and {executed} queries")?;
        }
        Ok(())
    }
}

fn brief(level: LevelFilter) -> Targets {
    Targets::new()
        .with_target(ALL, level)
        .with_target(FULL, LevelFilter::OFF)
}

fn full() -> Targets {
    Targets::new()
        .with_target(ALL, LevelFilter::TRACE)
        .with_target(BRIEF, LevelFilter::OFF)
}

/// Reports a message, with its content for those who want it.
pub fn message(summary: fmt::Arguments, content: impl Display) {
    debug!(target: BRIEF, "{summary}");
    debug!(target: FULL, %content, "{summary}");
}

/// Sends the client what is reported.
struct ToClient<F> {
    send: F,
}

impl<S: Subscriber, F: Fn(LogTraceParams) + 'static> Layer<S> for ToClient<F> {
    fn on_event(&self, event: &Event, _: Context<S>) {
        let mut fields = Fields::default();
        event.record(&mut fields);
        (self.send)(LogTraceParams {
            message: fields.message,
            verbose: fields.content,
        });
    }
}

/// The fields of an event.
#[derive(Default)]
struct Fields {
    message: String,
    content: Option<String>,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        match field.name() {
            "message" => self.message = format!("{value:?}"),
            "content" => self.content = Some(format!("{value:?}")),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Mutex;
    use tracing::info;

    /// What a client is sent that wants this much.
    fn sent(value: TraceValue) -> Vec<(String, Option<String>)> {
        let sent = Arc::new(Mutex::new(Vec::new()));
        let receiver = sent.clone();
        let trace = Trace::new(None, move |params: LogTraceParams| {
            receiver
                .lock()
                .unwrap()
                .push((params.message, params.verbose));
        });
        trace.set(value);
        trace.within(|| {
            info!("read {} files", 3);
            message(format_args!("received `x`"), "{secret}");
        });
        drop(trace);
        Arc::into_inner(sent).unwrap().into_inner().unwrap()
    }

    #[test]
    fn a_client_is_sent_as_much_as_it_wants() {
        let (read, received) = ("read 3 files".to_owned(), "received `x`".to_owned());
        let content = "{secret}".to_owned();
        assert_eq!(sent(TraceValue::Off), []);
        let brief = [(read.clone(), None), (received.clone(), None)];
        assert_eq!(sent(TraceValue::Messages), brief);
        let full = [(read, None), (received, Some(content))];
        assert_eq!(sent(TraceValue::Verbose), full);
    }
}
