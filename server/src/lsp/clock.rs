//! Which day it is: here or, for tests, in a file. It must not know what a day changes.

use crate::load::models::today_here;
use std::path::PathBuf;
use threatline_model::Date;

/// Where the day is looked up.
pub struct Clock {
    /// The file that `THREATLINE_TODAY` names.
    file: Option<PathBuf>,
}

impl Clock {
    /// The clock that the environment asks for.
    pub fn from_environment() -> Clock {
        Clock {
            file: std::env::var_os("THREATLINE_TODAY").map(PathBuf::from),
        }
    }

    /// The current day.
    pub fn today(&self) -> Date {
        let written = self
            .file
            .as_ref()
            .and_then(|file| std::fs::read_to_string(file).ok());
        written
            .and_then(|day| day.trim().parse().ok())
            .unwrap_or_else(today_here)
    }
}
