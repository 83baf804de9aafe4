//! How days and sentences are written in a description. It must not know what is described.

use threatline_model::{Database, Date, World};

/// How far a day is.
pub fn distance(db: &Database, date: Date) -> String {
    let days = date.duration_since(World::get(db).today(db)).as_hours() / 24;
    match days {
        0 => "today".to_owned(),
        1 => "tomorrow".to_owned(),
        -1 => "yesterday".to_owned(),
        days if days > 0 => format!("in {days} days"),
        days => format!("{} days ago", -days),
    }
}

/// A text that begins with a capital letter.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
