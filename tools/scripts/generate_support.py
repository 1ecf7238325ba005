#!/usr/bin/env python3
"""Writes docs/generated/support-*.md: what is supported, op by op.

    generate_support.py [--build DIR]            write the pages
    generate_support.py [--build DIR] --check    say which are not what they would be written as
    generate_support.py [--build DIR] --check-tables    the same of what does not come from cases

Nothing in the pages is written by hand. They are made of the importers' tables
(`tenon check --list-ops`), the op table's cases with the lists of those that
kernels refuse (test/ops), the operator tests of the installed `onnx` package
and the last recorded run of them (test/conformance/onnx_expected_failures.txt).
"""

import argparse
import collections
import fnmatch
import itertools
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "generated"
OPS = ROOT / "test" / "ops"
CONFORMANCE = ROOT / "test" / "conformance"
HEAD = "<!-- Written by tools/scripts/generate_support.py. -->\n\n"

# Element types in the order in which pages name them; others come behind.
ORDER = ("f64 f32 f16 bf16 f8E4M3FN f8E5M2 f8E4M3FNUZ f8E5M2FNUZ f8E8M0FNU f4E2M1FN complex<f32> "
         "complex<f64> i64 i32 i16 i8 i4 i2 ui64 ui32 ui16 ui8 ui4 ui2 i1 string").split()
ONNX_TYPES = {
    "FLOAT": "f32", "DOUBLE": "f64", "FLOAT16": "f16", "BFLOAT16": "bf16", "BOOL": "i1",
    "STRING": "string", "COMPLEX64": "complex<f32>", "COMPLEX128": "complex<f64>",
    "FLOAT8E4M3FN": "f8E4M3FN", "FLOAT8E5M2": "f8E5M2", "FLOAT8E4M3FNUZ": "f8E4M3FNUZ",
    "FLOAT8E5M2FNUZ": "f8E5M2FNUZ", "FLOAT8E8M0": "f8E8M0FNU", "FLOAT4E2M1": "f4E2M1FN"}


def onnx_type(number):
    from onnx import TensorProto
    name = TensorProto.DataType.Name(number)
    return ONNX_TYPES.get(name) or re.sub("^(UINT|INT)", lambda m: "ui" if m[1] == "UINT" else "i",
                                          name)


def types_text(types):
    """Types in their order, runs of them as words."""
    rank = {name: i for i, name in enumerate(ORDER)}
    return " ".join(sorted(types, key=lambda t: (rank.get(t, len(rank)), t)))


def run(program, *arguments):
    return subprocess.run([program, *arguments], check=True, capture_output=True, text=True).stdout


def list_ops(build, form):
    """The importer's table: {op: rows}, a row for each range of versions."""
    listed = collections.defaultdict(list)
    for row in json.loads(run(build / "bin" / "tenon", "check", f"--list-ops={form}", "--json")):
        listed[row["op"]].append(row)
    return listed


def limits_text(rows):
    several = len({r["limits"] for r in rows}) > 1
    parts = []
    for row in rows:
        if row["limits"]:
            parts.append((f"{row['versions'][0]} - {row['versions'][1]}: " if several else "")
                         + row["limits"])
    return "; ".join(dict.fromkeys(parts))


# ---- ONNX --------------------------------------------------------------------


def versions_text(rows):
    """Ranges of versions, neighbours joined."""
    ranges = []
    for low, high in sorted(tuple(r["versions"]) for r in rows):
        if ranges and low <= ranges[-1][1] + 1:
            ranges[-1][1] = max(high, ranges[-1][1])
        else:
            ranges.append([low, high])
    return ", ".join(f"{a} - {b}" for a, b in ranges)


def onnx_schemas():
    """Of each op of the installed package: the first version that has it."""
    import onnx.defs
    first = {}
    for schema in onnx.defs.get_all_schemas_with_history():
        name = f"{schema.domain}.{schema.name}" if schema.domain else schema.name
        first[name] = min(schema.since_version, first.get(name, schema.since_version))
    return first


class CaseCounts:
    """What became of the operator tests of one op."""

    def __init__(self):
        self.total = self.passed = 0
        self.types = set()
        self.reasons = collections.Counter()


def case_types(model):
    return {onnx_type(v.type.tensor_type.elem_type)
            for v in [*model.graph.input, *model.graph.output]
            if v.type.WhichOneof("value") == "tensor_type"}


def count_cases():
    """As of_cases, of all node cases."""
    import onnx_cases
    return of_cases(onnx_cases.load(("node",)))


def of_cases(cases):
    """The node cases by op: one of a single node is its op's, any other one (an
    expanded function) the op's after which its name is, where there is one."""
    import run_onnx_suite
    table = run_onnx_suite.read_table()
    counts = collections.defaultdict(CaseCounts)
    expanded = CaseCounts()
    for case in cases:
        nodes = case.model.graph.node
        count = expanded
        if len(nodes) == 1:
            domain = nodes[0].domain
            count = counts[f"{domain}.{nodes[0].op_type}" if domain else nodes[0].op_type]
        result = table.get(case.name)
        count.total += 1
        if result is None:
            count.passed += 1
            count.types |= case_types(case.model)
        else:
            reason = re.sub(r" \([A-Za-z]+_\d+.*", "", result.reason)
            count.reasons["wrong or crashed: " + reason if result.status == "failed"
                          else reason] += 1
    return counts, expanded


def gaps_text(count):
    return "; ".join(f"{n} x {reason}" if n > 1 else reason
                     for reason, n in sorted(count.reasons.items()))


def onnx_page(build, with_cases=True):
    import onnx
    listed, schemas = list_ops(build, "onnx"), onnx_schemas()
    unlisted = sorted(set(schemas) - set(listed))
    if unlisted:
        sys.exit("neither imported nor listed as missing: " + ", ".join(unlisted))
    counts, expanded = count_cases() if with_cases else ({}, CaseCounts())
    lines = [
        "# ONNX, op by op", "",
        f"Held against `onnx` {onnx.__version__}, which defines {len(schemas)} ops, "
        f"{sum(listed[op][0]['imported'] for op in schemas)} of them imported. Versions are those "
        "of the op's operator set; before the first one that is imported an op had another form. "
        "Cases are the node cases of `onnx.backend.test` that consist of the op alone, through the "
        "CPU backend in the last recorded run; types are those at inputs and outputs of cases that "
        "pass. What can be done instead of what is missing stands in [onnx-ops.md](onnx-ops.md) "
        "and in what `tenon check MODEL` prints.", "",
        "| op | in ONNX from | imported | cases | types | limits | gaps in the cases |",
        "| --- | --- | --- | --- | --- | --- | --- |"]
    for op in sorted(listed):
        rows, count = listed[op], counts.get(op, CaseCounts())
        imported = rows[0]["imported"]
        limits = limits_text(rows) if imported else "needs " + rows[0]["limits"]
        lines.append(
            f"| {op} | {schemas.get(op, '')} | {versions_text(rows) if imported else 'no'} | "
            f"{f'{count.passed} of {count.total}' if count.total else ''} | "
            f"{types_text(count.types)} | {limits} | {gaps_text(count)} |")
    lines += ["", f"Of the cases of several nodes, most of them bodies of functions, "
              f"{expanded.passed} of {expanded.total} pass. The others:", ""]
    lines += [f"- {n} x {reason}" for reason, n in sorted(expanded.reasons.items())]
    return "\n".join(lines) + "\n"


# ---- StableHLO ---------------------------------------------------------------


def braces(glob):
    """The globs that one with {a,b} stands for."""
    parts = [part.split(",") for part in re.split(r"\{([^}]*)\}", glob)[1::2]]
    pattern = re.split(r"\{[^}]*\}", glob)
    for choice in itertools.product(*parts):
        yield "".join(itertools.chain(*itertools.zip_longest(pattern, choice, fillvalue="")))


class Refusals:
    """What kernels refuse, by globs over the names of cases; files are read in
    order, and the first line that fits counts."""

    def __init__(self, *files):
        self.rows = []
        for path in files:
            for line in path.read_text("utf-8").splitlines():
                if line.strip() and not line.startswith("#"):
                    glob, _, reason = line.split(None, 2)
                    self.rows.append((re.compile("|".join(
                        map(fnmatch.translate, braces(glob)))), reason.strip()))

    def reason(self, name):
        return next((reason for pattern, reason in self.rows if pattern.match(name)), None)


class OpTypes:
    """The types that cases of a graph op have, and where they work."""

    def __init__(self):
        self.interpreter, self.cpu, self.gpu = set(), set(), set()
        self.reasons = {}


def types_of(case):
    named = dict(part.split("=", 1) for part in case["name"].split("/") if "=" in part)
    if "T" in named:
        return {named["T"]}
    ports = case["inputs"] or case["outputs"]
    return {ports[0]["element"]}


def graph_ops(build):
    cpu = Refusals(OPS / "not_compiled.txt")
    gpu = Refusals(OPS / "not_on_gpus.txt", OPS / "not_compiled.txt")
    ops = collections.defaultdict(OpTypes)
    for line in run(build / "bin" / "tenon-op-cases", OPS / "table").splitlines():
        case = json.loads(line)
        op, types = ops[case["name"].split("/")[0]], types_of(case)
        op.interpreter |= types
        for works, refusals, where in ((op.cpu, cpu, "CPU"), (op.gpu, gpu, "GPU")):
            reason = refusals.reason(case["name"])
            if reason is None:
                works |= types
            else:
                op.reasons.setdefault((where, reason), set()).update(types)
    return ops


def reasons_text(op):
    """Why kernels lack what they lack; of CPUs and GPUs alike once."""
    both = {}
    for (where, reason), types in op.reasons.items():
        both.setdefault((reason, types_text(types)), []).append(where)
    return "; ".join(f"{types}: {reason}" + ("" if len(where) == 2 else f" ({where[0]})")
                     for (reason, types), where in sorted(both.items()))


def same(types, others):
    return "the same" if types == others else types_text(types) or "none"


def stablehlo_page(build, with_cases=True):
    listed, graph = list_ops(build, "stablehlo"), graph_ops(build) if with_cases else {}
    imported = [op for op in sorted(listed) if listed[op][0]["imported"]]
    lines = [
        "# StableHLO, op by op", "",
        "Element types are those of the cases of the op table (`test/ops`), which the interpreter "
        "and the kernels of CPUs and GPUs are tested with; \"the same\" are those of the column "
        "before. What kernels refuse is listed with its reason, and a test holds the list against "
        "the compiler. What an op computes on narrow types may be a conversion away from them.", "",
        "## Ops that the graph dialect has", "",
        "| op | interpreter | CPU | GPU | limits of the import | what kernels lack |",
        "| --- | --- | --- | --- | --- | --- |"]
    others = []
    for name in imported:
        op = graph.get(name.removeprefix("stablehlo."))
        if not name.startswith("stablehlo.") or op is None:
            others.append(name)
            continue
        lines.append(
            f"| `{name}` | {types_text(op.interpreter)} | {same(op.cpu, op.interpreter)} | "
            f"{same(op.gpu, op.cpu)} | {limits_text(listed[name])} | {reasons_text(op)} |")
    lines += ["", "## Ops that become others", "",
              "Their types are those of the ops above that they become.", "",
              "| op | limits of the import |", "| --- | --- |"]
    lines += [f"| `{name}` | {limits_text(listed[name])} |" for name in others]
    lines += ["", "## Ops that are not imported", "",
              "| op | what it needs | what works instead |", "| --- | --- | --- |"]
    lines += [f"| `{op}` | {rows[0]['limits']} | {rows[0].get('instead', '')} |"
              for op, rows in sorted(listed.items()) if not rows[0]["imported"]]
    return "\n".join(lines) + "\n"


def of_another_onnx(path):
    """Whether a page was made with another version of `onnx` than is installed:
    with other ops and cases."""
    import onnx
    made = re.search(r"Held against `onnx` (\S+),", path.read_text("utf-8"))
    return made is not None and made[1] != onnx.__version__


# Columns that come from cases.
MEASURED = {"cases", "types", "gaps in the cases", "interpreter", "CPU", "GPU", "what kernels lack"}


def table_rows(text):
    """The rows of all tables of a page without what was measured, in any order."""
    rows, header = [], None
    for line in text.splitlines():
        if not line.startswith("|"):
            header = None
            continue
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if header is None:
            header = cells
        elif not cells[0].startswith("---"):
            rows.append([f"{name}: {cell}" for name, cell in zip(header, cells, strict=True)
                         if name not in MEASURED])
    return sorted(rows)


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build" / "default")
    parser.add_argument("--check", action="store_true", help="write nothing")
    parser.add_argument("--check-tables", action="store_true",
                        help="write nothing, leave out what comes from cases")
    options = parser.parse_args()
    check = options.check or options.check_tables
    sys.path.insert(0, str(CONFORMANCE))
    stale = False
    for name, make in (("support-onnx.md", onnx_page), ("support-stablehlo.md", stablehlo_page)):
        path = PAGES / name
        if check and path.exists() and of_another_onnx(path):
            print(f"docs/generated/{name} is of another version of onnx; not compared")
            continue
        text = HEAD + make(options.build, with_cases=not options.check_tables)
        old = path.read_text("utf-8") if path.exists() else ""
        if old == text or options.check_tables and table_rows(old) == table_rows(text):
            continue
        stale = True
        if check:
            print(f"docs/generated/{name} is stale; run tools/scripts/generate_support.py")
        else:
            path.write_text(text, "utf-8")
            print(f"docs/generated/{name} written")
    return 1 if check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
