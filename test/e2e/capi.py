"""The runtime's C API by ctypes, for tests that the program cannot express."""

import ctypes
import random

import cli

LIBRARY = cli.BUILD / "runtime" / "libtenon.so"
MISSING = (cli.MISSING or (None if LIBRARY.exists() else f"{LIBRARY.name} is not built")
           or ("Python would have to be linked with the sanitizer" if cli.SANITIZED else None))

TILE_FN = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_int64,
                           ctypes.c_int32)
PARALLEL_FOR_FN = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_int64, ctypes.c_void_p,
                                   ctypes.c_void_p)


class Diagnostic(ctypes.Structure):
    _fields_ = [("code", ctypes.c_int32), ("message", ctypes.c_char * 500)]


class SessionOptions(ctypes.Structure):
    _fields_ = [("struct_size", ctypes.c_size_t), ("threads", ctypes.c_int32),
                ("guard", ctypes.c_int32), ("profile", ctypes.c_int32),
                ("parallel_for", PARALLEL_FOR_FN), ("parallel_for_user", ctypes.c_void_p),
                ("arena", ctypes.c_void_p), ("arena_size", ctypes.c_size_t),
                ("log", ctypes.c_void_p), ("log_user", ctypes.c_void_p)]


class Tensor(ctypes.Structure):
    _fields_ = [("dtype", ctypes.c_int32), ("rank", ctypes.c_int32),
                ("shape", ctypes.POINTER(ctypes.c_int64)), ("data", ctypes.c_void_p)]


class TensorInfo(ctypes.Structure):
    _fields_ = [("name", ctypes.c_char_p), ("dtype", ctypes.c_int32), ("rank", ctypes.c_int32),
                ("shape", ctypes.POINTER(ctypes.c_int64)), ("byte_size", ctypes.c_uint64),
                ("alignment", ctypes.c_uint32)]


# By numpy's names; the numbers are those of tn_dtype.
DTYPES = {"float32": 1, "float64": 2, "int32": 12, "int64": 13}


class Session:
    """One session of an artifact whose tiles run in an order of our own, or on so
    many threads of the runtime's if there is no seed."""

    def __init__(self, artifact, seed, workers=3):
        self.library = ctypes.CDLL(str(LIBRARY))
        self.random = random.Random(seed)
        self.workers = workers
        self.launches = 0
        self.model, self.session = ctypes.c_void_p(), ctypes.c_void_p()
        self._call("tn_model_load_file", str(artifact).encode(), None,
                   ctypes.byref(self.model))
        self.callback = (PARALLEL_FOR_FN(self._parallel_for) if seed is not None
                         else PARALLEL_FOR_FN())
        options = SessionOptions(
            struct_size=ctypes.sizeof(SessionOptions), threads=workers,
            parallel_for=self.callback)
        self._call("tn_session_create", self.model, ctypes.byref(options),
                   ctypes.byref(self.session))

    def _call(self, name, *arguments):
        diagnostic = Diagnostic()
        if getattr(self.library, name)(*arguments, ctypes.byref(diagnostic)) != 0:
            raise cli.Failed(f"{name}: {diagnostic.message.decode()}")

    def _parallel_for(self, user, tiles, body, task):
        """Ranges of random lengths, in random order, by random workers."""
        self.launches += 1
        ranges, begin = [], 0
        while begin < tiles:
            end = min(tiles, begin + self.random.randint(1, 3))
            ranges.append((begin, end))
            begin = end
        self.random.shuffle(ranges)
        run = TILE_FN(body)
        for begin, end in ranges:
            run(task, begin, end, self.random.randrange(self.workers))

    def find_entry(self, name):
        entry = ctypes.c_uint32()
        self._call("tn_model_find_entry", self.model, name.encode(), ctypes.byref(entry))
        return entry.value

    def variables(self):
        """The bytes of all state, by name."""
        values = {}
        for i in range(self.library.tn_model_variable_count(self.model)):
            info = TensorInfo()
            self._call("tn_model_variable_info", self.model, i, ctypes.byref(info))
            value = ctypes.create_string_buffer(info.byte_size)
            self._call("tn_session_read_variable", self.session, i, value,
                       ctypes.c_size_t(info.byte_size))
            values[info.name.decode()] = value.raw
        return values

    def run(self, inputs, outputs, entry=0):
        """Runs an entry on arrays in the signature's order, into `outputs`."""
        for i, array in enumerate(inputs):
            shape = (ctypes.c_int64 * array.ndim)(*array.shape)
            tensor = Tensor(DTYPES[array.dtype.name], array.ndim, shape, array.ctypes.data)
            self._call("tn_session_bind_input", self.session, entry, i,
                       ctypes.byref(tensor))
        for i, array in enumerate(outputs):
            self._call("tn_session_bind_output", self.session, entry, i,
                       ctypes.c_void_p(array.ctypes.data), ctypes.c_size_t(array.nbytes))
        self._call("tn_session_run", self.session, entry)

    def close(self):
        self.library.tn_session_destroy(self.session)
        self.library.tn_model_release(self.model)
