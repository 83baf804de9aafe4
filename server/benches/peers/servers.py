"""What an editor waits for, of two language servers in turns: A B, B A, A B and so on.

It knows where in the generated texts the things to ask about stand, and nothing of how a server answers.
"""

import time
from dataclasses import dataclass
from pathlib import Path

from session import Gone, Session, TooLong, memory

# Steps in the order of a round. Each begins with an idle server.
TITLE = "key in a title, to its diagnostics"
BREAK = "key that breaks a reference, to the error"
FIX = "key that fixes it, to no error"
BREAK_OTHER = "key in a name, to the error in another file that uses it"
FIX_OTHER = "key that fixes it, to no error in the other file"
COMPLETE_KEY = "completion of an element, asked at once after a key"
COMPLETE_MEMBER = "completion of an element of another part"
COMPLETE_PART = "completion of a part, among all"
DEFINITION = "definition, in another file"
HOVER = "hover"
REFERENCES = "references of an element that every part uses"
STEPS = [
    TITLE, BREAK, FIX, BREAK_OTHER, FIX_OTHER, COMPLETE_KEY, COMPLETE_MEMBER, COMPLETE_PART, DEFINITION, HOVER,
    REFERENCES,
]
# The steps whose answers are lists.
COUNTED = [COMPLETE_KEY, COMPLETE_MEMBER, COMPLETE_PART, REFERENCES]
INITIALIZED = "start until initialized"
FIRST = "start to the diagnostics of the open file"
ALL = "start to the last diagnostics of the workspace"
# Rounds that are not counted: a server in a virtual machine gets faster by its first ones.
WARM_UP = 2
STARTED = "memory after the start"
EDITED = "memory after the keys"


@dataclass
class Server:
    """A language server, and how its language writes what the steps look for."""

    name: str
    command: list
    language: str  # the language's id
    ending: str
    shared: str  # how the shared platform is called from a part
    parts: str  # what stands before the name of another part
    declared: str  # what stands before the declared name of a process
    folder: Path = None  # where its files are


class Texts:
    """The two open files of one server, and the places in them."""

    def __init__(self, server, architecture):
        edited = architecture.parts[1]
        flow = next(flow for flow in edited.flows if flow.target[0] not in (None, edited))
        used = lambda part: any(flow.target == (edited, edited.nodes[0]) for flow in part.flows)
        user = next(part for part in architecture.parts if part is not edited and used(part))
        file = lambda part: server.folder / part.name / f"{part.name}{server.ending}"
        self.edited, self.user = file(edited).as_uri(), file(user).as_uri()
        self.target = file(flow.target[0]).as_uri()
        self.text, self.user_text = file(edited).read_text(), file(user).read_text()
        self.part, self.member = flow.target[0].name, flow.target[1].name
        self.title = self.place(self.text, "Checks")
        self.reference = self.place(self.text, f"-> {server.parts}{self.part}.{self.member}")
        self.name = self.place(self.text, f"{server.declared}{edited.nodes[0].name}")
        self.use = self.place(self.user_text, f"-> {server.parts}{edited.name}.{edited.nodes[0].name}")
        self.local = self.place(self.text, "-> intake")
        self.popular = self.place(self.text, f"-> {server.shared}.monitor")

    def place(self, text, words):
        """The line and column behind the first place of some words."""
        end = text.index(words) + len(words)
        return text.count("\n", 0, end), end - text.rfind("\n", 0, end) - 1


def is_wrong_at(place, length):
    """Whether diagnostics have an error that touches some characters before a place."""
    line, column = place

    def is_wrong(diagnostics):
        spans = (one["range"] for one in diagnostics if one.get("severity", 1) == 1)
        return any(
            span["start"]["line"] == line == span["end"]["line"]
            and span["start"]["character"] <= column
            and span["end"]["character"] >= column - length
            for span in spans
        )

    return is_wrong


class Editing:
    """One server with the files open, and each step of a round."""

    def __init__(self, server, architecture, bound):
        self.texts = Texts(server, architecture)
        self.session = Session(server.command, server.folder, bound)
        self.turn = 0
        for address, text in ((self.texts.edited, self.texts.text), (self.texts.user, self.texts.user_text)):
            self.session.open(address, server.language, text)

    def step(self, what):
        """How long a step takes, in seconds. What is answered has to be right."""
        session, texts = self.session, self.texts
        session.rest()
        if what == TITLE:
            self.turn += 1
            begin = self.key(texts.title, self.turn % 2 == 1)
            return session.diagnosed(texts.edited, begin)
        if what in (BREAK, FIX):
            is_wrong = is_wrong_at(texts.reference, len(texts.member))
            begin = self.key(texts.reference, what == BREAK)
            return session.diagnosed(texts.edited, begin, lambda found: is_wrong(found) == (what == BREAK))
        if what in (BREAK_OTHER, FIX_OTHER):
            is_wrong = is_wrong_at(texts.use, len("api"))
            begin = self.key(texts.name, what == BREAK_OTHER)
            return session.diagnosed(texts.user, begin, lambda found: is_wrong(found) == (what == BREAK_OTHER))
        line, column = texts.reference
        if what == COMPLETE_KEY:
            line, column = texts.local
            begin = session.edit(texts.edited, line, column - 1, 1, "")
            try:
                return self.complete((line, column - 1), "intake", begin)
            finally:
                session.rest()
                session.edit(texts.edited, line, column - 1, 0, "e")
        if what == COMPLETE_MEMBER:
            return self.complete((line, column - len(texts.member) + 1), texts.member)
        if what == COMPLETE_PART:
            return self.complete((line, column - len(texts.member) - 1 - len(texts.part) + 3), texts.part)
        if what == REFERENCES:
            line, column = texts.popular
        method = {DEFINITION: "definition", HOVER: "hover", REFERENCES: "references"}[what]
        more = {"context": {"includeDeclaration": True}} if what == REFERENCES else {}
        answer, seconds = session.ask(f"textDocument/{method}", {**self.at((line, column - 1)), **more})
        if what == DEFINITION:
            (place,) = answer if isinstance(answer, list) else [answer]
            assert texts.target == place.get("uri", place.get("targetUri")), place
        elif what == HOVER:
            assert answer and answer["contents"], answer
        else:
            self.answered = len(answer)
        return seconds

    def key(self, place, is_more):
        """Writes an `x` behind a place, or takes it away."""
        return self.session.edit(*[self.texts.edited, *place], 0 if is_more else 1, "x" if is_more else "")

    def at(self, place):
        return {
            "textDocument": {"uri": self.texts.edited},
            "position": {"line": place[0], "character": place[1]},
        }

    def complete(self, place, expected, begin=None):
        answer, seconds = self.session.ask("textDocument/completion", self.at(place), begin)
        items = answer["items"] if isinstance(answer, dict) else answer or []
        self.answered = len(items)
        assert any(expected in item["label"] for item in items), f"{expected} is not among {len(items)}"
        return seconds


def start(server, architecture, bound):
    """The seconds and the bytes of one start with a file open that has one error which the disk has not."""
    texts = Texts(server, architecture)
    session = Session(server.command, server.folder, bound)
    try:
        line, column = texts.reference
        lines = texts.text.split("\n")
        lines[line] = lines[line][:column] + "x" + lines[line][column:]
        session.open(texts.edited, server.language, "\n".join(lines))
        is_wrong = is_wrong_at(texts.reference, len(texts.member))
        first = session.diagnosed(texts.edited, session.begin, is_wrong)
        session.rest(1.5)
        return {
            INITIALIZED: session.initialized,
            FIRST: first,
            ALL: session.last_told - session.begin,
            STARTED: memory(session.process.pid),
        }, len(session.told)
    finally:
        session.end()


def compare(servers, architecture, starts, rounds, seconds, bound):
    """The figures by server and step, or why there are none; and how many things were told or offered, by step."""
    figures = {server.name: {} for server in servers}
    counts = {}
    add = lambda server, what, figure: figures[server.name].setdefault(what, []).append(figure)
    count = lambda server, what, number: counts.setdefault(what, {}).update({server.name: number})

    end = time.monotonic() + seconds
    alive = list(servers)
    for turn in range(starts):
        if turn > 2 and time.monotonic() > end:
            break
        for server in in_turn(alive, turn):
            try:
                times, told = start(server, architecture, bound)
            except (TooLong, Gone) as failure:
                alive = [other for other in alive if other is not server]
                figures[server.name] = {FIRST: failed(failure, bound)}
                continue
            for what, figure in times.items():
                add(server, what, figure)
            count(server, ALL, told)

    end = time.monotonic() + seconds
    editings = {}
    try:
        for server in list(alive):
            try:
                editings[server.name] = Editing(server, architecture, bound)
                editings[server.name].session.rest(1.5)
            except (TooLong, Gone) as failure:
                alive.remove(server)
                figures[server.name][TITLE] = failed(failure, bound)
        for turn in range(-WARM_UP, rounds):
            if turn > 4 and time.monotonic() > end:
                break
            for server in in_turn(alive, turn):
                editing = editings[server.name]
                for what in STEPS:
                    if isinstance(figures[server.name].get(what), str):
                        continue
                    try:
                        figure = editing.step(what)
                    except (TooLong, Gone, RuntimeError, AssertionError) as failure:
                        figures[server.name][what] = failed(failure, bound)
                        if isinstance(failure, (RuntimeError, AssertionError)):
                            continue
                        # Its state is not known any more.
                        alive = [other for other in alive if other is not server]
                        break
                    if turn >= 0:
                        add(server, what, figure)
                    if what in COUNTED:
                        count(server, what, editing.answered)
        for server in alive:
            session = editings[server.name].session
            session.rest(1.5)
            add(server, EDITED, memory(session.process.pid))
    finally:
        for editing in editings.values():
            editing.session.end()
    return figures, counts


def in_turn(servers, turn):
    return servers if turn % 2 == 0 else servers[::-1]


def failed(failure, bound):
    if isinstance(failure, TooLong):
        return f"more than {bound} s"
    return "the server ended" if isinstance(failure, Gone) else f"wrong: {str(failure)[:200]}"
