//! Days that have passed or are near. It is asked with every diagnosis, so that midnight changes no
//! fact.

use crate::codes::{self, Code};
use crate::db::{Db, Decl, World};
use crate::diagnostic::Diagnostic;
use crate::lower::Part;
use crate::mitigations::is_done;
use crate::names::full_name;
use crate::properties::typed;
use jiff::civil::Date;
use threatline_syntax::Kind;
use threatline_syntax::prose::count;

/// How many days before its time something is called near.
pub const DUE_SOON_DAYS: i32 = 30;

/// The property in which declarations of a kind state a date, and the codes for when it has passed
/// and when it is near.
pub(super) fn day_of(kind: Kind) -> Option<(&'static str, &'static Code, &'static Code)> {
    match kind {
        Kind::Accept => Some((
            "until",
            &codes::EXPIRED_ACCEPTANCE,
            &codes::EXPIRING_ACCEPTANCE,
        )),
        Kind::Mitigation => Some(("due", &codes::OVERDUE_MITIGATION, &codes::MITIGATION_DUE)),
        Kind::Assumption => Some((
            "validate_by",
            &codes::OVERDUE_ASSUMPTION,
            &codes::ASSUMPTION_DUE,
        )),
        _ => None,
    }
}

pub(super) fn check_day(db: &dyn Db, decl: Decl) -> Option<Diagnostic> {
    let (property, passed, near) = day_of(decl.kind(db))?;
    if decl.kind(db) == Kind::Mitigation && is_done(db, decl) {
        return None;
    }
    let stated = typed(db, decl);
    let date = stated.date(property)?;
    let today = World::get(db).today(db);
    let days = days_between(today, date);
    let name = full_name(db, decl);
    let place = decl.part(stated.part(property).unwrap_or(Part::Name));
    let diagnostic = |code, message| Some(Diagnostic::new(code, place, message));
    match days {
        ..0 => {
            let ago = count(days.unsigned_abs() as usize, "day");
            diagnostic(
                passed,
                match decl.kind(db) {
                    Kind::Accept => format!(
                        "`{name}` expired {ago} ago, on {date}: its findings are open again"
                    ),
                    Kind::Mitigation => {
                        format!("`{name}` was due {ago} ago, on {date}, and is not in place")
                    }
                    _ => format!("`{name}` was due for review {ago} ago, on {date}"),
                },
            )
        }
        0..=DUE_SOON_DAYS => {
            let when = if days == 0 {
                "today".to_owned()
            } else {
                format!("in {}, on {date}", count(days as usize, "day"))
            };
            diagnostic(
                near,
                match decl.kind(db) {
                    Kind::Accept if days == 0 => format!("`{name}` expires after today"),
                    Kind::Accept => format!("`{name}` expires {when}"),
                    Kind::Mitigation => format!("`{name}` is due {when}"),
                    _ => format!("`{name}` is due for review {when}"),
                },
            )
        }
        _ => None,
    }
}

fn days_between(from: Date, to: Date) -> i32 {
    from.until(to).map_or(i32::MAX, |span| span.get_days())
}
