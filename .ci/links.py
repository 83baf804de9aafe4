#!/usr/bin/env python3
"""Checks the links of the built book and of the Markdown files of the repository, without a network.

    .ci/links.py target/book/html

A link to a file, to a page of the book or to a file of the repository must lead to one that exists; an anchor must exist
in it. Other addresses are not visited.
"""
import html.parser
import pathlib
import re
import subprocess
import sys
import tomllib
import urllib.parse

ROOT = pathlib.Path(__file__).resolve().parent.parent
PACKAGE = tomllib.loads((ROOT / "Cargo.toml").read_text())["workspace"]["package"]
BOOK, REPOSITORY = PACKAGE["homepage"], PACKAGE["repository"]


class Page(html.parser.HTMLParser):
    """The anchors of a page, and the links on it."""

    def __init__(self, text):
        super().__init__()
        self.anchors, self.links = {""}, []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.anchors.update(value for name, value in attributes if name == "id")
        # The address of the page that the server shows for a missing one.
        if tag != "base":
            self.links += [values[name] for name in ("href", "src") if values.get(name)]


def anchor(heading):
    """The anchor of a heading, as GitHub makes it."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


class Document:
    """The same of a Markdown file."""

    def __init__(self, text):
        text = re.sub(r"^(```|~~~).*?^\1", "", text, flags=re.M | re.S)
        self.anchors = {""} | {anchor(heading) for heading in re.findall(r"^#+ (.*)", text, re.M)}
        text = re.sub(r"`[^`\n]*`", "", text)
        self.links = re.findall(r"\]\(<?([^)\s>]+)>?\)", text)


class Checker:
    """Reads every file once, and counts."""

    def __init__(self, book):
        self.book = book.resolve()
        self.known = {}
        self.checked = self.wrong = 0

    def read(self, path):
        if path not in self.known:
            text = path.read_text()
            self.known[path] = Page(text) if path.suffix == ".html" else Document(text)
        return self.known[path]

    def target(self, origin, link):
        """The file that a link leads to, and its anchor; nothing for an address elsewhere."""
        address, _, fragment = link.partition("#")
        fragment = urllib.parse.unquote(fragment)
        if address.startswith(BOOK):
            return self.book / address.removeprefix(BOOK), fragment
        for kind in ("blob", "tree"):
            prefix = f"{REPOSITORY}/{kind}/main/"
            if address.startswith(prefix):
                return ROOT / address.removeprefix(prefix), fragment
        if re.match(r"[a-z]+:", address):
            return None
        path = origin.parent / urllib.parse.unquote(address) if address else origin
        return path, fragment

    def check(self, origin):
        for link in self.read(origin).links:
            target = self.target(origin, link)
            if target is None:
                continue
            self.checked += 1
            path, fragment = target
            path = path.resolve()
            if path == self.book:
                path /= "index.html"
            if not path.exists():
                self.report(origin, link, "there is no such file")
            elif fragment and path.suffix in (".html", ".md") and fragment not in self.read(path).anchors:
                self.report(origin, link, "there is no such anchor")

    def report(self, origin, link, problem):
        self.wrong += 1
        print(f"{origin.relative_to(ROOT)}: {link}: {problem}")


def main():
    checker = Checker(pathlib.Path(sys.argv[1]))
    for page in sorted(checker.book.rglob("*.html")):
        # The page for printing repeats all others, and the one for missing pages has a base of its own.
        if page.name not in ("print.html", "404.html", "toc.html"):
            checker.check(page)
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    for name in listed.stdout.split():
        # The sources of the book are checked as pages, and snapshots are output.
        if not name.startswith(("server/book/", "tests/cli/snapshots/", "editors/vscode/node_modules/")) and (ROOT / name).exists():
            checker.check(ROOT / name)
    assert checker.checked > 1000, "hardly any link was read"
    print(f"{checker.checked} links, {checker.wrong} wrong")
    sys.exit(checker.wrong > 0)


main()
