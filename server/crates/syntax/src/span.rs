//! Ranges of bytes in a text, and edits of a text. It must not know what the text says.

/// A range of bytes in a text, without the end.
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

/// An edit of a text: the bytes that it replaces, and the end of those that replace them.
#[derive(Clone, Copy, Debug)]
pub struct Edit {
    /// The first byte that is replaced.
    pub start: u32,
    /// The end of the replaced bytes, in the old text.
    pub old_end: u32,
    /// The end of the replacement, in the new text.
    pub new_end: u32,
}

impl Edit {
    /// The position in the new text of a byte after the replaced ones.
    pub fn moved(self, offset: u32) -> u32 {
        offset - self.old_end + self.new_end
    }

    /// This edit and a later one of its new text, as one edit of the old text.
    pub fn then(self, next: Edit) -> Edit {
        let end_between = self.new_end.max(next.old_end);
        Edit {
            start: self.start.min(next.start),
            old_end: self.moved_from(end_between),
            new_end: next.moved(end_between),
        }
    }

    /// The position in the old text of a byte after the replacement.
    pub(crate) fn moved_from(self, offset: u32) -> u32 {
        offset - self.new_end + self.old_end
    }
}
