//! Ranges of bytes in a text, and edits of it. It must not know what is there.

/// A range of bytes in a text, the end not included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// The span between two bytes.
    pub fn new(start: usize, end: usize) -> Span {
        Span {
            start: start as u32,
            end: end as u32,
        }
    }

    /// The span as a range of indices into the text.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The span moved towards the end of the text.
    pub fn shifted(self, by: u32) -> Span {
        Span {
            start: self.start + by,
            end: self.end + by,
        }
    }
}

/// An edit of a text: where it starts, where what is gone ended, and where what came ends.
#[derive(Clone, Copy, Debug)]
pub struct Edit {
    /// The first byte that is another.
    pub start: u32,
    /// The end of what is gone, in the text before.
    pub old_end: u32,
    /// The end of what came, in the text after.
    pub new_end: u32,
}

impl Edit {
    /// Where a byte behind what is gone is in the text after.
    pub fn moved(self, offset: u32) -> u32 {
        offset - self.old_end + self.new_end
    }

    /// This edit and one of the text after it, as one edit of the text before.
    pub fn then(self, next: Edit) -> Edit {
        let end_between = self.new_end.max(next.old_end);
        Edit {
            start: self.start.min(next.start),
            old_end: self.moved_from(end_between),
            new_end: next.moved(end_between),
        }
    }

    /// Where a byte behind what came stood in the text before.
    pub(crate) fn moved_from(self, offset: u32) -> u32 {
        offset - self.new_end + self.old_end
    }
}
