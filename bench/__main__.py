"""Run the benchmarks and print their figures: ``make bench``.

Times are of one run on one machine; what is comparable are the ratios within the run.
"""

import compileall
import gc
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import skerry
from bench import explaining, flow_logs, planning, policies, reading, reports, templates, terraform_plans, worlds
from skerry.diagnose.need_verdicts import source_of
from skerry.launch.launches import launch_of_service
from skerry.launch.needs import Call
from skerry.launch.startup import needs_of
from skerry.model.facts import Missing
from skerry.model.world import World
from skerry.net.dns_names import parse_host
from skerry.reach.cache import Memo
from skerry.reach.walk import Source, Target, Walker
from skerry.sources import documents

SIZES = (100, 1_000, 10_000)
SERVICES_WITHOUT_MEMO = 300
PROCESSES = 15
CALIBRATION = 2_000_000


def main() -> None:
    """Run all."""
    gc.disable()
    calibrate()
    start_up()
    for size in SIZES:
        calibrate()
        verdicts_alone(size)
    calibrate()
    without_memo(SERVICES_WITHOUT_MEMO)
    calibrate()
    if not policies.run():
        sys.exit("policies take longer than they may")
    calibrate()
    if not reading.run():
        sys.exit("reading takes more calls or rounds than it may")
    calibrate()
    if not explaining.run():
        sys.exit("explaining takes longer than it may")
    calibrate()
    if not planning.run():
        sys.exit("planning takes longer than it may, or its plans are not what they should be")
    calibrate()
    if not reports.run():
        sys.exit("reports take longer or more bytes than they may")
    calibrate()
    if not flow_logs.run():
        sys.exit("flow logs take longer or more memory than they may")
    calibrate()
    if not terraform_plans.run():
        sys.exit("a plan of Terraform takes longer or more memory than it may")
    calibrate()
    if not templates.run():
        sys.exit("a template takes longer than it may")


def calibrate() -> None:
    """Print the time of a fixed loop, by which the next figure compares with that of another machine or moment."""
    begun = time.process_time()
    total = 0
    for number in range(CALIBRATION):
        total += number * number % 7
    print(f"calibration: {(time.process_time() - begun) * 1000:.0f} ms for a fixed loop")


def start_up() -> None:
    """(a) Measure the processor time of the whole process, compared with a minimal Python program that reads JSON."""
    # As pip leaves an installed package: byte-compiled, whatever this environment says of writing such files.
    package = Path(skerry.__file__).parent
    compileall.compile_dir(package, quiet=1)
    with tempfile.TemporaryDirectory() as folder:
        for name, content in worlds.documents(1).items():
            Path(folder, name).write_bytes(content)
        command = str(Path(sys.executable).with_name("skerry"))
        program = [command, "diagnose", "--from", folder]
        least, whole = _least_times([[sys.executable, "-c", "import json"], program])
    print(f"(a) skerry diagnose --from, one service: {whole * 1000:.0f} ms,", end=" ")
    print(f"{whole / least:.1f} times `python -c 'import json'` ({least * 1000:.0f} ms); at most 6 wanted")


def _least_times(programs: Sequence[Sequence[str]]) -> list[float]:
    """Return the least processor time of each program, in seconds; they take turns, as other work slows all of them.

    The elapsed time of a process depends too much on what else the machine does.
    """
    times: list[list[float]] = [[] for _ in programs]
    for _ in range(PROCESSES):
        for measured, program in zip(times, programs, strict=True):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(program, check=False, stdout=subprocess.DEVNULL)  # noqa: S603
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            measured.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return list(map(min, times))


def verdicts_alone(size: int) -> None:
    """(b) Diagnose services in a process that only reads a file, so that its memory is that of the diagnosis."""
    with tempfile.TemporaryDirectory() as folder:
        for name, content in worlds.documents(size).items():
            Path(folder, name).write_bytes(content)
        subprocess.run([sys.executable, "-m", "bench.verdicts", folder], check=True)  # noqa: S603


def without_memo(size: int) -> None:
    """(c) Walks there and back in a second when nothing is remembered."""
    world = World(documents.load(worlds.documents(size)))
    walker = Walker(world, Memo(remember=False))
    walks: list[tuple[Source, Target]] = []
    for service in world.facts.services:
        launch = launch_of_service(world, service)
        calls = [need for need in needs_of(launch) if isinstance(need, Call)]
        for subnet in launch.subnets:
            source = source_of(walker, launch, subnet)
            if source is not None and not isinstance(source, Missing):
                walks.extend(
                    [(source, Target(parse_host(call.host), call.port, call.place, call.service)) for call in calls]
                )
    begun = time.process_time()
    paths = sum(len(walker.reach(source, target).traces) for source, target in walks)
    spent = time.process_time() - begun
    print(f"(c) without memo: {paths / spent:,.0f} walks there and back/s, names resolved anew each time", end=" ")
    print(f"({paths} walks, {len(walks) / spent:,.0f} names/s)")


if __name__ == "__main__":
    main()
