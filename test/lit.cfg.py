"""lit's view of the tests: every .mlir and .test file under test/.

Tools are found on PATH, the build's own before LLVM 22's (FileCheck, not,
mlir-opt). %python is an interpreter, with numpy and onnx where they are
installed; %root is the repository, %build the build folder. Each thing that a
machine may lack is a feature.
"""

import os
import shutil
import subprocess

import lit.formats

config.name = "tenon"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.excludes = ["inputs", "Inputs"]
config.test_source_root = os.path.dirname(__file__)
config.test_exec_root = os.path.join(config.tenon_build, "test")

config.environment["PATH"] = os.pathsep.join(
    [os.path.join(config.tenon_build, "bin"), config.llvm_tools,
     os.environ.get("PATH", "")])
config.environment["PYTHONDONTWRITEBYTECODE"] = "1"


def cpu_flags():
    with open("/proc/cpuinfo", encoding="ascii", errors="replace") as info:
        for line in info:
            if line.startswith(("flags", "Features")):
                return set(line.partition(":")[2].split())
    return set()


def has_modules(python, *names):
    command = [python, "-c", "import " + ", ".join(names)]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


flags = cpu_flags()
for feature, needed in {
    "avx2": {"avx2", "fma"},
    "avx512": {"avx512f", "avx512vl", "avx512bw", "avx512dq"},
}.items():
    if needed <= flags:
        config.available_features.add(feature)

for feature, program in {
    "aarch64-qemu": "qemu-aarch64",
    "x86-qemu": "qemu-x86_64",
    "clang-format": "clang-format-22",
    "clang-tidy": "clang-tidy-22",
}.items():
    if shutil.which(program):
        config.available_features.add(feature)

python = os.path.join(config.tenon_root, "build", "venv", "bin", "python")
if not os.path.exists(python):
    python = "/usr/bin/python3"
if has_modules(python, "numpy", "onnx"):
    config.available_features.add("python-onnx")
if has_modules(python, "onnxruntime"):
    config.available_features.add("onnxruntime")
if config.tenon_sanitize:
    config.available_features.add("sanitized")

config.substitutions += [
    ("%python", python),
    ("%root", config.tenon_root),
    ("%build", config.tenon_build),
]
