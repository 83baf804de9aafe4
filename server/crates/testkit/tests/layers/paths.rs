//! The files of a crate as modules, and the paths that each writes. It must not know which paths
//! are wrong.

use crate::tokens::{Token, tokens};
use std::collections::BTreeMap;
use std::path::Path;

/// A module by the names that lead to it; of the crate's root none.
pub type Module = Vec<String>;

/// The modules of a crate, each with the text of its file.
pub struct Sources {
    texts: BTreeMap<Module, String>,
}

impl Sources {
    /// The files below a folder of sources. Programs are left out: they use the crate from outside.
    pub fn read(folder: &Path) -> Sources {
        let mut files = Vec::new();
        collect(folder, folder, &mut files);
        Sources::from_texts(
            files
                .iter()
                .map(|(path, text)| (path.as_str(), text.as_str())),
        )
    }

    /// The modules of files by their paths, with `/` between the parts.
    pub fn from_texts<'text>(files: impl Iterator<Item = (&'text str, &'text str)>) -> Sources {
        let mut texts: BTreeMap<Module, String> = files
            .filter(|(path, _)| *path != "main.rs" && !path.starts_with("bin/"))
            .map(|(path, text)| (module_of(path), text.to_owned()))
            .collect();
        let declared: Vec<Module> = texts
            .iter()
            .flat_map(|(module, text)| declared_in(module, &tokens(text)))
            .collect();
        // What no file declares except for tests is not a module of the crate.
        texts.retain(|module, _| module.is_empty() || declared.contains(module));
        Sources { texts }
    }

    /// All modules, parents before their children.
    pub fn modules(&self) -> impl Iterator<Item = &Module> {
        self.texts.keys()
    }

    /// The layer of a module among its siblings: the paragraph that declares it.
    pub fn layer(&self, module: &Module) -> usize {
        let (name, parent) = module.split_last().expect("the root has no layer");
        let paragraphs = self.texts[parent].split("\n\n");
        let mut layers = paragraphs.filter(|paragraph| {
            let mut lines = paragraph.lines();
            lines.any(|line| declared_by(line).is_some())
        });
        let declares = |paragraph: &str| {
            paragraph
                .lines()
                .any(|line| declared_by(line) == Some(name))
        };
        layers.position(declares).unwrap_or_default()
    }

    /// The modules that the paths of a module lead to, with its own.
    pub fn used_by(&self, module: &Module) -> Vec<Module> {
        let tokens = tokens(&self.texts[module]);
        let mut reader = Reader {
            tokens: &tokens,
            next: 0,
            children: declared_in(module, &tokens),
            module: module.clone(),
            around: Vec::new(),
            depth: 0,
            paths: Vec::new(),
        };
        reader.read();
        let existing = |path: &Module| {
            let mut path = path.clone();
            while !self.texts.contains_key(&path) {
                path.pop();
            }
            path
        };
        reader.paths.iter().map(existing).collect()
    }
}

fn collect(folder: &Path, root: &Path, files: &mut Vec<(String, String)>) {
    let entries = std::fs::read_dir(folder).expect("the folder can be listed");
    for entry in entries {
        let path = entry.expect("the entry can be read").path();
        if path.is_dir() {
            collect(&path, root, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&path).expect("the file can be read");
            let path = path.strip_prefix(root).expect("the file is in the folder");
            files.push((path.to_string_lossy().replace('\\', "/"), text));
        }
    }
}

fn module_of(path: &str) -> Module {
    let mut names: Module = path
        .trim_end_matches(".rs")
        .split('/')
        .map(str::to_owned)
        .collect();
    if matches!(names.last().map(String::as_str), Some("lib" | "mod")) {
        names.pop();
    }
    names
}

/// The module that a line declares as a file of its own.
fn declared_by(line: &str) -> Option<&str> {
    let declaration = line.strip_suffix(';')?;
    let (visibility, name) = declaration.rsplit_once("mod ")?;
    let visibility = visibility.trim();
    (visibility.is_empty() || visibility.starts_with("pub")).then_some(name)
}

/// The modules that a file declares as files of their own.
fn declared_in(module: &Module, tokens: &[Token]) -> Vec<Module> {
    let declarations = tokens.windows(3).filter_map(|three| match three {
        [word, Token::Word(name), Token::Sign(';')] if word.is_word("mod") => Some(name),
        _ => None,
    });
    declarations
        .map(|name| [module.as_slice(), std::slice::from_ref(name)].concat())
        .collect()
}

struct Reader<'tokens> {
    tokens: &'tokens [Token],
    next: usize,
    module: Module,
    children: Vec<Module>,
    /// The modules within the file that are open, each with the depth at which it began.
    around: Vec<(String, usize)>,
    depth: usize,
    paths: Vec<Module>,
}

impl Reader<'_> {
    fn read(&mut self) {
        while let Some(token) = self.tokens.get(self.next) {
            match token {
                Token::Word(word) if word == "mod" => self.open_module(),
                // `use<'a>` in a type lists what the type captures, and imports nothing.
                Token::Word(word) if word == "use" => {
                    self.next += 1;
                    if self.tokens.get(self.next) != Some(&Token::Sign('<')) {
                        self.tree(&Vec::new());
                    }
                }
                Token::Word(_) => self.path(),
                Token::Sign('{') => {
                    self.depth += 1;
                    self.next += 1;
                }
                Token::Sign('}') => {
                    self.depth = self.depth.saturating_sub(1);
                    let depth = self.depth;
                    self.around.retain(|(_, around)| *around < depth);
                    self.next += 1;
                }
                Token::Separator => {
                    // `::` at the beginning leads out of the crate.
                    self.next += 1;
                    self.skip_path();
                }
                Token::Sign(_) => self.next += 1,
            }
        }
    }

    fn open_module(&mut self) {
        if let [Token::Word(name), Token::Sign('{'), ..] = &self.tokens[self.next + 1..] {
            self.around.push((name.clone(), self.depth));
        }
        self.next += 1;
    }

    /// Reads a path outside of `use`, and notes it if it begins within the crate.
    fn path(&mut self) {
        let mut names = Vec::new();
        while let Some(Token::Word(name)) = self.tokens.get(self.next) {
            names.push(name.clone());
            self.next += 1;
            if self.tokens.get(self.next) != Some(&Token::Separator) {
                break;
            }
            self.next += 1;
        }
        // A word alone is the crate only in `pub(crate)`.
        if names.len() > 1 {
            self.note(&names);
        }
    }

    fn skip_path(&mut self) {
        while let Some(Token::Word(_) | Token::Separator) = self.tokens.get(self.next) {
            self.next += 1;
        }
    }

    /// Reads a tree of `use`: a path, and what is in braces behind it.
    fn tree(&mut self, before: &[String]) {
        let mut names = before.to_vec();
        while let Some(token) = self.tokens.get(self.next) {
            match token {
                Token::Word(word) if word == "as" => {
                    self.next += 2;
                    continue;
                }
                Token::Word(word) => names.push(word.clone()),
                Token::Sign('{') => {
                    self.next += 1;
                    self.trees(&names);
                    return;
                }
                Token::Sign(',' | '}' | ';') => break,
                Token::Separator | Token::Sign(_) => {}
            }
            self.next += 1;
        }
        self.note(&names);
    }

    fn trees(&mut self, before: &[String]) {
        while let Some(token) = self.tokens.get(self.next) {
            match token {
                Token::Sign('}') => {
                    self.next += 1;
                    return;
                }
                Token::Sign(',') => self.next += 1,
                _ => self.tree(before),
            }
        }
    }

    /// Notes a path that begins within the crate, by the names from its root.
    fn note(&mut self, names: &[String]) {
        let mut path: Module = self.module.clone();
        path.extend(self.around.iter().map(|(name, _)| name.clone()));
        let mut names = names.iter().map(String::as_str).peekable();
        match names.peek() {
            Some(&"crate") => {
                path.clear();
                names.next();
            }
            Some(&"self") => {
                names.next();
            }
            Some(&"super") => {
                while names.next_if_eq(&"super").is_some() {
                    path.pop();
                }
            }
            Some(first) => {
                let is_child = |child: &Module| child.last().is_some_and(|name| name == first);
                if !self.children.iter().any(is_child) {
                    return;
                }
                path = self.module.clone();
            }
            None => return,
        }
        path.extend(names.map(str::to_owned));
        self.paths.push(path);
    }
}
