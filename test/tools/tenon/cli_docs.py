"""Checks that docs/cli.md names every flag and phase of `tenon`, and no other.

    cli_docs.py ROOT
"""

import pathlib
import re
import subprocess
import sys

COMMANDS = ("compile", "run", "train", "bench", "inspect", "check")
FLAG = re.compile(r"--[a-z][a-z-]*")


def help_of(command):
    return subprocess.run(["tenon", command, "--help"], check=True,
                          capture_output=True, text=True).stdout


def main():
    page = (pathlib.Path(sys.argv[1]) / "docs" / "cli.md").read_text("utf-8")
    sections = dict(zip(COMMANDS, re.split(r"\n## ", page)[1:]))
    problems = []
    everywhere = {"--help"}
    for command in COMMANDS:
        everywhere |= set(FLAG.findall(help_of(command)))
    for command in COMMANDS:
        if not sections[command].startswith(f"tenon {command}"):
            problems.append(f"the section of {command} is missing or misplaced")
        flags = set(re.findall(r"^  (?:-\w,)?(--[a-z-]+)", help_of(command), re.M))
        documented = set(FLAG.findall(sections[command]))
        # What every command that takes it means alike is described once.
        shared = {"--help", "--target", "--target-cpu", "--target-spec"}
        problems += [f"{command}: {flag} is not in docs/cli.md"
                     for flag in sorted(flags - documented - shared)]
        problems += [f"{command}: docs/cli.md has {flag}, the tool does not"
                     for flag in sorted(documented - everywhere)]
    phases = re.findall(r"^  (\w+) +\S", help_of("compile").split("Phases:")[1], re.M)
    listed = re.findall(r"^\| `(\w+)` \|", sections["compile"], re.M)
    if phases != listed:
        problems.append(f"the phases are {phases}, docs/cli.md has {listed}")
    print("\n".join(problems) or "docs/cli.md is complete")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
