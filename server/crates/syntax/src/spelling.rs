//! How far two words are apart, and which of the known ones a misspelt word most likely means. It
//! must not know what the words are names of.

/// How much is compared for one misspelt word, in each of two orders of the known words: a step is
/// a pair of letters, or a sixteenth of a word. So however many words are known, and however many
/// are misspelt, each of these costs no more than a fraction of a millisecond. Some hundred names
/// of usual length are all compared; of more, those that begin and those that end most alike.
const MAX_STEPS: usize = 1 << 15;
/// The longest word, in characters, for which another is looked for: whatever is written may be as
/// long as a file, and nobody misspells a name of this length by a letter.
const MAX_LENGTH: usize = 1_024;
/// The steps that a word costs at least.
const MIN_STEPS: usize = 16;

/// Words of which one may be meant, kept in the order in which they are searched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vocabulary<W> {
    /// By their last parts.
    known: Vec<Known<W>>,
    /// The indices of the same, by their last parts read backwards.
    by_end: Vec<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Known<W> {
    word: W,
    spelling: Spelling,
}

/// A word as it is compared: whole, and only what is behind its last dot.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Spelling {
    lowercase: String,
    last_part: usize,
    /// How many characters there are in all, and in the last part.
    lengths: (usize, usize),
}

impl Spelling {
    fn new(word: &str) -> Spelling {
        let lowercase = word.to_lowercase();
        let last_part = lowercase.rfind('.').map_or(0, |dot| dot + 1);
        let lengths = (
            lowercase.chars().count(),
            lowercase[last_part..].chars().count(),
        );
        Spelling {
            lowercase,
            last_part,
            lengths,
        }
    }

    fn last_part(&self) -> &str {
        &self.lowercase[self.last_part..]
    }
}

impl<W: AsRef<str>> Vocabulary<W> {
    /// Takes in the known words.
    pub fn new(words: impl IntoIterator<Item = W>) -> Vocabulary<W> {
        let with_spelling = |word: W| Known {
            spelling: Spelling::new(word.as_ref()),
            word,
        };
        let mut known: Vec<Known<W>> = words.into_iter().map(with_spelling).collect();
        known.sort_by(|a, b| {
            let order = a.spelling.last_part().cmp(b.spelling.last_part());
            order.then_with(|| a.word.as_ref().cmp(b.word.as_ref()))
        });
        let mut by_end: Vec<u32> = (0..known.len() as u32).collect();
        let backwards = |index: u32| known[index as usize].spelling.last_part().chars().rev();
        by_end.sort_by(|a, b| backwards(*a).cmp(backwards(*b)));
        Vocabulary { known, by_end }
    }

    /// The word that a written one most likely means, if one is near enough: one letter in four may
    /// be wrong, and one more; of the whole, or of what is behind the last dot. Capitals are as
    /// small letters.
    pub fn nearest(&self, written: &str) -> Option<&W> {
        nearest_of(written, &[self])
    }

    /// The nearest word by its index, and how far it is, with so many steps in each order.
    fn nearest_index(&self, written: &Spelling, max_steps: usize) -> Option<(usize, usize)> {
        let by_start = self
            .known
            .partition_point(|known| known.spelling.last_part() < written.last_part());
        let mut nearest = None;
        let from_start = outward(by_start, self.known.len());
        let is_done = self.compare(written, from_start, max_steps, &mut nearest);
        if !is_done {
            let by_end = self.by_end.partition_point(|index| {
                let known = &self.known[*index as usize].spelling;
                known
                    .last_part()
                    .chars()
                    .rev()
                    .lt(written.last_part().chars().rev())
            });
            let from_end = outward(by_end, self.known.len());
            let indices = from_end.map(|place| self.by_end[place] as usize);
            self.compare(written, indices, max_steps, &mut nearest);
        }
        nearest
    }

    /// Looks for a nearer word among some, as long as there are steps left for it. Tells whether
    /// they sufficed.
    fn compare(
        &self,
        written: &Spelling,
        indices: impl Iterator<Item = usize>,
        max_steps: usize,
        nearest: &mut Option<(usize, usize)>,
    ) -> bool {
        let mut steps = 0;
        for index in indices {
            if steps >= max_steps {
                return false;
            }
            let known = &self.known[index];
            let Some(distance) = likely_distance(written, &known.spelling, &mut steps) else {
                continue;
            };
            if nearest.is_none_or(|nearest| self.rank((distance, index)) < self.rank(nearest)) {
                *nearest = Some((distance, index));
            }
        }
        true
    }

    /// The order of likeliness: nearest first, then the shortest, then by letters.
    fn rank(&self, (distance, index): (usize, usize)) -> (usize, usize, &str) {
        let word = self.known[index].word.as_ref();
        (distance, word.len(), word)
    }
}

/// The word of several vocabularies that a written one most likely means, as by
/// [`Vocabulary::nearest`]. They share the steps that one would have.
pub fn nearest_of<'v, W: AsRef<str>>(
    written: &str,
    vocabularies: &[&'v Vocabulary<W>],
) -> Option<&'v W> {
    let written = Spelling::new(written);
    let max_steps = MAX_STEPS / vocabularies.len().max(1);
    let nearest = vocabularies.iter().filter_map(|vocabulary| {
        let nearest = vocabulary.nearest_index(&written, max_steps)?;
        let word = &vocabulary.known[nearest.1].word;
        Some((vocabulary.rank(nearest), word))
    });
    let nearest = nearest.min_by_key(|(rank, _)| *rank)?;
    Some(nearest.1)
}

/// The word that a written one most likely means, as by [`Vocabulary::nearest`].
pub fn nearest<W: AsRef<str>>(written: &str, words: impl IntoIterator<Item = W>) -> Option<W> {
    let mut vocabulary = Vocabulary::new(words);
    let (_, index) = vocabulary.nearest_index(&Spelling::new(written), MAX_STEPS)?;
    Some(vocabulary.known.swap_remove(index).word)
}

/// The question that names the nearest word.
pub fn did_you_mean(word: &str) -> String {
    format!("did you mean `{word}`?")
}

/// Whether a word is another one with a letter too many, too few or wrong, or with two swapped.
/// Words of one or two letters are like too many others.
pub fn is_one_edit_from(written: &str, word: &str) -> bool {
    let length = word.chars().count();
    // Whatever is written may be as long as a file.
    let written_length = written.chars().take(length + 2).count();
    written_length >= 3
        && written_length.abs_diff(length) <= 1
        && distance(written, word, &mut 0) <= 1
}

/// Whether one word denies the other: `trusted` never means `untrusted`.
fn are_opposites(a: &str, b: &str) -> bool {
    let denies = |a: &str, b: &str| {
        let prefix = a.strip_suffix(b);
        prefix.is_some_and(|prefix| {
            matches!(
                prefix.trim_end_matches('_'),
                "un" | "non" | "not" | "no" | "in" | "dis"
            )
        })
    };
    denies(a, b) || denies(b, a)
}

/// How far a known word is from a written one, if it is near enough to be meant.
fn likely_distance(written: &Spelling, known: &Spelling, steps: &mut usize) -> Option<usize> {
    *steps += MIN_STEPS;
    if are_opposites(written.last_part(), known.last_part()) {
        return None;
    }
    let within = |a: &str, b: &str, (length, other): (usize, usize), steps: &mut usize| {
        let enough = 1 + length / 4;
        let is_possible = length.abs_diff(other) <= enough && length <= MAX_LENGTH;
        let distance = is_possible.then(|| distance(a, b, steps))?;
        (distance <= enough).then_some(distance)
    };
    let lengths = (written.lengths.1, known.lengths.1);
    let of_last = within(written.last_part(), known.last_part(), lengths, steps);
    let is_undotted = written.last_part == 0 && known.last_part == 0;
    let lengths = (written.lengths.0, known.lengths.0);
    let of_whole = if is_undotted {
        None
    } else {
        within(&written.lowercase, &known.lowercase, lengths, steps)
    };
    let nearest = of_last.into_iter().chain(of_whole).min()?;
    (nearest < written.lengths.1).then_some(nearest)
}

/// The edits between two words: letters too many, too few or wrong, and neighbors swapped.
fn distance(a: &str, b: &str, steps: &mut usize) -> usize {
    let (a, b) = without_common_ends(a, b);
    *steps += a.len() * b.len();
    strsim::osa_distance(a, b)
}

/// Two words without their common beginning and end, which need no edit.
fn without_common_ends<'a>(a: &'a str, b: &'a str) -> (&'a str, &'a str) {
    let same = |(a, b): &(char, char)| a == b;
    let length = |(character, _): (char, char)| character.len_utf8();
    let start: usize = a.chars().zip(b.chars()).take_while(same).map(length).sum();
    let (a, b) = (&a[start..], &b[start..]);
    let reversed = a.chars().rev().zip(b.chars().rev());
    let end: usize = reversed.take_while(same).map(length).sum();
    (&a[..a.len() - end], &b[..b.len() - end])
}

/// All places of a list, from one outwards.
fn outward(from: usize, length: usize) -> impl Iterator<Item = usize> {
    (0..length)
        .flat_map(move |step| {
            let above = Some(from + step).filter(|place| *place < length);
            [from.checked_sub(step + 1), above]
        })
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_that_with_the_fewest_edits() {
        let known = ["store", "stores", "shop.api", "web_service", "Über"];
        for (written, meant) in [
            ("stor", Some("store")),
            ("storess", Some("stores")),
            ("shop.ap", Some("shop.api")),
            ("apu", Some("shop.api")),
            ("web-serivce", Some("web_service")),
            ("ÜBR", Some("Über")),
            ("process", None),
            ("unstore", None),
            ("x", None),
            ("", None),
        ] {
            assert_eq!(nearest(written, known), meant, "{written:?}");
        }
    }

    #[test]
    fn one_edit_is_a_letter_or_two_swapped() {
        for (written, is_near) in [
            ("process", true),
            ("proces", true),
            ("processs", true),
            ("prozess", true),
            ("porcess", true),
            ("proecsss", false),
            ("prcoes", false),
            ("pro", false),
        ] {
            assert_eq!(is_one_edit_from(written, "process"), is_near, "{written:?}");
        }
        assert!(!is_one_edit_from("as", "is"));
    }

    /// Letters in the middle are where neither order has its neighbors by chance.
    #[test]
    fn one_wrong_letter_is_found_among_many_words() {
        let words: Vec<String> = (0..30_000u32)
            .map(|number| format!("service_{:05}_of_team", number.wrapping_mul(7919) % 99_991))
            .collect();
        let vocabulary = Vocabulary::new(words);
        for position in [0, 4, 7, 14, 20] {
            let mut written = "service_07919_of_team".to_owned();
            written.replace_range(position..=position, "x");
            let meant = vocabulary.nearest(&written).map(String::as_str);
            assert_eq!(meant, Some("service_07919_of_team"), "{written}");
        }
    }

    #[test]
    fn a_word_as_long_as_a_text_is_not_compared() {
        let [word, longer] = [100_000, 100_001].map(|length| Spelling::new(&"ab".repeat(length)));
        let mut steps = 0;
        assert_eq!(likely_distance(&longer, &word, &mut steps), None);
        assert_eq!(steps, MIN_STEPS);
    }

    /// Both orders together cost no more than twice the steps and the last word's.
    #[test]
    fn the_work_for_a_word_has_a_limit() {
        let long = "ab".repeat(500);
        let words = (0..2_000).map(|number| format!("{number:04}{long}{number:04}"));
        let vocabulary = Vocabulary::new(words);
        let written = Spelling::new(&format!("x{}x", "ba".repeat(503)));
        let mut compared = 0;
        let counted = outward(1_000, 2_000).inspect(|_| compared += 1);
        assert!(!vocabulary.compare(&written, counted, MAX_STEPS, &mut None));
        assert!(compared < 5, "{compared}");
    }
}
