"""install.sh and the port: every file at its place, and nothing that acts unasked."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
from shell_harness import ROOT, SHELLS, need

import hawatch

PORT = ROOT / "port"

BSD_PORT_MK = """\
# What the port's targets need of the ports tree, and nothing more.
SH = /bin/sh
SETENV = /usr/bin/env
show:
	@echo '${${VAR}}'
"""


def install(shell: str, **env: str) -> None:
    """Run install.sh of the source tree."""
    need(shell)
    script = str(ROOT / "etc/install.sh")
    subprocess.run([shell, script], env={"PATH": "/bin:/usr/bin"} | env, check=True)


def tree(root: Path) -> dict[str, int]:
    """Return each file's mode, by its path below root."""
    return {
        str(path.relative_to(root)): path.stat().st_mode & 0o777
        for path in root.rglob("*")
        if path.is_file()
    }


def make(rules: Path, *words: str) -> str:
    """Run the port's Makefile with a ports tree that is as small as can be.

    rules is a directory for that tree; its sys.mk, make's own rules, is empty.
    """
    need("bmake")
    rules.mkdir(exist_ok=True)
    (rules / "sys.mk").touch()
    (rules / "bsd.port.mk").write_text(BSD_PORT_MK)
    argv = ["bmake", "-m", str(rules), "-C", str(PORT), *words]
    done = subprocess.run(argv, check=True, capture_output=True, text=True)
    return done.stdout.strip()


@pytest.fixture
def stage(tmp_path: Path) -> Path:
    """Give the directory into which the port's post-install staged its files."""
    staged = tmp_path / "stage"
    values = (f"STAGEDIR={staged}", "PREFIX=/usr/local", f"WRKSRC={ROOT}")
    make(tmp_path / "mk", "post-install", *values)
    return staged


def variable(tmp_path: Path, name: str) -> str:
    """Return the value of one of the port's variables."""
    return make(tmp_path / "mk", "show", f"VAR={name}")


def plist() -> tuple[set[str], dict[str, int]]:
    """Return pkg-plist's files, man pages unpacked, and its directories with modes."""
    files, directories = set(), {}
    for line in (PORT / "pkg-plist").read_text().splitlines():
        directory = re.fullmatch(r"@dir\(root,wheel,(\d+)\) (.+)", line)
        if directory:
            path = directory[2]
            path = path[1:] if path.startswith("/") else f"usr/local/{path}"
            directories[path] = int(directory[1], 8)
        else:
            path = line.removeprefix("@sample ").removesuffix(".gz")
            files.add(f"usr/local/{path}")
    return files, directories


def test_the_plist_names_exactly_what_the_port_stages(stage: Path) -> None:
    """What pkg-plist misses is left behind; what it invents fails the build."""
    files, directories = plist()
    assert files == set(tree(stage))
    for path, mode in directories.items():
        assert (stage / path).stat().st_mode & 0o777 == mode, path


def test_every_manual_page_of_the_plist_is_compressed() -> None:
    """The ports tree compresses what lies in share/man."""
    lines = (PORT / "pkg-plist").read_text().splitlines()
    assert all(line.endswith(".gz") for line in lines if "/man/" in line)


def test_the_ports_rc_script_is_the_shipped_one() -> None:
    """files/hawatch.in is etc/rc.d/hawatch with %%PREFIX%%."""
    template = (PORT / "files/hawatch.in").read_text()
    shipped = (ROOT / "etc/rc.d/hawatch").read_text()
    assert template.replace("%%PREFIX%%", "/usr/local") == shipped


def test_the_port_and_the_package_have_one_version(tmp_path: Path) -> None:
    """The distfile's name is made of it."""
    assert variable(tmp_path, "DISTVERSION") == hawatch.__version__
    assert f"hawatch-{hawatch.__version__}.tar.gz" in (PORT / "README.md").read_text()


def test_the_port_depends_on_what_the_package_depends_on(tmp_path: Path) -> None:
    """The same names with the same least versions, at run time and to build."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for name, wanted in {
        "RUN_DEPENDS": project["project"]["dependencies"],
        "BUILD_DEPENDS": project["build-system"]["requires"],
    }.items():
        entries = variable(tmp_path, name).split()
        assert sorted(entry.split(":")[0] for entry in entries) == sorted(wanted)
        for entry in entries:
            package, origin = entry.split(":")
            assert re.fullmatch(r"[a-z-]+/py-[a-z]+@?", origin), entry
            assert origin.rstrip("@").endswith(f"/py-{package.split('>=')[0]}")
    least = project["project"]["requires-python"].removeprefix(">=")
    assert variable(tmp_path, "USES") == f"python:{least}+"


@pytest.mark.parametrize("shell", SHELLS)
def test_programs_are_executable_and_nothing_else_is(
    shell: str, tmp_path: Path
) -> None:
    """periodic(8) and rc(8) pass over what is not executable."""
    install(shell, DESTDIR=str(tmp_path))
    modes = tree(tmp_path / "usr/local")
    programs = {path for path, mode in modes.items() if mode & 0o111}
    assert programs == {
        "etc/periodic/daily/407.status-hawatch",
        "etc/periodic/security/410.hawatch",
        "etc/rc.d/hawatch",
        "libexec/hawatch/hast-event",
    }
    assert set(modes.values()) == {0o755, 0o644}


@pytest.mark.parametrize("shell", SHELLS)
def test_nothing_that_acts_by_being_there_is_installed(
    shell: str, tmp_path: Path
) -> None:
    """A rule *.conf, anything for cron; hawatch.toml would be another pair's."""
    install(shell, DESTDIR=str(tmp_path))
    etc = tmp_path / "usr/local/etc"
    assert [path.name for path in (etc / "devd").iterdir()] == ["hawatch.conf.sample"]
    assert not (etc / "cron.d").exists()
    assert not (etc / "hawatch.toml").exists()
    assert (etc / "hawatch.toml.sample").is_file()


@pytest.mark.parametrize("shell", SHELLS)
def test_another_prefix_is_in_every_file(shell: str, tmp_path: Path) -> None:
    """No file may point to a program that is elsewhere."""
    install(shell, DESTDIR=str(tmp_path), PREFIX="/opt/pkg")
    for path in tree(tmp_path):
        text = (tmp_path / path).read_text()
        assert "/usr/local/" not in text.replace("/usr/local/libexec/mysqld", ""), path
    hook = (tmp_path / "opt/pkg/libexec/hawatch/hast-event").read_text()
    assert "exec /opt/pkg/bin/hawatch event hast" in hook


def test_what_an_administrator_changed_is_kept(tmp_path: Path) -> None:
    """A second installation writes over samples only."""
    need("dash")
    source = tmp_path / "source"
    for folder in ("etc", "periodic", "man"):
        shutil.copytree(ROOT / folder, source / folder)
    script = (ROOT / "etc/install.sh").read_text()
    script = script.replace("/var/db", f"{tmp_path}/var/db")
    (source / "etc/install.sh").write_text(script)
    prefix = tmp_path / "usr"
    argv = ["dash", str(source / "etc/install.sh")]
    env = {"PATH": os.defpath, "PREFIX": str(prefix)}
    subprocess.run(argv, env=env, check=True)
    kept = prefix / "etc/newsyslog.conf.d/hawatch.conf"
    sample = kept.with_name("hawatch.conf.sample")
    assert kept.read_text() == sample.read_text()
    kept.write_text("mine\n")
    sample.write_text("old\n")
    subprocess.run(argv, env=env, check=True)
    assert kept.read_text() == "mine\n"
    assert sample.read_text() != "old\n"


def test_the_message_of_the_package_leaves_no_placeholder() -> None:
    """SUB_FILES knows %%PREFIX%%; anything else would be shown as it is."""
    text = (PORT / "files/pkg-message.in").read_text()
    assert set(re.findall(r"%%\w+%%", text)) == {"%%PREFIX%%"}
    installed = plist()[0]
    for path in re.findall(r"%%PREFIX%%(/\S+sample|/share/\S+\w)", text):
        assert f"usr/local{path}" in installed
