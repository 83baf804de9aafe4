//! Faults on purpose, for tests of what comes of them. It must not know what they hit.

use std::any::Any;
use std::sync::Arc;

/// The method whose handling fails: that of `THREATLINE_PANIC_ON`, or none.
#[derive(Clone)]
pub struct Faults {
    method: Option<Arc<str>>,
}

impl Faults {
    /// Those that the environment asks for.
    pub fn from_environment() -> Faults {
        let method = std::env::var("THREATLINE_PANIC_ON").ok();
        Faults {
            method: method.map(Arc::from),
        }
    }

    /// Panics if that is asked for on a method.
    pub fn strike(&self, method: &str) {
        assert!(self.method.as_deref() != Some(method), "as was wanted");
    }
}

/// The message of a panic.
pub fn message_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned())
}
