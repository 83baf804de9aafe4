//! Rust's text as the tokens of which paths are made. It must not know what a path leads to.

/// A token that matters for paths.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    /// A word.
    Word(String),
    /// `::`.
    Separator,
    /// Any other sign, a character each.
    Sign(char),
}

impl Token {
    /// Whether it is this word.
    pub fn is_word(&self, expected: &str) -> bool {
        matches!(self, Token::Word(word) if word == expected)
    }
}

/// The tokens of a text, without its comments, its literals, and what is only there for tests.
pub fn tokens(text: &str) -> Vec<Token> {
    without_tests(&Lexer { rest: text }.collect::<Vec<_>>())
}

struct Lexer<'text> {
    rest: &'text str,
}

impl Iterator for Lexer<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        loop {
            let first = self.rest.chars().next()?;
            if self.skip_comment() || self.skip_literal(first) {
                continue;
            }
            if let Some(rest) = self.rest.strip_prefix("::") {
                self.rest = rest;
                return Some(Token::Separator);
            }
            if is_of_word(first) {
                let end = self.rest.find(|character| !is_of_word(character));
                let (word, rest) = self.rest.split_at(end.unwrap_or(self.rest.len()));
                self.rest = rest;
                return Some(Token::Word(word.to_owned()));
            }
            self.rest = &self.rest[first.len_utf8()..];
            if !first.is_whitespace() {
                return Some(Token::Sign(first));
            }
        }
    }
}

impl Lexer<'_> {
    fn skip_comment(&mut self) -> bool {
        if self.rest.starts_with("//") {
            let end = self.rest.find('\n').unwrap_or(self.rest.len());
            self.rest = &self.rest[end..];
            return true;
        }
        if !self.rest.starts_with("/*") {
            return false;
        }
        let mut depth = 0;
        while !self.rest.is_empty() {
            let length = match self.rest.get(..2) {
                Some("/*") => {
                    depth += 1;
                    2
                }
                Some("*/") => {
                    depth -= 1;
                    2
                }
                _ => self.rest.chars().next().map_or(0, char::len_utf8),
            };
            self.rest = &self.rest[length..];
            if depth == 0 {
                break;
            }
        }
        true
    }

    fn skip_literal(&mut self, first: char) -> bool {
        match first {
            '"' => self.skip_quoted('"'),
            'r' | 'b' | 'c' => {
                let after = self.rest.trim_start_matches(['r', 'b', 'c']);
                let hashes = after.len() - after.trim_start_matches('#').len();
                let is_prefix = self.rest.len() - after.len() <= 2;
                if !is_prefix || !after[hashes..].starts_with('"') {
                    return false;
                }
                let is_raw = self.rest[..self.rest.len() - after.len()].contains('r');
                self.rest = &after[hashes..];
                if is_raw {
                    self.skip_raw_string(hashes);
                } else {
                    self.skip_quoted('"');
                }
            }
            '\'' => {
                let mut characters = self.rest[1..].chars();
                let is_character = match (characters.next(), characters.next()) {
                    (Some('\\'), _) => true,
                    (_, second) => second == Some('\''),
                };
                if !is_character {
                    // A lifetime, whose name is a word like any other.
                    return false;
                }
                self.skip_quoted('\'');
            }
            _ => return false,
        }
        true
    }

    fn skip_quoted(&mut self, quote: char) {
        let mut is_escaped = false;
        let end = self.rest[1..].find(|character| {
            let is_end = character == quote && !is_escaped;
            is_escaped = character == '\\' && !is_escaped;
            is_end
        });
        self.rest = end.map_or("", |end| &self.rest[end + 2..]);
    }

    fn skip_raw_string(&mut self, hashes: usize) {
        let close = format!("\"{}", "#".repeat(hashes));
        let end = self.rest[1..].find(&close);
        self.rest = end.map_or("", |end| &self.rest[1 + end + close.len()..]);
    }
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The tokens except for the items behind `#[cfg(test)]`.
fn without_tests(tokens: &[Token]) -> Vec<Token> {
    let mut kept = Vec::new();
    let mut next = 0;
    while next < tokens.len() {
        if is_for_tests(&tokens[next..]) {
            next += 7;
            next += length_of_item(&tokens[next..]);
        } else {
            kept.push(tokens[next].clone());
            next += 1;
        }
    }
    kept
}

fn is_for_tests(tokens: &[Token]) -> bool {
    let [hash, open, cfg, parenthesis, test, ..] = tokens else {
        return false;
    };
    (hash, open, parenthesis) == (&Token::Sign('#'), &Token::Sign('['), &Token::Sign('('))
        && cfg.is_word("cfg")
        && test.is_word("test")
}

/// How many tokens an item has: up to its semicolon, or to the end of its block.
fn length_of_item(tokens: &[Token]) -> usize {
    let mut depth = 0;
    for (position, token) in tokens.iter().enumerate() {
        match token {
            Token::Sign('{' | '[' | '(') => depth += 1,
            Token::Sign('}') if depth == 1 => return position + 1,
            Token::Sign('}' | ']' | ')') => depth -= 1,
            Token::Sign(';') if depth == 0 => return position + 1,
            _ => {}
        }
    }
    tokens.len()
}
