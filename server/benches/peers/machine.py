"""What the machine is, what others do on it, and what a command costs. It does not know what is measured."""

import json
import os
import platform
import signal
import subprocess
import sys
import time
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def description():
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{model}, {os.cpu_count()} cores, {gigabytes:.0f} GB of memory, {platform.system()} {platform.release()}"


class Load:
    """What processes that are not ours used of the processors since this was made.

    Ours are this one and those that it has started and that have ended.
    """

    def __init__(self):
        self.begin = self.used()

    @staticmethod
    def used():
        fields = list(map(int, Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]))
        ours = sum(os.times()[:4]) * TICKS
        # Of user, nice, system, idle, iowait, irq, softirq and steal, the fourth and fifth are no use.
        return sum(fields) - fields[3] - fields[4] - ours, sum(fields)

    def others(self):
        used, total = (now - then for now, then in zip(self.used(), self.begin))
        return max(0.0, used / total)

    def __str__(self):
        average = " ".join(f"{one:.1f}" for one in os.getloadavg())
        return f"other processes used {self.others():.0%} of the processors; load average {average}"


def idle(seconds=5):
    """What others do while nothing of ours runs: their share of the processors, and in words."""
    load = Load()
    time.sleep(seconds)
    return load.others(), str(load)


# A small process starts the command: what the system calls the largest memory of a process is never less than that of
# the one which started it.
STARTER = """
import json, os, sys, time
begin = time.perf_counter()
_, status, usage = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ), 0)
seconds = time.perf_counter() - begin
cost = {"wall": seconds, "cpu": usage.ru_utime + usage.ru_stime, "memory": usage.ru_maxrss * 1024}
json.dump({"code": os.waitstatus_to_exitcode(status), **cost}, sys.stderr)
"""


def run(command, folder, bound, output):
    """What a command costs: exit code, seconds of wall and processor, largest memory; nothing if it takes too long."""
    starter = [sys.executable, "-I", "-S", "-c", STARTER, *command]
    with open(output, "wb") as out:
        # Its own messages go to the same place as the figures, in front of them.
        process = subprocess.Popen(starter, cwd=folder, stdout=out, stderr=subprocess.PIPE, start_new_session=True)
        try:
            told = process.communicate(timeout=bound)[1]
        except subprocess.TimeoutExpired:
            return None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.communicate()
    return json.loads(told[told.rindex(b'{"code"') :])
