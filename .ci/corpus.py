#!/usr/bin/env python3
"""Imports models that others wrote, and mutilated versions of them.

    corpus.py THREATLINE CORPUS

Each document in a supported format must become a model in the canonical format and without errors, the same each time, which
is unchanged after an export and an import. Every other document must be refused with a reason. A piece of a document may be
refused or read, but must not cause a crash or an endless loop.
"""
import pathlib
import random
import re
import subprocess
import sys
import tempfile

# Which documents in a folder are models. The others are parts of these.
READ = {
    "threagile": ["*.yaml", "multi-file/main.yaml"],
    "otm": ["*"],
    "threat-dragon": ["*"],
    "tm-bom": ["*"],
    "mtmt": ["*"],
    "pytm": ["*"],
    "threatcl": ["*"],
}
# A policy, not a model.
NO_MODEL = ["threatcl/enisa-release-gate.hcl"]
ROUND_TRIPS = ["otm", "threagile", "threat-dragon"]
# What only a drawing has: positions, numbers as names, and what follows from facts that only the model has, such as which
# assets are received.
DRAWN = re.compile(r'^ *("(id|cell|x|y|width|height|number|threatTop|isBidirectional|isPublicNetwork)": |"name": "(block)?"$)')
REFUSED = ["cyclonedx-2.0", "tictaac", "threat-composer", "threatforge", "corda-tmt"]
PIECES = 12


def run(*arguments):
    """The exit code and the output. A crash has a code above 2."""
    done = subprocess.run(arguments, capture_output=True, timeout=60)
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def texts(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


class Corpus:
    def __init__(self, threatline, work):
        self.threatline, self.work, self.failed, self.count = threatline, pathlib.Path(work), 0, 0

    def fail(self, document, why, said=""):
        self.failed += 1
        print(f"{document}: {why}\n{said[-2000:]}")

    def new(self):
        self.count += 1
        return self.work / str(self.count)

    def imported(self, document):
        """The folder of the model, or nothing where that failed."""
        folder = self.new()
        code, said = run(self.threatline, "import", document, "--to", folder)
        if code != 0:
            self.fail(document, f"import ended with {code}", said)
            return None
        code, said = run(self.threatline, "check", folder, "--fail-on", "never", "--today", "2026-11-23")
        if code != 0:
            self.fail(document, f"check of the import ended with {code}", said)
        code, said = run(self.threatline, "fmt", "--check", folder)
        if code != 0:
            self.fail(document, "the import is not in the canonical format", said)
        return folder

    def exported(self, folder, to):
        document = self.new()
        arguments = ["export", folder, "--to", to, "--out", document, "--today", "2026-11-23"]
        code, said = run(self.threatline, *arguments)
        if code != 0:
            self.fail(folder, f"export to {to} ended with {code}", said)
            return None
        return document

    def read(self, document):
        folder = self.imported(document)
        if folder is None:
            return
        again = self.imported(document)
        if again is not None and texts(folder) != texts(again):
            self.fail(document, "importing twice gives two models")
        for to in ROUND_TRIPS:
            first = self.exported(folder, to)
            back = first and self.imported(first)
            second = back and self.exported(back, to)
            if second and first.read_bytes() != second.read_bytes():
                lines = [{line for line in path.read_text().splitlines() if not DRAWN.match(line)} for path in (first, second)]
                told = sorted(lines[0] ^ lines[1])[:20]
                if told:
                    self.fail(document, f"{to} does not say the same when it comes back", "\n".join(told))

    def pieces(self, document):
        """Cuts, swaps and garbles a document, always in the same ways."""
        whole = document.read_bytes()
        chance = random.Random(document.name)
        for number in range(PIECES):
            at, to = sorted(chance.randrange(len(whole) + 1) for _ in range(2))
            lines = whole.split(b"\n")
            chance.shuffle(lines)
            piece = [
                whole[:at],
                whole[:at] + whole[to:],
                whole[:at] + bytes(chance.randrange(256) for _ in range(8)) + whole[at:],
                whole.replace(b'"', b"", 1 + at % 7),
                whole.replace(b": ", b": [", 1 + at % 5),
                b"\n".join(lines[: len(lines) // 2]),
            ][number % 6]
            path = self.new().with_suffix(document.suffix)
            path.write_bytes(piece)
            code, said = run(self.threatline, "import", path, "--to", self.new())
            if code not in (0, 2) or "panicked" in said:
                self.fail(document, f"piece {number} ended with {code}", said)


def main():
    threatline, corpus = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as work:
        tried = Corpus(threatline, work)
        documents = [path for name, globs in READ.items() for glob in globs for path in sorted(corpus.glob(f"{name}/{glob}"))]
        documents = [path for path in documents if path.is_file() and str(path.relative_to(corpus)) not in NO_MODEL]
        for document in documents:
            tried.read(document)
            tried.pieces(document)
        others = [corpus / name for name in NO_MODEL]
        others += [path for name in REFUSED for path in sorted(corpus.glob(f"{name}/**/*")) if path.is_file()]
        for document in others:
            code, said = run(threatline, "import", document, "--to", tried.new())
            if code != 2 or not said.startswith("error"):
                tried.fail(document, f"is no model that can be read, and import ended with {code}", said)
        if len(documents) < 24 or len(others) < 8:
            sys.exit(f"the corpus has {len(documents)} documents to read and {len(others)} to refuse: too few")
        print(f"{len(documents)} documents were imported, exported and imported again; {len(documents) * PIECES} pieces of them,")
        print(f"and {len(others)} other documents, were told what is wrong with them; {tried.failed} failed")
        sys.exit(tried.failed > 0)


if __name__ == "__main__":
    main()
