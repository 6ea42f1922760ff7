#!/usr/bin/env python3
"""Set serialreg up on a bare machine, and run it.

    python3 manage.py demo        everything, from nothing to a running demo with data
    python3 manage.py test        the tests (arguments go to pytest; --long adds the long tier)
    python3 manage.py benchmark   the benchmarks (arguments go to pytest)
    python3 manage.py …           any command of Django

Until the packages are installed there is only the standard library, so this file uses nothing else at its top: it makes
`.venv`, installs the locked packages into it, and starts itself again in there.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python must get a sentence, not a traceback
    sys.exit("serialreg needs Python 3.11 or newer; this is Python %d.%d." % sys.version_info[:2])  # noqa: UP031
if sys.platform == "win32":
    sys.exit("serialreg runs on Linux and macOS, not on Windows; there, use it inside WSL.")

import argparse
import contextlib
import ctypes
import fcntl
import hashlib
import http.client
import importlib.util
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
VENV_PYTHON = VENV / "bin" / "python"
STAMP = VENV / "installed-locks.json"
RUNTIME_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"  # holds everything of the runtime lock as well

DEV_VERBS = ("test", "benchmark")
READY_TIMEOUT = 60  # seconds until the demo's server must have answered
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - to listen on, and where it is then found
STOP_TIMEOUT = 20  # seconds that a server gets to finish what it is doing


def main(argv: list[str]) -> int:
    """Make sure that all is there which the verb needs, then do it."""
    verb = argv[1] if len(argv) > 1 else "help"
    provide_system_packages(system_needs(verb))
    with one_setup_at_a_time():
        if not inside_environment():
            make_environment()
        install(DEV_LOCK if verb in DEV_VERBS else RUNTIME_LOCK)
    if not inside_environment():
        restart_inside_environment(argv)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "serialreg.settings")
    ours = {"demo": demo, "test": test, "benchmark": benchmark}
    return ours[verb](argv[2:]) if verb in ours else django_command(argv)


def say(text: str) -> None:
    """Print at once: what follows may be another process, or take long."""
    print(text, flush=True)


# --- What the operating system must have ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Need:
    """Something that pip cannot install, and how to see whether it is there.

    It is seen by trying, not by asking the package manager: a library that was built by hand counts as well.
    """

    what: str
    debian: str
    homebrew: str
    present: Callable[[], bool]


def has_library(name: str, version: int) -> bool:
    """Whether the dynamic linker finds the library, or Homebrew has it (on macOS its folder is not searched)."""
    file = f"lib{name}.{version}.dylib" if sys.platform == "darwin" else f"lib{name}.so.{version}"
    for candidate in (file, str(homebrew_lib() / file)):
        with contextlib.suppress(OSError):
            ctypes.CDLL(candidate)
            return True
    return False


def homebrew_lib() -> Path:
    """Where Homebrew keeps its libraries on Apple silicon. (On Intel it is /usr/local/lib, which is searched.)"""
    return Path(os.environ.get("HOMEBREW_PREFIX", "/opt/homebrew")) / "lib"


def has_dejavu() -> bool:
    """Whether the DejaVu fonts are installed. macOS always has fonts that will do."""
    if sys.platform == "darwin":
        return True
    folders = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")
    return any(any(Path(folder).expanduser().rglob("DejaVuSans.ttf")) for folder in folders)


def find_chromium() -> str | None:
    """The Chromium that the browser tests start; SERIALREG_CHROMIUM names another one."""
    mac = "/Applications/{0}.app/Contents/MacOS/{0}"
    names = ("chromium", "chromium-browser", "google-chrome", mac.format("Chromium"), mac.format("Google Chrome"))
    return os.environ.get("SERIALREG_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)


def has_ensurepip() -> bool:
    """Whether `python3 -m venv` can work: Debian takes the half of it out of its Python."""
    return importlib.util.find_spec("venv") is not None and importlib.util.find_spec("ensurepip") is not None


PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"
VENV_NEEDS = (Need("virtual environments", f"{PYTHON}-venv", "python", has_ensurepip),)
DEMO_NEEDS = (
    Need("Pango (PDF text)", "libpango-1.0-0", "pango", lambda: has_library("pango-1.0", 0)),
    Need("Pango with FreeType (PDF text)", "libpangoft2-1.0-0", "pango", lambda: has_library("pangoft2-1.0", 0)),
    Need("HarfBuzz (PDF fonts)", "libharfbuzz-subset0", "harfbuzz", lambda: has_library("harfbuzz-subset", 0)),
    Need("DejaVu fonts (PDF)", "fonts-dejavu-core", "--cask font-dejavu", has_dejavu),
    Need("gettext (translations)", "gettext", "gettext", lambda: shutil.which("msgfmt") is not None),
)
TEST_NEEDS = (
    Need("Chromium (browser tests)", "chromium", "--cask chromium", lambda: find_chromium() is not None),
    # Node.js inside Playwright wants it, and Chromium does not bring it.
    Need("libatomic (Playwright)", "libatomic1", "gcc", lambda: sys.platform == "darwin" or has_library("atomic", 1)),
)


def system_needs(verb: str) -> tuple[Need, ...]:
    """What the verb needs beside Python packages. A virtual environment that is there needs nothing to make it."""
    needs: tuple[Need, ...] = () if inside_environment() or environment_works() else VENV_NEEDS
    if verb in ("demo", *DEV_VERBS):
        needs += DEMO_NEEDS
    if verb in DEV_VERBS:
        needs += TEST_NEEDS
    return needs


def provide_system_packages(needs: Sequence[Need]) -> None:
    """Install what is missing where we may; else stop and name the command to type."""
    missing = [need for need in needs if not need.present()]
    if missing and is_debian() and os.geteuid() == 0:
        apt_install([need.debian for need in missing])
        missing = [need for need in missing if not need.present()]
    if missing:
        sys.exit(advice(missing))


def is_debian() -> bool:
    """Debian, Ubuntu and their kin."""
    return Path("/etc/debian_version").exists() and shutil.which("apt-get") is not None


def apt_install(packages: list[str]) -> None:
    """Install Debian packages without a question; show what apt-get wrote only when it failed."""
    say(f"Installing system packages: {' '.join(packages)}")
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["apt-get", "update"], ["apt-get", "install", "--yes", "--no-install-recommends", *packages]):
        done = subprocess.run(
            command, env=quiet, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        if done.returncode:
            sys.exit(f"{done.stdout}\n`{' '.join(command)}` failed; what it wrote stands above.")


def advice(missing: Sequence[Need]) -> str:
    """What is missing, and exactly what to type for it."""
    lines = ["serialreg needs, and this machine lacks: " + ", ".join(need.what for need in missing) + "."]
    debian = " ".join(need.debian for need in missing)
    if sys.platform == "darwin":
        lines.append("Type:")
        formulae = list(dict.fromkeys(need.homebrew for need in missing if not need.homebrew.startswith("--cask")))
        if formulae:
            lines.append(f"    brew install {' '.join(formulae)}")
        lines += [f"    brew install {need.homebrew}" for need in missing if need.homebrew.startswith("--cask")]
    elif is_debian():
        lines += ["Type:", f"    sudo apt-get install {debian}"]
    else:
        lines.append(f"Install it with the system's package manager; on Debian the packages are: {debian}")
    return "\n".join([*lines, "and then the same command again."])


# --- The virtual environment ---------------------------------------------------------------------------------------


def inside_environment() -> bool:
    """Whether this very process runs in `.venv`."""
    return Path(sys.prefix).resolve() == VENV.resolve()


def environment_works() -> bool:
    """Whether `.venv` is whole. It is not when it was half made, or when its Python was upgraded or removed."""
    if not VENV_PYTHON.exists():
        return False
    probe = [str(VENV_PYTHON), "-c", "import sys, pip; sys.exit(sys.version_info < (3, 11))"]
    return subprocess.run(probe, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0


def make_environment() -> None:
    """Make `.venv`, or make it anew when it is broken."""
    if environment_works():
        return
    say("Making the virtual environment .venv")
    if subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False).returncode:
        sys.exit("The virtual environment could not be made; the reason stands above.")


def digest(lock: Path) -> str:
    """What tells one state of a lock file from another."""
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def installed_locks() -> dict[str, str]:
    """Name and digest of the locks that `.venv` holds; nothing when the stamp is missing or spoilt."""
    try:
        stamp = json.loads(STAMP.read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def stamp_after(lock: Path) -> dict[str, str]:
    """What `.venv` holds once this lock is installed.

    The dev lock brings the runtime lock with it. The other way round the dev lock is forgotten: the runtime lock may
    just have replaced versions that the dev lock had chosen.
    """
    locks = (RUNTIME_LOCK, DEV_LOCK) if lock == DEV_LOCK else (lock,)
    return {each.name: digest(each) for each in locks}


def install(lock: Path) -> None:
    """Install the lock into `.venv`, unless the stamp says that exactly this is there."""
    if installed_locks().get(lock.name) == digest(lock):
        return
    say(f"Installing the packages of {lock.name} (a minute or so, once)")
    pip = [str(VENV_PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--require-hashes"]
    if subprocess.run([*pip, "-r", str(lock)], check=False).returncode:
        sys.exit(f"The packages of {lock.name} could not be installed; the reason stands above.")
    STAMP.write_text(json.dumps(stamp_after(lock), indent=1))


@contextlib.contextmanager
def one_setup_at_a_time() -> Iterator[None]:
    """Let a second manage.py wait while a first one sets up. The lock is on this file, so that there is no other."""
    with Path(__file__).open() as this_file:
        fcntl.flock(this_file, fcntl.LOCK_EX)
        yield


def restart_inside_environment(argv: list[str]) -> None:
    """Become the same command, run by the Python of `.venv`."""
    if sys.platform == "darwin":
        # Written for macOS with Homebrew, but untried there: without this WeasyPrint does not find Homebrew's Pango.
        os.environ.pop("__PYVENV_LAUNCHER__", None)
        if homebrew_lib().is_dir():
            os.environ.setdefault("DYLD_FALLBACK_LIBRARY_PATH", f"{homebrew_lib()}:/usr/local/lib:/usr/lib")
    os.execv(VENV_PYTHON, [str(VENV_PYTHON), str(ROOT / "manage.py"), *argv[1:]])


# --- Django --------------------------------------------------------------------------------------------------------


def django_command(argv: list[str]) -> int:
    """Hand over to Django."""
    load_settings()
    from django.core.management import execute_from_command_line

    execute_from_command_line(argv)
    return 0


def load_settings() -> None:
    """Read the settings; stop with their own sentence, which names the setting, when the environment holds nonsense."""
    from django.conf import settings
    from django.core.exceptions import ImproperlyConfigured
    from environs import EnvError

    try:
        settings.INSTALLED_APPS  # noqa: B018 - the first access reads them all
    except (ImproperlyConfigured, EnvError) as fault:
        sys.exit(f"The environment cannot be used: {fault}")


def compile_messages() -> None:
    """Compile the catalogues that changed. Not Django's compilemessages, which would search .venv as well."""
    for source in sorted(ROOT.glob("**/locale/*/LC_MESSAGES/*.po")):
        compiled = source.with_suffix(".mo")
        if VENV in source.parents or (compiled.exists() and compiled.stat().st_mtime >= source.stat().st_mtime):
            continue
        say(f"Compiling {source.relative_to(ROOT)}")
        if subprocess.run(["msgfmt", "--check-format", "-o", str(compiled), str(source)], check=False).returncode:
            sys.exit(f"{source.relative_to(ROOT)} is faulty; what msgfmt says about it stands above.")


# --- demo ----------------------------------------------------------------------------------------------------------


def demo(arguments: list[str]) -> int:
    """Set up the database with demo data, and run web server and worker until one of them dies or we are stopped."""
    parser = argparse.ArgumentParser(prog="manage.py demo", description="Run serialreg with demo data.")
    parser.add_argument("--port", type=port_number, default=8000)
    parser.add_argument("--host", default="127.0.0.1")
    options = parser.parse_args(arguments)
    os.chdir(ROOT)
    refuse_taken_port(options.host, options.port)
    data_dir = set_demo_environment(options.host)
    prepare_demo(data_dir)
    return run_demo(options.host, options.port, data_dir)


def port_number(text: str) -> int:
    """A TCP port that a server can be bound to."""
    if not (text.isascii() and text.isdecimal() and len(text) <= 5 and 1 <= int(text) <= 65535):
        raise argparse.ArgumentTypeError(f"{text!r} is no port: 1 to 65535")
    return int(text)


def refuse_taken_port(host: str, port: int) -> None:
    """Find out now that the port cannot be had, not after a minute of setting up."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
            probe.listen()
    except OSError as fault:
        reason = fault.strerror or str(fault)
        sys.exit(
            f"Port {port} on {host} cannot be used: {reason}. Choose another one: manage.py demo --port {port + 1}"
        )


def set_demo_environment(host: str) -> Path:
    """Settings that suit a demo on one's own machine; what is set already stays. Returns the folder of the data."""
    hosts = ["localhost", "127.0.0.1", "[::1]"]
    if host not in (*hosts, "::1", *EVERYWHERE):
        hosts.append(host)
    os.environ.setdefault("SERIALREG_DATA_DIR", str(ROOT / "var"))
    os.environ.setdefault("SERIALREG_HTTPS", "false")
    os.environ.setdefault("SERIALREG_ALLOWED_HOSTS", ",".join(hosts))
    data_dir = Path(os.environ["SERIALREG_DATA_DIR"]).absolute()
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    if "SERIALREG_SECRET_KEY" not in os.environ:
        os.environ["SERIALREG_SECRET_KEY"] = kept_secret(data_dir / "secret_key")
    return data_dir


def kept_secret(path: Path) -> str:
    """The secret of this demo: made once, readable by its owner only, kept so that sessions outlive a restart."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        pass
    else:
        with open(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(50))
    secret = path.read_text().strip()
    if not secret:
        sys.exit(f"{path} is empty: delete it and start again.")
    return secret


def prepare_demo(data_dir: Path) -> None:
    """Everything that must be there before the server starts. What is there already costs next to nothing."""
    compile_messages()
    load_settings()
    import django
    from django.core.management import CommandError, call_command
    from django.db import OperationalError, connection, connections

    django.setup()
    try:
        connection.ensure_connection()
    except OperationalError as fault:
        sys.exit(f"The database that DATABASE_URL names cannot be reached: {fault}")
    try:
        say("Preparing the database")
        call_command("migrate", interactive=False, verbosity=0)
        collect_static(data_dir / "static-files")
        say("Loading the demo data")
        call_command("load_demo")
    except CommandError as fault:
        sys.exit(str(fault))
    connections.close_all()


def collect_static(stamp: Path) -> None:
    """Collect the static files, unless the stamp says that these were: compressing them takes many seconds."""
    from django.conf import settings
    from django.contrib.staticfiles.finders import get_finders
    from django.core.management import call_command

    seen = [digest(RUNTIME_LOCK), repr(settings.STORAGES)]
    for finder in get_finders():
        for name, storage in finder.list([]):
            file = Path(storage.path(name)).stat()
            seen.append(f"{name} {file.st_size} {file.st_mtime_ns}")
    state = hashlib.sha256("\n".join(seen).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == state and Path(settings.STATIC_ROOT).is_dir():
        return
    say("Collecting and compressing the static files (some seconds, once)")
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(state)


def run_demo(host: str, port: int, data_dir: Path) -> int:
    """Start both processes, say where to look once the server answers, and watch over them."""
    asked_to_stop: list[signal.Signals] = []
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda received, _frame: asked_to_stop.append(signal.Signals(received)))
    children = {
        "web server": start([sys.executable, "-m", "gunicorn", "serialreg.wsgi", *gunicorn_options(host, port)]),
        "worker": start([sys.executable, str(ROOT / "manage.py"), "db_worker"]),
    }
    try:
        fault = wait_until_ready(host, port, children, asked_to_stop)
        if not fault and not asked_to_stop:
            say(ready_text(host, port, data_dir))
            fault = watch(children, asked_to_stop)
    finally:
        stop(children, asked_to_stop[0] if asked_to_stop else signal.SIGTERM)
    if fault:
        print(fault, file=sys.stderr, flush=True)
    return 1 if fault else 0


def address(host: str, port: int) -> str:
    """Host and port in one, as servers and URLs want it."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def gunicorn_options(host: str, port: int) -> list[str]:
    """Two processes of four threads each; no control socket, which would lie in the user's home."""
    return f"--bind {address(host, port)} --workers 2 --threads 4 --log-level warning --no-control-socket".split()


def start(command: list[str]) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own: Ctrl-C in the terminal reaches only us, and we forward it, once."""
    return subprocess.Popen(command, start_new_session=True)


def dead_child(children: dict[str, subprocess.Popen[bytes]]) -> str:
    """A sentence on the first child that has ended, empty while all live."""
    for name, process in children.items():
        if process.poll() is not None:
            return f"The {name} has ended by itself (exit code {process.returncode}); stopping the demo."
    return ""


def answers(host: str, port: int) -> int:
    """The HTTP status that the server gives now, 0 while it does not answer."""
    connection = http.client.HTTPConnection(EVERYWHERE.get(host, host), port, timeout=10)
    try:
        connection.request("GET", "/", headers={"Host": "localhost"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def wait_until_ready(
    host: str, port: int, children: dict[str, subprocess.Popen[bytes]], asked_to_stop: Sequence[signal.Signals]
) -> str:
    """Wait for the server's first answer. Returns what went wrong, else nothing."""
    deadline = time.monotonic() + READY_TIMEOUT
    while not asked_to_stop:
        fault = dead_child(children)
        if fault:
            return fault
        status = answers(host, port)
        if status >= 500:
            return f"The web server answers with status {status}; its log stands above."
        if status:
            return ""
        if time.monotonic() > deadline:
            return f"The web server did not answer on port {port} within {READY_TIMEOUT} seconds."
        time.sleep(0.2)
    return ""


def ready_text(host: str, port: int, data_dir: Path) -> str:
    """Where to look, and where the passwords lie."""
    return (
        f"\nserialreg is ready: http://{address(EVERYWHERE.get(host, host), port)}/\n"
        f"Users and passwords: {data_dir / 'demo-passwords.txt'}\n"
        "Stop it with Ctrl-C.\n"
    )


def watch(children: dict[str, subprocess.Popen[bytes]], asked_to_stop: Sequence[signal.Signals]) -> str:
    """Sleep until a child dies, which is returned as a fault, or until we are asked to stop."""
    while not asked_to_stop:
        fault = dead_child(children)
        if fault:
            return fault
        time.sleep(0.2)
    return ""


def stop(children: dict[str, subprocess.Popen[bytes]], how: signal.Signals) -> None:
    """Ask every child to end, and end those that do not."""
    for process in children.values():
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(how)
    deadline = time.monotonic() + STOP_TIMEOUT
    for process in children.values():
        try:
            process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


# --- test and benchmark --------------------------------------------------------------------------------------------


def test(arguments: list[str]) -> int:
    """Run the tests, on SQLite unless a database is named."""
    parser = argparse.ArgumentParser(prog="manage.py test", add_help=False, allow_abbrev=False)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("-m", dest="markers", default="")
    options, for_pytest = parser.parse_known_args(arguments)
    status = run_pytest([*parallel(for_pytest), "-m", marker_expression(options.markers, options.long)], for_pytest)
    if not on_postgres():
        say(
            "PostgreSQL was left out (and with it the races). To include it: "
            "SERIALREG_TEST_POSTGRES=postgres://user:password@host:5432/postgres python3 manage.py test"
        )
    return status


def benchmark(arguments: list[str]) -> int:
    """Run the benchmarks: one process, nothing captured, so that the table is seen."""
    return run_pytest(["-p", "no:xdist", "-s", "-m", "benchmark", "tests/benchmarks"], arguments)


def on_postgres() -> bool:
    """Whether the tests are to use PostgreSQL."""
    url = os.environ.get("SERIALREG_TEST_POSTGRES") or os.environ.get("DATABASE_URL", "")
    return url.startswith(("postgres", "pgsql"))


def parallel(arguments: Sequence[str]) -> list[str]:
    """Use all processors, unless pytest is told how many, or to do without."""
    told = any(
        word.startswith(("-n", "--numprocesses", "--pdb", "--trace")) or "no:xdist" in word for word in arguments
    )
    return [] if told else ["-n", "auto", "--dist", "loadgroup"]


def marker_expression(asked: str, long: bool) -> str:
    """Which tests are meant: what was asked for, less the tiers that a usual run leaves out."""
    parts = [f"({asked})"] if asked else []
    parts.append("not benchmark")
    if not long:
        parts.append("not long")
    return " and ".join(parts)


def run_pytest(ours: list[str], theirs: list[str]) -> int:
    """Run pytest in this process with settings that suit tests, and a folder for data that goes away afterwards."""
    os.chdir(ROOT)
    compile_messages()
    with tempfile.TemporaryDirectory(prefix="serialreg-test-") as data_dir:
        set_test_environment(data_dir)
        load_settings()
        import pytest

        return int(pytest.main([*ours, *theirs]))


def set_test_environment(data_dir: str) -> None:
    """Settings for tests; what is set already stays, and the processes that pytest starts inherit them."""
    if os.environ.get("SERIALREG_TEST_POSTGRES"):
        os.environ["DATABASE_URL"] = os.environ["SERIALREG_TEST_POSTGRES"]
    os.environ.setdefault("SERIALREG_SECRET_KEY", secrets.token_urlsafe(50))
    os.environ.setdefault("SERIALREG_HTTPS", "false")  # the browser tests talk to a server without it
    os.environ.setdefault("SERIALREG_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver")
    os.environ.setdefault("SERIALREG_DATA_DIR", data_dir)
    os.environ.setdefault("SERIALREG_CHROMIUM", find_chromium() or "")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv))
    except KeyboardInterrupt:
        sys.exit(130)
