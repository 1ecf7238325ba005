"""The files that the lint checks look at."""

import pathlib
import subprocess

# Fixtures that break the rules on purpose.
FIXTURES = "test/lint/inputs/"

CODE = (".h", ".hpp", ".c", ".cpp", ".td", ".py", ".sh", ".cmake", ".fbs", ".proto")


def source_files(root, suffixes=None):
    """Paths relative to `root`, sorted: what git tracks or would track there,
    or every file where `root` is not a repository of its own."""
    root = pathlib.Path(root).resolve()
    if (root / ".git").exists():
        listed = subprocess.run(
            ["git", "-C", root, "ls-files", "--cached", "--others", "--exclude-standard"],
            check=True, capture_output=True, text=True).stdout.splitlines()
        paths = [p for p in listed if (root / p).is_file() and not p.startswith(FIXTURES)]
    else:
        paths = [str(p.relative_to(root)) for p in root.rglob("*") if p.is_file()]
    return sorted(set(p for p in paths if suffixes is None or p.endswith(suffixes)))


def report(problems, checked):
    """Prints what was found; returns the exit code."""
    for problem in problems:
        print(problem)
    print(f"{checked}: {len(problems)} problems")
    return 1 if problems else 0
