//! The tokens of a part of the tree with the comments between them, and how they are joined on one
//! line. It must not know which lines there are.

use crate::source::{Comment, Source};
use std::borrow::Cow;
use threatline_syntax::{Node, children, name_text};

/// A token, and the comments before it.
pub struct Token<'text> {
    /// The kind of its node; `call (` for a parenthesis that belongs to the word before it.
    pub kind: &'static str,
    /// The token as it is written in the result.
    pub text: Cow<'text, str>,
    /// The comments before it.
    pub comments: Vec<Comment<'text>>,
}

/// The tokens of some nodes, and the comments after the last one.
pub fn tokens<'text>(
    source: &Source<'text>,
    nodes: Vec<Node>,
) -> (Vec<Token<'text>>, Vec<Comment<'text>>) {
    let mut tokens = Vec::new();
    let mut comments = Vec::new();
    // Not by recursion: conditions are nested as deep as their author likes.
    let mut pending: Vec<(Node, &str)> = nodes.into_iter().rev().map(|node| (node, "")).collect();
    while let Some((node, parent)) = pending.pop() {
        let kind = node.kind();
        if kind == "comment" {
            comments.push(source.comment(node));
            continue;
        }
        if node.child_count() > 0 && !matches!(kind, "name" | "kind" | "string") {
            pending.extend(children(node).into_iter().rev().map(|child| (child, kind)));
            continue;
        }
        let text = if kind == "name" {
            let parts = children(node).into_iter();
            let within = parts.filter(|child| child.kind() == "comment");
            comments.extend(within.map(|comment| source.comment(comment)));
            name_text(node, source.text)
        } else {
            Cow::from(&source.text[node.byte_range()])
        };
        let kind = if parent == "call" && kind == "(" {
            "call ("
        } else {
            kind
        };
        tokens.push(Token {
            kind,
            text,
            comments: std::mem::take(&mut comments),
        });
    }
    (tokens, comments)
}

/// Tokens on one line, without the comma that a list in parentheses may end with.
pub fn joined(tokens: &[Token]) -> String {
    let mut code = String::new();
    let mut last = "(";
    for (position, token) in tokens.iter().enumerate() {
        if token.kind == ","
            && tokens
                .get(position + 1)
                .is_some_and(|next| next.kind == ")")
        {
            continue;
        }
        let touches_last = matches!(last, "(" | "call (" | "@");
        let touches = touches_last || matches!(token.kind, "," | ")" | ":" | "@" | "call (");
        code.push_str(if touches { "" } else { " " });
        code.push_str(&token.text);
        last = token.kind;
    }
    code
}

/// The comments before the tokens.
pub fn comments_of<'text>(tokens: &[Token<'text>]) -> impl Iterator<Item = &'text str> {
    tokens
        .iter()
        .flat_map(|token| &token.comments)
        .map(|comment| comment.text)
}
