"""What goes wrong around the server: the disk, its watcher, the clock, and clients that do not keep to what they began."""

import json
import os
import random
import subprocess
import threading
import time

import pytest

from strict import PULL, SERVER, Client, uri
from test_session import SHOP, at, codes, raw

WATCHES = {"workspace": {"didChangeWatchedFiles": {"dynamicRegistration": True}}}
CREATED, CHANGED, DELETED = 1, 2, 3


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "shop.threat").write_text(SHOP)
    return tmp_path


def memory(server):
    """What a process holds in memory, in megabytes."""
    with open(f"/proc/{server.pid}/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmRSS")) / 1024


needs_proc = pytest.mark.skipif(not os.path.exists("/proc/self/status"), reason="memory is measured where Linux tells it")


def told_of(client, *changes):
    client.notify("workspace/didChangeWatchedFiles", {"changes": [{"uri": address, "type": kind} for address, kind in changes]})


def problems_of_all(client, known=()):
    known = [{"uri": address, "value": "1"} for address in known]
    report = client.request("workspace/diagnostic", {"previousResultIds": known}, timeout=300)
    return {item["uri"]: codes(item["items"]) for item in report["items"]}


def test_a_watcher_that_sends_nothing(folder):
    client = Client({**PULL, **WATCHES}, folders=[folder])
    shop = uri(folder / "shop.threat")
    assert codes(client.pull(shop)) == ["missing-mitigation"]
    (folder / "shop.threat").write_text(SHOP.replace("http\n", "https\n"))
    (folder / "more.threat").write_text("process lonely\n")
    # What the editor shows counts, and what it closes is read again.
    client.open(shop, SHOP.replace("http\n", "https\n"))
    assert codes(client.pull(shop)) == []
    client.close(shop)
    assert codes(client.pull(shop)) == []
    client.open(uri(folder / "more.threat"), "process lonely\n")
    assert codes(client.pull(uri(folder / "more.threat"))) == ["isolated-element"]
    client.end()


def test_a_watcher_that_sends_all_twice_and_what_never_was(folder):
    client = Client({**PULL, **WATCHES}, folders=[folder])
    shop, more = uri(folder / "shop.threat"), uri(folder / "more.threat")
    (folder / "shop.threat").write_text(SHOP.replace("http\n", "https\n"))
    (folder / "more.threat").write_text("process lonely\n")
    strange = [uri(folder / "never.threat"), uri(folder), "untitled:x", "file:///", "nonsense", uri(folder / "notes.txt")]
    for kind in (CREATED, CHANGED, DELETED):
        told_of(client, *[(address, kind) for address in [shop, more, shop, more, *strange]])
        told_of(client, (shop, kind), (more, kind))
    assert problems_of_all(client) == {shop: [], more: ["isolated-element"]}
    client.end()


def test_a_watcher_that_sends_in_the_wrong_order(folder):
    client = Client({**PULL, **WATCHES}, folders=[folder])
    shop, more = uri(folder / "shop.threat"), uri(folder / "more.threat")
    problems_of_all(client)
    # Made, told to be gone; gone, told to be made: the disk is asked.
    (folder / "more.threat").write_text("process lonely\n")
    told_of(client, (more, DELETED), (more, CREATED))
    told_of(client, (more, DELETED))
    assert problems_of_all(client)[more] == ["isolated-element"]
    (folder / "more.threat").unlink()
    (folder / "shop.threat").unlink()
    told_of(client, (more, CREATED), (shop, CHANGED))
    assert problems_of_all(client, [shop, more]) == {shop: [], more: []}
    (folder / "shop.threat").write_text(SHOP)
    told_of(client, (shop, DELETED))
    assert problems_of_all(client) == {shop: ["missing-mitigation"]}
    client.end()


def test_a_file_that_vanishes_before_it_is_read(folder):
    client = Client({**PULL, **WATCHES}, folders=[folder])
    names = [folder / f"part{number}.threat" for number in range(100)]
    stop = threading.Event()

    def churn():
        while not stop.is_set():
            for name in names:
                name.write_text("process lonely\n")
            for name in names:
                name.unlink()

    thread = threading.Thread(target=churn)
    thread.start()
    for turn in range(30):
        told_of(client, *[(uri(name), CREATED if turn % 2 else DELETED) for name in names], (uri(folder), CHANGED))
        problems_of_all(client)
    stop.set()
    thread.join()
    told_of(client, *[(uri(name), DELETED) for name in names])
    assert problems_of_all(client) == {uri(folder / "shop.threat"): ["missing-mitigation"]}
    client.end()


@needs_proc
@pytest.mark.parametrize("watcher", ["the client's", "its own"])
def test_a_switch_of_branches_changes_ten_thousand_files(tmp_path, watcher):
    if watcher == "its own":
        # The messages of the system are too many to come through whole, and it has no other news.
        client_can, by_client = {}, False
    else:
        client_can, by_client = WATCHES, True
    count = 10_000

    def branch(name, numbers):
        for number in numbers:
            folder = tmp_path / f"group{number % 100}"
            folder.mkdir(exist_ok=True)
            (folder / f"part{number}.threat").write_text(f"component part{number}\nprocess {name}\n")

    branch("before", range(count))
    (tmp_path / "shop.threat").write_text(SHOP)
    shop = uri(tmp_path / "shop.threat")
    client = Client({**client_can, "window": {"workDoneProgress": True}}, folders=[tmp_path])
    ends = lambda: [m for m in client.messages if m["method"] == "$/progress" and m["params"]["value"]["kind"] == "end"]
    while not ends():
        client.take(300)
    client.open(shop, SHOP)
    client.told(shop, 1)
    hover = {"textDocument": {"uri": shop}, "position": {"line": 4, "character": 9}}
    assert client.request("textDocument/hover", hover, timeout=300)
    before = memory(client.process)

    def wait_for(name, numbers, gone=()):
        wanted = {uri(tmp_path / f"group{number % 100}/part{number}.threat") for number in numbers}
        gone = {uri(tmp_path / f"group{number % 100}/part{number}.threat") for number in gone}
        is_so = lambda: all(
            address in client.problems and any(f"`part{address.rsplit('part', 1)[1][:-7]}.{name}`" in problem["message"] for problem in client.problems[address]["diagnostics"])
            for address in wanted
        ) and all(not client.problems.get(address, {"diagnostics": []})["diagnostics"] for address in gone)
        while not is_so():
            # It answers in between.
            assert client.request("textDocument/hover", hover, timeout=300)
            client.take(300) if client.inbox.qsize() else time.sleep(0.05)
            while client.inbox.qsize():
                client.take(300)

    wait_for("before", range(count))
    for name, numbers, gone in (("after", range(500, count + 500), range(500)), ("before", range(count), range(count, count + 500))):
        branch(name, numbers)
        for number in gone:
            (tmp_path / f"group{number % 100}/part{number}.threat").unlink()
        if by_client:
            changes = [(uri(tmp_path / f"group{number % 100}/part{number}.threat"), CHANGED) for number in [*numbers, *gone]]
            random.Random(1).shuffle(changes)
            told_of(client, *changes)
        wait_for(name, numbers, gone)
    assert memory(client.process) < 1.5 * before + 50
    client.end()


def acceptance(until):
    accept = f'accept it {{ findings: unencrypted_flow@pay by: "CISO" until: {until} because: "A pilot." }}\n'
    return SHOP + accept


@pytest.fixture
def today(tmp_path_factory, monkeypatch):
    """Sets the day that servers take it to be."""
    file = tmp_path_factory.mktemp("clock") / "today"
    monkeypatch.setenv("THREATLINE_TODAY", str(file))

    def set_to(day):
        new = file.with_name("new")
        new.write_text(day)
        new.replace(file)

    return set_to


def test_a_day_that_passes_ends_what_is_accepted_until_then(folder, today):
    today("2026-11-23")
    (folder / "shop.threat").write_text(acceptance("2026-11-23"))
    client = Client(folders=[folder])
    shop = uri(folder / "shop.threat")
    client.open(shop, acceptance("2026-11-23"))
    hover = lambda: client.request("textDocument/hover", {"textDocument": {"uri": shop}, "position": {"line": 5, "character": 6}})
    hover()
    expired = lambda: {"expired-acceptance", "missing-mitigation"} <= set(codes(client.told(shop)))
    assert not expired()
    # Midnight, while nobody edits or asks.
    today("2026-11-24")
    while not expired():
        client.take()
    # The clock is set back, by more than a year, and to days that hardly are any.
    today("2025-01-01")
    while expired():
        client.take()
    today("9999-12-31")
    while not expired():
        client.take()
    today("-009999-01-01")
    hover()
    client.end()


def test_midnight_comes_while_somebody_types(folder, today):
    today("2026-11-23")
    client = Client(PULL, folders=[folder])
    shop = uri(folder / "shop.threat")
    client.open(shop, acceptance("2026-11-23"))
    for turn in range(40):
        if turn == 20:
            today("2026-11-24")
        client.change(shop, at(0, 0, 0, " "))
        found = codes(client.pull(shop))
        assert ("expired-acceptance" in found) == (turn > 20) or turn == 20
    client.end()


def body(id, method, params):
    return raw(json.dumps({"jsonrpc": "2.0", **({"id": id} if id else {}), "method": method, "params": params}).encode())


def unread(folder):
    """A server whose output nobody reads."""
    server = subprocess.Popen([SERVER, "lsp"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    folders = [{"uri": uri(folder), "name": "x"}]
    server.stdin.write(body(1, "initialize", {"processId": None, "rootUri": None, "capabilities": {}, "workspaceFolders": folders}))
    server.stdin.write(body(None, "initialized", {}))
    server.stdin.flush()
    return server


@needs_proc
def test_a_client_that_stops_reading_is_waited_for_within_bounds(folder):
    (folder / "big.threat").write_text("".join(f"process part{number} \"A part\" {{ technology: web_service }}\n" for number in range(2000)))
    server = unread(folder)
    os.set_blocking(server.stdin.fileno(), False)
    text = b"".join(body(id, "textDocument/semanticTokens/full", {"textDocument": {"uri": uri(folder / "big.threat")}}) for id in range(2, 502))
    written, most = 0, 0
    # Until it takes no more for a while, or more than it would ever hold.
    last = time.monotonic()
    while time.monotonic() - last < 3 and written < 200 << 20:
        try:
            written += os.write(server.stdin.fileno(), text[written % len(text) :])
            last = time.monotonic()
        except BlockingIOError:
            time.sleep(0.02)
        most = max(most, memory(server))
    assert written < 200 << 20, "it takes in no more than it can tell the answers of"
    assert most < 1500, most
    # It ends with the pipe although nothing was read.
    server.stdin.close()
    assert server.wait(60) == 1


@needs_proc
def test_what_a_client_that_stops_reading_is_told_of_its_keys_is_bounded(folder):
    big = uri(folder / "big.threat")
    server = unread(folder)
    # Each of its diagnostics is told anew after each key: some megabytes of them.
    text = "".join(f"process part{number} {{ technology: nothing_of_that_name, nor_of_this }}\n" for number in range(2000))
    document = {"uri": big, "languageId": "threat", "version": 0, "text": text}
    server.stdin.write(body(None, "textDocument/didOpen", {"textDocument": document}))
    most = 0
    for version in range(1, 201):
        change = {"textDocument": {"uri": big, "version": version}, "contentChanges": [at(0, 0, 0, " ")]}
        server.stdin.write(body(None, "textDocument/didChange", change))
        server.stdin.flush()
        most = max(most, memory(server))
        # Not faster than it can tell.
        time.sleep(0.05)
    assert most < 500, most
    server.stdin.close()
    assert server.wait(60) == 1


def test_a_server_ends_with_its_pipe_whatever_is_asked(folder):
    client = Client(PULL, folders=[folder])
    client.request("workspace/diagnostic", {"previousResultIds": []})
    # One that waits for a change, and many that are answered.
    client.ask("workspace/diagnostic", {"previousResultIds": [], "partialResultToken": "t"})
    for _ in range(50):
        client.ask("textDocument/hover", {"textDocument": {"uri": uri(folder / "shop.threat")}, "position": {"line": 4, "character": 9}})
    client.process.stdin.close()
    assert client.process.wait(60) == 1


def test_a_hundred_requests_are_cancelled_at_once(tmp_path):
    for number in range(300):
        (tmp_path / f"part{number}.threat").write_text(f"component part{number}\n" + "".join(f"process it{at} {{ technology: mine }}\n" for at in range(20)))
    (tmp_path / "mine.threat").write_text("technology mine\n")
    client = Client(PULL, folders=[tmp_path])
    mine = uri(tmp_path / "mine.threat")
    client.open(mine, "technology mine\n")
    place = {"textDocument": {"uri": mine}, "position": {"line": 0, "character": 12}}
    references = {**place, "context": {"includeDeclaration": True}}
    asked = [client.ask("textDocument/references", references) for _ in range(100)]
    for id in [*asked, 4711, asked[0]]:
        client.notify("$/cancelRequest", {"id": id})
    client.notify("$/cancelRequest", {"nonsense": 1})
    for id in asked:
        answer = client.answer(id)
        assert "result" in answer or answer["error"]["code"] == -32800, answer
    # And nothing of them is left in the way.
    assert len(client.request("textDocument/references", references)) == 6001
    client.end()


@needs_proc
def test_the_memory_of_a_days_editing(tmp_path):
    """Some thousand edits with requests between: what is held at the end is what was held at the beginning."""
    chance = random.Random(3)
    for number in range(20):
        parts = "".join(f"process p{at} {{ technology: web_service }}\nflow f{at}: p{at} -> part{(number + 1) % 20}.p{at} {{ protocol: https }}\n" for at in range(10))
        (tmp_path / f"part{number}.threat").write_text(f"component part{number}\n{parts}")
    client = Client(PULL, folders=[tmp_path])
    paths = sorted(tmp_path.glob("*.threat"))
    texts = {path: path.read_text() for path in paths}
    for path in paths[:5]:
        client.open(uri(path), texts[path])

    def edit(turns):
        for turn in range(turns):
            path = chance.choice(paths[:5])
            # A name that never was, a property, a comment; then all as it was.
            new = chance.choice([f"process n{turn}_{chance.random()}\n".replace(".", "_"), f"// {chance.random()}\n", f'process p99 "{chance.random()}" {{ technology: database }}\n'])
            client.change(uri(path), at(1, 0, 0, new))
            document = {"textDocument": {"uri": uri(path)}}
            here = {**document, "position": {"line": chance.randrange(20), "character": chance.randrange(20)}}
            method = chance.choice(["completion", "hover", "definition", "codeLens", "semanticTokens/full", "documentSymbol", "diagnostic", "codeAction"])
            params = here if method in ("completion", "hover", "definition") else document
            if method == "codeAction":
                params = {**document, "range": {"start": here["position"], "end": here["position"]}, "context": {"diagnostics": []}}
            client.answer(client.ask(f"textDocument/{method}", params))
            client.change(uri(path), {"text": texts[path]} if turn % 2 else at(1, 0, len(new) - 1, ""))
            if turn % 2 == 0:
                client.change(uri(path), {"text": texts[path]})
            client.messages.clear()
        problems_of_all(client)

    edit(200)
    before = memory(client.process)
    edit(1500)
    after = memory(client.process)
    assert after < 1.3 * before, f"{before:.0f} MB became {after:.0f} MB"
    client.end()
