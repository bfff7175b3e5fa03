"""Reports and maps: their time in comparison with a diagnosis, its growth, the size of a page, and its opening."""

import gc
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from bench import worlds
from skerry import app
from skerry.draw.build import network_maps_of
from skerry.draw.layout import layout
from skerry.model.world import World
from skerry.render.report.page import write_page
from skerry.render.svg import map_svg
from skerry.sources import documents

SIZES = (50, 500)
MOST_BYTES = 1_000_000
MOST_RATIO = 2.0
"""Of `skerry report` of 50 services to `skerry diagnose` of them, each a whole command."""
MOST_DRAWING = 1.0
MOST_GROWTH = 1.5
MOST_SECONDS = 1.0
_RUNS = 3
_TURNS = 12


class Times(NamedTuple):
    """Processor times of one size, in seconds: the diagnosis, that with the plan, the page, and all maps."""

    diagnosis: float
    planned: float
    page: float
    maps: float
    content: str


def run() -> bool:
    """Print the figures; whether they are as wanted."""
    write_page(app.report(World(documents.load(worlds.documents(1)))))
    # As the commands do: a pass over all objects of a large network takes longer than what it frees is worth.
    gc.disable()
    small, large = (measure(size) for size in SIZES)
    gc.enable()
    for size, times in zip(SIZES, (small, large), strict=True):
        print(
            f"(k) report of {size} services: diagnosis {times.diagnosis:.2f} s, with the plan {times.planned:.2f} s,",
            end=" ",
        )
        print(f"page {times.page:.2f} s and {len(times.content.encode()) / 1000:,.0f} kB,", end=" ")
        print(f"a map of each {times.maps:.2f} s")
    command, plan, report = command_times("diagnose", "plan", "report")
    ratio = report / command
    print(
        f"    `skerry report` of 50: {report:.3f} s, {ratio:.2f} times `skerry diagnose` ({command:.3f} s);"
        f" at most {MOST_RATIO:g} wanted; `skerry plan` {plan:.3f} s"
    )
    drawing = small.maps / command
    print(f"    the maps of 50 take {drawing:.1f} times that command; at most {MOST_DRAWING:g} wanted")
    factor = SIZES[1] / SIZES[0]
    growth = max(large.page / small.page, large.planned / small.planned, large.maps / small.maps) / factor
    print(f"    ten times the services take {growth * factor:.1f} times as long; linear is {factor:g}")
    seconds = opening_time(small.content)
    print(
        "    Chromium is not installed"
        if seconds is None
        else f"    Chromium opens it in {seconds:.2f} s; at most 1 wanted"
    )
    fits = len(small.content.encode()) <= MOST_BYTES
    fast = ratio <= MOST_RATIO and drawing <= MOST_DRAWING
    return fits and fast and growth <= MOST_GROWTH and (seconds is None or seconds <= MOST_SECONDS)


def measure(size: int) -> Times:
    """Measure one size, each part as its least time of some runs."""
    world = World(documents.load(worlds.documents(size)))
    runs = []
    for _ in range(_RUNS if size < SIZES[1] else 1):
        begun = time.process_time()
        services = app.diagnose(world).services
        diagnosed = time.process_time()
        report = app.report(world)
        planned = time.process_time()
        content = write_page(report)
        written = time.process_time()
        for network in network_maps_of(world, services):
            map_svg(layout(network), prefix="map", title="", description="")
        drawn = time.process_time()
        runs.append(Times(diagnosed - begun, planned - diagnosed, written - planned, drawn - written, content))
    diagnosis = min(run.diagnosis for run in runs)
    planned, page = min(run.planned for run in runs), min(run.page for run in runs)
    return Times(diagnosis, planned, page, min(run.maps for run in runs), runs[0].content)


def command_times(*names: str) -> list[float]:
    """Return the least processor time of whole commands on 50 services, in seconds, with compiled modules.

    They take turns, so that a slower minute of the machine is one for all.
    """
    import resource  # noqa: PLC0415 -- of POSIX systems only

    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as compiled:
        for file, content in worlds.documents(SIZES[0]).items():
            Path(folder, file).write_bytes(content)
        program = str(Path(sys.executable).with_name("skerry"))
        output = ["--output", str(Path(compiled, "report.html"))]
        commands = {name: [program, name, "--from", folder, *(output if name == "report" else [])] for name in names}
        # As an installed program finds them; the first run compiles them.
        environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
        environment["PYTHONPYCACHEPREFIX"] = compiled
        times: dict[str, list[float]] = {name: [] for name in names}
        for _ in range(_TURNS):
            for name, command in commands.items():
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                subprocess.run(  # noqa: S603
                    command, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment
                )
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                times[name].append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return [min(times[name]) for name in names]


def opening_time(content: str) -> float | None:
    """Return the least time in which Chromium opens a page, in seconds; None without Chromium."""
    program = shutil.which("chromium")
    if program is None:
        return None
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 -- for tests and benchmarks only

    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        path = Path(folder, "report.html")
        path.write_text(content, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        times = []
        for _ in range(_RUNS):
            page = browser.new_page()
            begun = time.perf_counter()
            page.goto(path.as_uri(), wait_until="load")
            times.append(time.perf_counter() - begun)
            page.close()
        browser.close()
    return min(times)
