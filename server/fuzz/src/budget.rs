//! What an input may cost: how much memory at once, how much is allocated in all, which grows with
//! the steps that are taken, and the steps themselves, where a check counts them. All are counted,
//! so the outcome is the same on any machine. It must not know what is checked.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What an input may cost, in bytes and steps: whatever it is, and for each byte of it.
pub struct Budget {
    /// In memory at once.
    pub at_once: (usize, usize),
    /// Allocated in all.
    pub in_all: (usize, usize),
    /// Steps, by checks that count any.
    pub steps: (usize, usize),
}

/// The steps of a check that counts none.
pub const NOT_COUNTED: (usize, usize) = (0, 0);

/// What an input cost.
pub struct Cost {
    /// Most bytes in memory at once.
    pub at_once: usize,
    /// Bytes allocated in all.
    pub in_all: usize,
    /// Steps that were counted.
    pub steps: usize,
}

static STEPS: AtomicUsize = AtomicUsize::new(0);

/// Counts a step of the check.
pub fn count_step() {
    STEPS.fetch_add(1, Ordering::Relaxed);
}

/// The system's allocator, which counts.
struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

static HELD: AtomicUsize = AtomicUsize::new(0);
static MOST_HELD: AtomicUsize = AtomicUsize::new(0);
static ALLOCATED: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    /// What a thread allocated.
    static ALLOCATED_HERE: Cell<usize> = const { Cell::new(0) };
}

fn count(size: usize) {
    let held = HELD.fetch_add(size, Ordering::Relaxed) + size;
    MOST_HELD.fetch_max(held, Ordering::Relaxed);
    ALLOCATED.fetch_add(size, Ordering::Relaxed);
    // A thread that ends has none any more.
    let _ = ALLOCATED_HERE.try_with(|allocated| allocated.set(allocated.get() + size));
}

// SAFETY: the system's allocator does all of it.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size);
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: as the caller promises.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// What checks an input.
pub type Check = fn(&[u8]);

/// The check that ran last. What is made once for all inputs, such as the library, is not charged
/// to the first of them.
static LAST: Mutex<Option<Check>> = Mutex::new(None);

/// Keeps all other checks waiting, since whatever is allocated meanwhile is counted.
pub fn alone() -> MutexGuard<'static, Option<Check>> {
    LAST.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is allocated meanwhile by this thread, in bytes.
#[cfg(test)]
pub fn allocated_by(run: impl FnOnce()) -> usize {
    let before = ALLOCATED_HERE.get();
    run();
    ALLOCATED_HERE.get() - before
}

impl Budget {
    /// Checks an input, and gives what it cost.
    ///
    /// # Panics
    /// When the check does, or when it costs more than it may.
    pub fn check(&self, check: Check, bytes: &[u8]) -> Cost {
        let mut last = alone();
        if !last.is_some_and(|last| std::ptr::fn_addr_eq(last, check)) {
            check(&[]);
            *last = Some(check);
        }
        let held = HELD.load(Ordering::Relaxed);
        let allocated = ALLOCATED.load(Ordering::Relaxed);
        let steps = STEPS.load(Ordering::Relaxed);
        MOST_HELD.store(held, Ordering::Relaxed);
        check(bytes);
        let at_once = MOST_HELD.load(Ordering::Relaxed).saturating_sub(held);
        let in_all = ALLOCATED.load(Ordering::Relaxed) - allocated;
        let steps = STEPS.load(Ordering::Relaxed) - steps;
        let may = |(any, each): (usize, usize)| any + each * bytes.len();
        assert!(
            at_once <= may(self.at_once),
            "{at_once} bytes at once for an input of {}",
            bytes.len()
        );
        assert!(
            in_all <= may(self.in_all),
            "{in_all} bytes allocated for an input of {}",
            bytes.len()
        );
        assert!(
            steps <= may(self.steps),
            "{steps} steps for an input of {}",
            bytes.len()
        );
        Cost {
            at_once,
            in_all,
            steps,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hint::black_box;
    use std::panic::catch_unwind;

    fn holds_a_lot(bytes: &[u8]) {
        black_box(vec![0_u8; 1000 * bytes.len()]);
    }

    fn allocates_a_lot(bytes: &[u8]) {
        for _ in 0..10 * bytes.len() {
            black_box(vec![0_u8; 100]);
        }
    }

    fn takes_square_steps(bytes: &[u8]) {
        for _ in 0..bytes.len() * bytes.len() {
            count_step();
        }
    }

    #[test]
    fn what_costs_too_much_fails() {
        let budget = Budget {
            at_once: (100_000, 500),
            in_all: (100_000, 2000),
            steps: NOT_COUNTED,
        };
        let (small, large) = ([0; 100], [0; 1000]);
        // The test runner may free something meanwhile.
        assert!(budget.check(holds_a_lot, &small).at_once >= 50_000);
        assert!(catch_unwind(|| budget.check(holds_a_lot, &large)).is_err());

        let budget = Budget {
            in_all: (100_000, 500),
            ..budget
        };
        assert!(budget.check(allocates_a_lot, &small).in_all >= 50_000);
        assert!(catch_unwind(|| budget.check(allocates_a_lot, &large)).is_err());

        let budget = Budget {
            at_once: (usize::MAX, 0),
            in_all: (usize::MAX, 0),
            steps: (10, 200),
        };
        assert_eq!(budget.check(takes_square_steps, &small).steps, 10_000);
        assert!(catch_unwind(|| budget.check(takes_square_steps, &large)).is_err());
    }
}
