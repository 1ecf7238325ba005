"""Makes and compares .npy files without NumPy.

    npy.py make FILE DIM...         f32, repeatable values in [-1, 1)
    npy.py compare A B TOLERANCE    f32: largest difference; the same shape
"""

import array
import random
import re
import struct
import sys


def make(path, dims):
    count = 1
    for dim in dims:
        count *= dim
    generator = random.Random(repr(dims))
    values = array.array("f", (generator.uniform(-1, 1) for _ in range(count)))
    shape = "".join(f"{dim}, " for dim in dims)
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({shape}), }}"
    header += " " * (-(len(header) + 11) % 64) + "\n"
    with open(path, "wb") as file:
        file.write(b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)))
        file.write(header.encode("ascii") + values.tobytes())


def read(path):
    with open(path, "rb") as file:
        data = file.read()
    assert data[:6] == b"\x93NUMPY" and data[6] == 1, path
    length, = struct.unpack("<H", data[8:10])
    header = data[10:10 + length].decode("ascii")
    assert "'<f4'" in header and "False" in header, header
    shape = re.search(r"'shape': \(([^)]*)\)", header).group(1)
    values = array.array("f")
    values.frombytes(data[10 + length:])
    return [int(dim) for dim in re.findall(r"\d+", shape)], values


def compare(left, right, tolerance):
    shapes, values = zip(read(left), read(right))
    assert shapes[0] == shapes[1], shapes
    worst = max((abs(a - b) for a, b in zip(*values)), default=0.0)
    # NaN compares false, so it fails too.
    assert worst <= tolerance, f"{left} and {right} differ by {worst}"
    print(f"largest difference {worst}")


if __name__ == "__main__":
    if sys.argv[1] == "make":
        make(sys.argv[2], [int(dim) for dim in sys.argv[3:]])
    else:
        compare(sys.argv[2], sys.argv[3], float(sys.argv[4]))
