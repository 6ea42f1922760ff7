"""manage.py: what it does before Django is there, and around it."""

from __future__ import annotations

import ast
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from argparse import ArgumentTypeError
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import pytest

import manage

ROOT = Path(manage.__file__).parent


@pytest.fixture(autouse=True)
def _own_environment() -> Iterator[None]:
    """Whatever a test does to the environment is undone."""
    with mock.patch.dict(os.environ):
        yield


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder of its own, with two locks and an empty `.venv`."""
    monkeypatch.setattr(manage, "ROOT", tmp_path)
    monkeypatch.setattr(manage, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(manage, "VENV_PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(manage, "STAMP", tmp_path / ".venv" / "stamp.json")
    monkeypatch.setattr(manage, "RUNTIME_LOCK", tmp_path / "requirements.lock")
    monkeypatch.setattr(manage, "DEV_LOCK", tmp_path / "requirements-dev.lock")
    (tmp_path / ".venv").mkdir()
    (tmp_path / "requirements.lock").write_text("django==5.2.19\n")
    (tmp_path / "requirements-dev.lock").write_text("django==5.2.19\npytest==9.2.0\n")
    return tmp_path


class Programs:
    """Stands in for subprocess.run: remembers what was called, and ends as told."""

    def __init__(self, returncode: int = 0) -> None:
        self.calls: list[list[str]] = []
        self.environments: list[dict[str, str] | None] = []
        self.returncode = returncode

    def __call__(
        self, command: list[str], env: dict[str, str] | None = None, **_: object
    ) -> subprocess.CompletedProcess[str]:
        self.calls.append(command)
        self.environments.append(env)
        return subprocess.CompletedProcess(command, self.returncode, stdout="E: no network\n")


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> Programs:
    stand_in = Programs()
    monkeypatch.setattr(manage.subprocess, "run", stand_in)
    return stand_in


# An older Python


@pytest.mark.parametrize("version", [(3, 6), (3, 7), (3, 8), (3, 9), (3, 10)])
def test_an_older_python_gets_as_far_as_the_sentence(version: tuple[int, int]) -> None:
    """A SyntaxError anywhere in the file would come before it."""
    ast.parse((ROOT / "manage.py").read_text(), feature_version=version)


def test_the_sentence_comes_before_any_import_that_an_older_python_lacks() -> None:
    statements = ast.parse((ROOT / "manage.py").read_text()).body
    assert isinstance(statements[0], ast.Expr)  # the docstring
    assert ast.unparse(statements[1]) == "import sys"
    assert ast.unparse(statements[2]).startswith("if sys.version_info < (3, 11):\n    sys.exit(")


# Packages of Python


def pip_calls(programs: Programs) -> list[str]:
    return [Path(call[-1]).name for call in programs.calls]


def test_a_lock_is_installed_once(elsewhere: Path, programs: Programs) -> None:
    manage.install(manage.RUNTIME_LOCK)
    manage.install(manage.RUNTIME_LOCK)
    assert pip_calls(programs) == ["requirements.lock"]
    assert "--require-hashes" in programs.calls[0]


def test_a_changed_lock_is_installed_again(elsewhere: Path, programs: Programs) -> None:
    manage.install(manage.RUNTIME_LOCK)
    manage.RUNTIME_LOCK.write_text("django==5.2.20\n")
    manage.install(manage.RUNTIME_LOCK)
    assert pip_calls(programs) == ["requirements.lock", "requirements.lock"]


def test_the_dev_lock_brings_the_runtime_lock_with_it(elsewhere: Path, programs: Programs) -> None:
    manage.install(manage.DEV_LOCK)
    manage.install(manage.RUNTIME_LOCK)
    manage.install(manage.DEV_LOCK)
    assert pip_calls(programs) == ["requirements-dev.lock"]


def test_the_dev_lock_comes_again_after_a_changed_runtime_lock(elsewhere: Path, programs: Programs) -> None:
    manage.install(manage.DEV_LOCK)
    manage.RUNTIME_LOCK.write_text("django==5.2.20\n")
    manage.install(manage.RUNTIME_LOCK)
    manage.install(manage.DEV_LOCK)
    assert pip_calls(programs) == ["requirements-dev.lock", "requirements.lock", "requirements-dev.lock"]


@pytest.mark.parametrize("stamp", ["", "{", "[]", '{"requirements.lock": "another"}', "\x00"])
def test_a_spoilt_stamp_counts_as_none(elsewhere: Path, programs: Programs, stamp: str) -> None:
    manage.STAMP.write_text(stamp)
    manage.install(manage.RUNTIME_LOCK)
    assert pip_calls(programs) == ["requirements.lock"]
    assert manage.installed_locks() == {"requirements.lock": manage.digest(manage.RUNTIME_LOCK)}


def test_a_failed_installation_leaves_no_stamp(elsewhere: Path, programs: Programs) -> None:
    programs.returncode = 1
    with pytest.raises(SystemExit, match=r"requirements\.lock could not be installed"):
        manage.install(manage.RUNTIME_LOCK)
    assert not manage.STAMP.exists()


def test_a_half_made_environment_is_made_anew(elsewhere: Path) -> None:
    assert not manage.environment_works()
    manage.VENV_PYTHON.parent.mkdir()
    manage.VENV_PYTHON.symlink_to("/nowhere/python3.10")  # its Python was upgraded away
    assert not manage.environment_works()
    manage.make_environment()
    assert manage.environment_works()
    made = manage.VENV_PYTHON.lstat().st_mtime_ns
    manage.make_environment()
    assert manage.VENV_PYTHON.lstat().st_mtime_ns == made


def test_a_second_setup_waits_for_the_first() -> None:
    order = []

    def second() -> None:
        with manage.one_setup_at_a_time():
            order.append("second")

    thread = threading.Thread(target=second)
    with manage.one_setup_at_a_time():
        thread.start()
        time.sleep(0.2)
        order.append("first")
    thread.join()
    assert order == ["first", "second"]


def test_both_locks_are_hashed_and_name_no_registry() -> None:
    for lock in (manage.RUNTIME_LOCK, manage.DEV_LOCK):
        text = lock.read_text()
        pins = re.findall(r"^[\w.-]+==.*\n((?:    --hash=sha256:[0-9a-f]{64}.*\n)+)", text, flags=re.MULTILINE)
        assert len(pins) == len(re.findall("==", re.sub(r";.*", "", text))), lock.name
        assert "://" not in text
        assert "--index" not in text


def test_the_dev_lock_holds_the_very_pins_of_the_runtime_lock() -> None:
    """Otherwise tests would try other packages than those that run."""
    pin = re.compile(r"^([\w.-]+==[^ ]+)", flags=re.MULTILINE)
    assert set(pin.findall(manage.RUNTIME_LOCK.read_text())) < set(pin.findall(manage.DEV_LOCK.read_text()))


# Packages of the system


def need(debian: str, homebrew: str, *, present: bool = False) -> manage.Need:
    return manage.Need(f"what {debian} gives", debian, homebrew, lambda: present)


PANGO, FONT, HERE = (
    need("libpango-1.0-0", "pango"),
    need("fonts-dejavu-core", "--cask font-dejavu"),
    need("gettext", "gettext", present=True),
)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, programs: Programs) -> pytest.MonkeyPatch:
    """A machine to be described by the test; at first Debian, and we an ordinary user."""
    monkeypatch.setattr(manage.sys, "platform", "linux")
    monkeypatch.setattr(manage, "is_debian", lambda: True)
    monkeypatch.setattr(manage.os, "geteuid", lambda: 1000)
    return monkeypatch


def test_nothing_missing_asks_for_nothing(machine: pytest.MonkeyPatch, programs: Programs) -> None:
    manage.provide_system_packages([HERE])
    assert programs.calls == []


def test_a_user_on_debian_reads_what_to_type(machine: pytest.MonkeyPatch, programs: Programs) -> None:
    with pytest.raises(SystemExit) as stopped:
        manage.provide_system_packages([PANGO, HERE, FONT])
    assert str(stopped.value).splitlines() == [
        "serialreg needs, and this machine lacks: what libpango-1.0-0 gives, what fonts-dejavu-core gives.",
        "Type:",
        "    sudo apt-get install libpango-1.0-0 fonts-dejavu-core",
        "and then the same command again.",
    ]
    assert programs.calls == []


def test_a_user_of_a_mac_reads_what_to_type(machine: pytest.MonkeyPatch, programs: Programs) -> None:
    machine.setattr(manage.sys, "platform", "darwin")
    machine.setattr(manage, "is_debian", lambda: False)
    with pytest.raises(SystemExit) as stopped:
        manage.provide_system_packages([PANGO, PANGO, FONT])
    assert str(stopped.value).splitlines()[1:4] == [
        "Type:",
        "    brew install pango",
        "    brew install --cask font-dejavu",
    ]
    assert programs.calls == []


def test_elsewhere_the_packages_are_named(machine: pytest.MonkeyPatch, programs: Programs) -> None:
    machine.setattr(manage, "is_debian", lambda: False)
    machine.setattr(manage.os, "geteuid", lambda: 0)
    with pytest.raises(SystemExit, match=r"package manager; on Debian the packages are: libpango-1.0-0\n"):
        manage.provide_system_packages([PANGO])
    assert programs.calls == []


def test_root_on_debian_gets_the_packages_installed(machine: pytest.MonkeyPatch, programs: Programs) -> None:
    machine.setattr(manage.os, "geteuid", lambda: 0)
    installed = manage.Need("Pango", "libpango-1.0-0", "pango", lambda: bool(programs.calls))
    manage.provide_system_packages([installed, HERE])
    assert programs.calls == [
        ["apt-get", "update"],
        ["apt-get", "install", "--yes", "--no-install-recommends", "libpango-1.0-0"],
    ]
    assert all(environment["DEBIAN_FRONTEND"] == "noninteractive" for environment in programs.environments)


def test_what_apt_get_said_is_shown_when_it_fails(machine: pytest.MonkeyPatch, programs: Programs) -> None:
    machine.setattr(manage.os, "geteuid", lambda: 0)
    programs.returncode = 100
    with pytest.raises(SystemExit, match=r"E: no network\n\n`apt-get update` failed"):
        manage.provide_system_packages([PANGO])


def test_what_is_missing_even_so_is_named(machine: pytest.MonkeyPatch, programs: Programs) -> None:
    machine.setattr(manage.os, "geteuid", lambda: 0)
    with pytest.raises(SystemExit, match=r"this machine lacks: what libpango-1\.0-0 gives"):
        manage.provide_system_packages([PANGO])


def test_only_the_verbs_that_use_them_need_system_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manage, "inside_environment", lambda: True)
    assert manage.system_needs("migrate") == ()
    assert manage.system_needs("demo") == manage.DEMO_NEEDS
    assert manage.system_needs("test") == manage.DEMO_NEEDS + manage.TEST_NEEDS
    assert manage.system_needs("benchmark") == manage.DEMO_NEEDS + manage.TEST_NEEDS


@pytest.mark.parametrize(("works", "needs"), [(True, ()), (False, manage.VENV_NEEDS)])
def test_a_virtual_environment_that_is_there_needs_nothing_to_make_it(
    monkeypatch: pytest.MonkeyPatch, works: bool, needs: tuple[manage.Need, ...]
) -> None:
    monkeypatch.setattr(manage, "inside_environment", lambda: False)
    monkeypatch.setattr(manage, "environment_works", lambda: works)
    assert manage.system_needs("migrate") == needs


def test_a_library_is_found_by_loading_it(monkeypatch: pytest.MonkeyPatch) -> None:
    loaded = []

    def load(name: str) -> None:
        loaded.append(name)
        raise OSError

    monkeypatch.setattr(manage.ctypes, "CDLL", load)
    monkeypatch.setenv("HOMEBREW_PREFIX", "/opt/homebrew")
    for platform in ("linux", "darwin"):
        monkeypatch.setattr(manage.sys, "platform", platform)
        assert not manage.has_library("pango-1.0", 0)
    assert loaded == [
        "libpango-1.0.so.0",
        "/opt/homebrew/lib/libpango-1.0.so.0",
        "libpango-1.0.0.dylib",
        "/opt/homebrew/lib/libpango-1.0.0.dylib",
    ]
    monkeypatch.undo()
    assert manage.has_library("pango-1.0", 0)  # the tests run only where it is


def test_another_chromium_can_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SERIALREG_CHROMIUM", "/opt/mine")
    assert manage.find_chromium() == "/opt/mine"
    monkeypatch.delenv("SERIALREG_CHROMIUM")
    monkeypatch.setattr(manage.shutil, "which", lambda name: f"/usr/bin/{name}" if name == "google-chrome" else None)
    assert manage.find_chromium() == "/usr/bin/google-chrome"
    monkeypatch.setattr(manage.shutil, "which", lambda name: None)
    assert manage.find_chromium() is None


# Settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SERIALREG_HTTPS", "perhaps"),
        ("SERIALREG_DEBUG", "2"),
        ("SERIALREG_SECRET_KEY", "short"),
        ("SERIALREG_TIME_ZONE", "Europe/Nowhere"),
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", ""),
        ("DATABASE_URL", "mysql://localhost/serialreg"),
    ],
)
def test_nonsense_in_the_environment_is_refused_by_name(name: str, value: str) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**os.environ, name: value},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert name in done.stderr


def test_a_secret_key_is_demanded() -> None:
    environment = {name: value for name, value in os.environ.items() if name != "SERIALREG_SECRET_KEY"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr == 'The environment cannot be used: Environment variable "SERIALREG_SECRET_KEY" not set\n'


# Messages

GOOD = 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\n\n#, python-format\nmsgid "%(n)s units"\n'


def test_only_changed_catalogues_are_compiled(elsewhere: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ours = elsewhere / "locale" / "nl" / "LC_MESSAGES" / "django.po"
    foreign = elsewhere / ".venv" / "locale" / "nl" / "LC_MESSAGES" / "django.po"
    for catalogue in (ours, foreign):
        catalogue.parent.mkdir(parents=True)
        catalogue.write_text(GOOD + 'msgstr "%(n)s stuks"\n')
    manage.compile_messages()
    manage.compile_messages()
    assert capfd.readouterr().out == "Compiling locale/nl/LC_MESSAGES/django.po\n"
    assert ours.with_suffix(".mo").exists()
    assert not foreign.with_suffix(".mo").exists()
    later = ours.with_suffix(".mo").stat().st_mtime + 1
    os.utime(ours, (later, later))
    manage.compile_messages()
    assert capfd.readouterr().out == "Compiling locale/nl/LC_MESSAGES/django.po\n"


def test_a_faulty_catalogue_is_named(elsewhere: Path) -> None:
    catalogue = elsewhere / "locale" / "nl" / "LC_MESSAGES" / "django.po"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text(GOOD + 'msgstr "%(aantal)s stuks"\n')
    with pytest.raises(SystemExit, match=r"locale/nl/LC_MESSAGES/django\.po is faulty"):
        manage.compile_messages()


# test


@pytest.mark.parametrize(
    ("asked", "long", "expected"),
    [
        ("", False, "not benchmark and not long"),
        ("", True, "not benchmark"),
        ("browser or race", False, "(browser or race) and not benchmark and not long"),
    ],
)
def test_the_tiers(asked: str, long: bool, expected: str) -> None:
    assert manage.marker_expression(asked, long) == expected


@pytest.mark.parametrize("words", [["-n", "4"], ["-n0"], ["--numprocesses=2"], ["-p", "no:xdist"], ["--pdb"]])
def test_whoever_says_how_many_processes_gets_them(words: list[str]) -> None:
    assert manage.parallel(words) == []


def test_all_processors_work_otherwise() -> None:
    assert manage.parallel(["tests/orders", "-k", "not n"])[:2] == ["-n", "auto"]


@pytest.mark.parametrize(
    ("environment", "answer"),
    [
        ({}, False),
        ({"DATABASE_URL": "sqlite:///x"}, False),
        ({"DATABASE_URL": "postgres://localhost/x"}, True),
        ({"SERIALREG_TEST_POSTGRES": "postgresql://localhost/x", "DATABASE_URL": "sqlite:///x"}, True),
    ],
)
def test_which_database_the_tests_use(environment: dict[str, str], answer: bool) -> None:
    for name in ("DATABASE_URL", "SERIALREG_TEST_POSTGRES"):
        os.environ.pop(name, None)
    os.environ.update(environment)
    assert manage.on_postgres() is answer


# demo


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def test_a_taken_port_is_named_with_the_way_out(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    with pytest.raises(SystemExit) as stopped:
        manage.refuse_taken_port("127.0.0.1", port)
    assert f"Port {port} on 127.0.0.1 cannot be used: Address already in use." in str(stopped.value)
    assert "manage.py demo --port" in str(stopped.value)


def test_a_free_port_is_taken_without_a_word(listener: socket.socket) -> None:
    port = listener.getsockname()[1]
    listener.close()
    manage.refuse_taken_port("127.0.0.1", port)


def test_a_host_that_is_none_is_named() -> None:
    with pytest.raises(SystemExit, match="on no host at all cannot be used"):
        manage.refuse_taken_port("no host at all", 8000)


@pytest.mark.parametrize("text", ["0", "65536", "-1", "8000.0", "http", "", "８０８０", "9" * 5000])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(ArgumentTypeError):
        manage.port_number(text)


def test_the_secret_is_kept_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    secret = manage.kept_secret(path)
    assert len(secret) >= 50
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert manage.kept_secret(path) == secret
    path.write_text("")
    with pytest.raises(SystemExit, match="secret_key is empty"):
        manage.kept_secret(path)


def test_the_demo_leaves_settings_alone_that_are_set(tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith("SERIALREG_")]:
        del os.environ[name]
    os.environ |= {"SERIALREG_DATA_DIR": str(tmp_path / "here"), "SERIALREG_HTTPS": "true"}
    assert manage.set_demo_environment("192.0.2.7") == tmp_path / "here"
    assert os.environ["SERIALREG_HTTPS"] == "true"
    assert os.environ["SERIALREG_ALLOWED_HOSTS"] == "localhost,127.0.0.1,[::1],192.0.2.7"
    assert os.environ["SERIALREG_SECRET_KEY"] == (tmp_path / "here" / "secret_key").read_text()
    assert stat.S_IMODE((tmp_path / "here").stat().st_mode) == 0o700


def python(code: str) -> subprocess.Popen[bytes]:
    return manage.start([sys.executable, "-c", code])


def test_the_first_to_die_ends_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    children = {"web server": python("import time; time.sleep(60)"), "worker": python("raise SystemExit(3)")}
    assert manage.watch(children, []) == "The worker has ended by itself (exit code 3); stopping the demo."
    manage.stop(children, signal.SIGTERM)
    assert children["web server"].returncode == -signal.SIGTERM


def test_a_child_that_will_not_stop_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(manage, "STOP_TIMEOUT", 0.2)
    stubborn = "import signal, sys, time; signal.signal(15, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", stubborn], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"up\n"
        manage.stop({"worker": child}, signal.SIGTERM)
        assert child.returncode == -signal.SIGKILL


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def start_demo(port: int, data_dir: Path) -> subprocess.Popen[str]:
    """Start the demo, and wait until it says that it is ready."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("SERIALREG_")}
    environment.pop("DATABASE_URL", None)
    process = subprocess.Popen(
        [sys.executable, "manage.py", "demo", "--port", str(port)],
        cwd=ROOT,
        env={**environment, "SERIALREG_DATA_DIR": str(data_dir)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    seen = []
    assert process.stdout is not None
    for line in process.stdout:
        seen.append(line)
        if "Stop it with Ctrl-C" in line:
            return process
    raise AssertionError(f"The demo ended with {process.wait()}:\n{''.join(seen)}")


def children_of(pid: int) -> dict[str, int]:
    """The web server's and the worker's process."""
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        command = Path(f"/proc/{child}/cmdline").read_text()
        found["worker" if "db_worker" in command else "web server"] = int(child)
    return found


def ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def end(process: subprocess.Popen[str]) -> None:
    """End a demo, whatever became of the test. Only asked nicely it ends its children."""
    process.terminate()
    process.communicate(timeout=60)


@pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")
def test_the_demo_starts_and_stops_whole(tmp_path: Path) -> None:
    port = free_port()
    process = start_demo(port, tmp_path)
    try:
        assert manage.answers("127.0.0.1", port) in (200, 302)
        passwords = tmp_path / "demo-passwords.txt"
        assert stat.S_IMODE(passwords.stat().st_mode) == 0o600
        children = children_of(process.pid)
        assert sorted(children) == ["web server", "worker"]
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
        assert all(map(ended, children.values()))
        assert manage.answers("127.0.0.1", port) == 0
        made = {
            path: path.stat().st_mtime_ns for path in (passwords, tmp_path / "secret_key", tmp_path / "static-files")
        }
    finally:
        end(process)

    # Again: nothing is made anew, and this time a part of it dies.
    process = start_demo(port, tmp_path)
    try:
        assert made == {path: path.stat().st_mtime_ns for path in made}
        children = children_of(process.pid)
        os.kill(children["worker"], signal.SIGKILL)
        said, _ = process.communicate(timeout=30)
        assert process.returncode == 1
        assert "The worker has ended by itself (exit code -9); stopping the demo." in said
        assert all(map(ended, children.values()))
    finally:
        end(process)


def test_the_stamp_is_what_this_very_run_was_installed_from() -> None:
    """The tests run inside `.venv`, so that its stamp names the locks of the repository."""
    if not manage.inside_environment():
        pytest.skip("not started by manage.py")
    stamp = json.loads(manage.STAMP.read_text())
    assert stamp["requirements-dev.lock"] == manage.digest(manage.DEV_LOCK)
