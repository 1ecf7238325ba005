// GFLOP/s of the contraction emitter on this machine, beside the machine's
// measured FMA peak and the best read bandwidth of several ways to read.
// Everything is timed in the same interleaved rounds on one core, because a
// shared machine's speed drifts; and the peak right before each product, as the
// clock follows what the core did in the last milliseconds.

#include "backends/cpu/codegen/KernelAbi.h"
#include "backends/cpu/contraction/ContractionStrategy.h"
#include "test/backends/cpu/support/ContractionKernel.h"
#include "test/backends/cpu/support/LoadedImage.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

#include <CLI/CLI.hpp>
#include <ctime>
#include <memory>
#include <sys/mman.h>

using namespace tenon::cpu;
using tenon::target::TargetDescription;

namespace {

/// A thing to time: `run` does `work` flops, or bytes for `isBandwidth`.
struct Timed {
  std::string name;
  double work = 0;
  bool isBandwidth = false;
  std::function<void()> run;
  std::vector<double> seconds;
  /// Rates of the limit, of a sample right before each of `seconds`.
  std::vector<double> limits;

  double rate(double time) const { return work / time * 1e-9; }
};

double medianOf(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Seconds this thread has run: what other processes take away is not counted.
double now() {
  timespec time;
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return time.tv_sec + time.tv_nsec * 1e-9;
}

/// One sample: the mean over enough calls to fill a few milliseconds.
double sample(const Timed &timed) {
  int calls = 0;
  double begin = now(), end;
  do {
    timed.run();
    ++calls;
    end = now();
  } while (end - begin < 5e-3);
  return (end - begin) / calls;
}

/// Memory as the runtime maps it, in huge pages where the system has them,
/// filled with small numbers.
float *makeBuffer(int64_t elements) {
  constexpr int64_t hugePage = 2 << 20, slack = 4096;
  int64_t bytes = llvm::alignTo(elements * 4 + slack, hugePage);
  auto *data = static_cast<float *>(std::aligned_alloc(hugePage, bytes));
  madvise(data, bytes, MADV_HUGEPAGE);
  for (int64_t i = 0; i < elements; ++i)
    data[i] = (i * 37 % 101 - 50) / 64.0f;
  return data;
}

/// Compiled code and its entry, kept for the process's life.
KernelFunction keep(const CodeImage &image, const char *name) {
  auto *loaded = new LoadedImage(image);
  KernelFunction kernel = loaded->kernel(name);
  if (!kernel) {
    llvm::errs() << "cannot load " << name << ": " << loaded->error << "\n";
    std::exit(1);
  }
  return kernel;
}

KernelFunction compileText(mlir::MLIRContext &context,
                           const CodegenOptions &options, llvm::StringRef text,
                           KernelSignature signature) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
  auto body = module->lookupSymbol<mlir::func::FuncOp>("body");
  if (failed(setKernelSignature(body, signature)))
    std::exit(1);
  auto image = compileToImage(*module, options);
  if (failed(image))
    std::exit(1);
  return keep(*image, signature.exportedName.str().c_str());
}

/// Independent chains of FMAs that fill all registers but two.
Timed makePeak(mlir::MLIRContext &context, const CodegenOptions &options) {
  constexpr int64_t iterations = 200000;
  int64_t chains = options.target.vectorRegisters - 4;
  int64_t lanes = options.target.lanes(32);
  std::string type = llvm::formatv("vector<{0}xf32>", lanes);
  std::string names, inits, types, body;
  for (int64_t i = 0; i < chains; ++i) {
    std::string comma = i ? ", " : "";
    names += llvm::formatv("{0}%s{1} = %x", comma, i);
    types += comma + type;
    body += llvm::formatv("  %t{0} = math.fma %x, %s{0}, %y : {1}\n", i, type);
    inits += llvm::formatv("{0}%t{1}", comma, i);
  }
  std::string stores;
  for (int64_t i = 0; i < chains; ++i)
    stores += llvm::formatv("%i{0} = arith.constant {1} : index\n"
                            "vector.store %r#{0}, %o[%i{0}] : "
                            "memref<1024xf32>, {2}\n",
                            i, i * lanes, type);
  std::string text =
      llvm::formatv(R"(
func.func @body(%o: memref<1024xf32>, %begin: index, %end: index) {{
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %x = vector.load %o[%c0] : memref<1024xf32>, {0}
  %y = vector.load %o[%c1] : memref<1024xf32>, {0}
  %r:{1} = scf.for %i = %begin to %end step %c1 iter_args({2}) -> ({3}) {{
  {4}
  scf.yield {5} : {3}
  }
  {6}
  return
})",
                    type, chains, names, types, body, inits, stores);
  KernelFunction kernel =
      compileText(context, options, text, {"peak", 1, 0, false});
  float *memory = makeBuffer(1024);
  Timed timed;
  timed.name = "FMA peak";
  timed.work = 2.0 * iterations * chains * lanes;
  timed.run = [=] {
    void *buffers[] = {memory};
    kernel(buffers, nullptr, nullptr, 0, iterations);
  };
  return timed;
}

/// Copies of the matrix that a vector is multiplied with, and its size.
constexpr int64_t vectorCopies = 12;
constexpr int64_t vectorFloats = 768 * 3072;

/// The buffers that bandwidth is measured on, in turn: together they exceed the
/// caches.
struct Copies {
  float *memory;
  int64_t floats;
  int64_t next = 0;

  float *take() {
    next = (next + 1) % vectorCopies;
    return memory + next * floats;
  }
};

/// Reads all of a buffer per call and nothing else: `streams` equal parts side
/// by side, whole vectors, asking for what comes `prefetch` bytes later (0: not
/// at all). Which of these a machine likes best is found by trying.
Timed makeBandwidth(mlir::MLIRContext &context, const CodegenOptions &options,
                    std::shared_ptr<Copies> copies, int64_t streams,
                    int64_t prefetch) {
  int64_t lanes = options.target.lanes(32);
  // Two cache lines of each stream per step.
  int64_t loads = std::max<int64_t>(1, 32 / lanes), step = loads * lanes;
  int64_t part = copies->floats / streams;
  std::string type = llvm::formatv("vector<{0}xf32>", lanes);
  std::string memory = llvm::formatv("memref<{0}xf32>", copies->floats);
  std::string inits, types, body, sums, stores;
  for (int64_t n = 0; n < streams * loads; ++n) {
    int64_t offset = n / loads * part + n % loads * lanes;
    std::string comma = n ? ", " : "";
    inits += llvm::formatv("{0}%s{1} = %z", comma, n);
    types += comma + type;
    sums += llvm::formatv("{0}%t{1}", comma, n);
    body += llvm::formatv("%c{0} = arith.constant {1} : index\n"
                          "%i{0} = arith.addi %i, %c{0} : index\n"
                          "%x{0} = vector.load %a[%i{0}] : {2}, {3}\n"
                          "%t{0} = arith.addf %s{0}, %x{0} : {3}\n",
                          n, offset, memory, type);
    if (prefetch && n % loads * lanes % 16 == 0)
      body += llvm::formatv("%d{0} = arith.constant {1} : index\n"
                            "%p{0} = arith.addi %i, %d{0} : index\n"
                            "memref.prefetch %a[%p{0}], read, locality<3>, "
                            "data : {2}\n",
                            n, offset + prefetch / 4, memory);
    stores += llvm::formatv("%o{0} = arith.constant {1} : index\n"
                            "vector.store %r#{0}, %o[%o{0}] : "
                            "memref<4096xf32>, {2}\n",
                            n, n * lanes, type);
  }
  std::string text = llvm::formatv(R"(
func.func @body(%a: {0}, %o: memref<4096xf32>, %begin: index, %end: index) {{
  %step = arith.constant {1} : index
  %z = arith.constant dense<0.0> : {2}
  %r:{3} = scf.for %i = %begin to %end step %step iter_args({4}) -> ({5}) {{
  {6}
  scf.yield {7} : {5}
  }
  {8}
  return
})",
                                   memory, step, type, streams * loads, inits,
                                   types, body, sums, stores);
  KernelFunction kernel =
      compileText(context, options, text, {"bandwidth", 2, 0, false});
  float *out = makeBuffer(4096);
  Timed timed;
  timed.name =
      llvm::formatv("read {0} streams{1}", streams, prefetch ? ", ahead" : "");
  timed.work = 4.0 * copies->floats;
  timed.isBandwidth = true;
  timed.run = [=] {
    void *buffers[] = {copies->take(), out};
    kernel(buffers, nullptr, nullptr, 0, part);
  };
  return timed;
}

/// Times a whole contraction; `copies` of B are used in turn.
Timed makeTimed(mlir::MLIRContext &context, const CodegenOptions &options,
                llvm::StringRef name, ContractionCase c, int64_t copies) {
  auto image = compileContraction(context, c, options);
  if (failed(image))
    std::exit(1);
  KernelFunction kernel = keep(*image, "contraction");
  float *left = makeBuffer(c.leftSize), *bias = makeBuffer(c.problem.columns);
  float *right = makeBuffer(c.rightSize * copies);
  float *output = makeBuffer(c.problem.rows * c.problem.columns);
  float *scratch = makeBuffer(
      contractionScratchBytes(c.problem, c.config, c.epilogue) / 4 + 16);
  int64_t tiles = tileGrid(c.problem, c.config).count();
  auto next = std::make_shared<int64_t>(0);
  Timed timed;
  timed.name = name.str();
  timed.isBandwidth = copies > 1;
  timed.work = timed.isBandwidth ? 4.0 * c.rightSize
                                 : 2.0 * c.problem.rows * c.problem.columns *
                                       c.problem.depth();
  timed.run = [=, size = c.rightSize] {
    *next = (*next + 1) % copies;
    void *buffers[] = {left, right + *next * size, bias, output};
    kernel(buffers, nullptr, scratch, 0, tiles);
  };
  return timed;
}

/// What the command line may override in each configuration.
struct Overrides {
  int64_t rowTile = 0, columnTile = 0, unroll = 0, depthBlock = -1;
  int64_t rowBlock = 0, columnBlock = 0, prefetch = -1, panelWidth = 0;
  int pack = -1, order = -1;

  void apply(ContractionConfig &config) const {
    auto set = [](int64_t &field, int64_t value, int64_t unset) {
      if (value != unset)
        field = value;
    };
    set(config.rowTile, rowTile, 0);
    set(config.columnTile, columnTile, 0);
    set(config.unroll, unroll, 0);
    set(config.depthBlock, depthBlock, -1);
    set(config.rowBlock, rowBlock, 0);
    set(config.columnBlock, columnBlock, 0);
    set(config.prefetch, prefetch, -1);
    if (pack >= 0)
      config.packLeft = pack;
    if (order >= 0)
      config.order = order ? TileOrder::RowsOuter : TileOrder::ColumnsOuter;
  }
};

} // namespace

int main(int argc, char **argv) {
  CLI::App app("Times the contraction emitter on one core.");
  std::string targetName = "native", filter;
  std::vector<int64_t> shape;
  int rounds = 20;
  bool assembly = false;
  Overrides overrides;
  app.add_option("--target", targetName, "A built-in target, or native");
  app.add_option("--rounds", rounds, "Interleaved rounds");
  app.add_option("--filter", filter, "Only cases whose name contains this");
  app.add_option("--matrix", shape,
                 "Rows, columns and depth of one product instead of the cases")
      ->expected(3);
  app.add_flag("--assembly", assembly, "Print the code instead of timing it");
  app.add_option("--mr", overrides.rowTile);
  app.add_option("--nr", overrides.columnTile);
  app.add_option("--unroll", overrides.unroll);
  app.add_option("--kc", overrides.depthBlock);
  app.add_option("--mc", overrides.rowBlock);
  app.add_option("--nc", overrides.columnBlock);
  app.add_option("--prefetch", overrides.prefetch);
  app.add_option("--np", overrides.panelWidth,
                 "Columns of a panel of B (default: as an artifact for the "
                 "target alone has them)");
  app.add_option("--pack", overrides.pack);
  app.add_option("--order", overrides.order, "0: columns outer, 1: rows outer");
  CLI11_PARSE(app, argc, argv);

  auto target = tenon::target::lookupTarget(targetName);
  if (!target) {
    llvm::errs() << llvm::toString(target.takeError()) << "\n";
    return 2;
  }
  mlir::MLIRContext context;
  prepareContext(context);
  CodegenOptions options;
  options.target = *target;
  if (assembly)
    options.dump = [](llvm::StringRef stage, llvm::StringRef text) {
      if (stage == "assembly")
        llvm::outs() << text;
    };

  std::vector<Timed> cases;
  if (!assembly) {
    cases.push_back(makePeak(context, options));
    auto copies = std::make_shared<Copies>(
        Copies{makeBuffer(vectorFloats * vectorCopies), vectorFloats});
    for (int64_t streams : {1, 2, 4, 8})
      for (int64_t prefetch : {0, 2048})
        cases.push_back(
            makeBandwidth(context, options, copies, streams, prefetch));
  }
  size_t probes = cases.size();
  auto add = [&](llvm::StringRef name, ContractionCase c, int64_t copies = 1) {
    if (!name.contains(filter))
      return;
    c.relu = true;
    c.config = chooseContraction(c.problem, options.target);
    overrides.apply(c.config);
    std::string wrong = checkContraction(c.problem, c.config, options.target);
    if (!wrong.empty()) {
      llvm::errs() << name << ": " << wrong << "\n";
      std::exit(2);
    }
    double begin = now();
    Timed timed = makeTimed(context, options, name, c, copies);
    llvm::errs() << llvm::formatv("# {0}: compiled in {1:f1} ms; {2}\n", name,
                                  (now() - begin) * 1e3, c.config.reasons);
    cases.push_back(std::move(timed));
  };
  int64_t np = overrides.panelWidth;
  if (!np)
    np = target->contraction.empty() ? 32 : target->contraction.front().columns;
  if (!shape.empty()) {
    add(llvm::formatv("{0}x{1}x{2}", shape[0], shape[1], shape[2]).str(),
        makeMatrixCase(context, shape[0], shape[1], shape[2], np));
    filter = "none of the others";
  }
  add("1024x1024x1024", makeMatrixCase(context, 1024, 1024, 1024, np));
  add("128x768x3072", makeMatrixCase(context, 128, 768, 3072, np));
  add("128x3072x768", makeMatrixCase(context, 128, 3072, 768, np));
  add("conv3x3 56px 64", makeConvolutionCase(context, 56, 64, 64, np));
  add("conv3x3 28px 128", makeConvolutionCase(context, 28, 128, 128, np));
  add("conv3x3 14px 256", makeConvolutionCase(context, 14, 256, 256, np));
  add("conv3x3 7px 512", makeConvolutionCase(context, 7, 512, 512, np));
  add("gemv 1x3072x768", makeMatrixCase(context, 1, 3072, 768, np),
      vectorCopies);
  if (assembly)
    return 0;

  const Timed &peak = cases.front();
  for (int round = 0; round < rounds; ++round)
    for (Timed &timed : cases) {
      if (!timed.isBandwidth)
        timed.limits.push_back(peak.rate(sample(peak)));
      timed.seconds.push_back(sample(timed));
    }
  auto best = [](const Timed &timed) {
    return timed.rate(
        *std::min_element(timed.seconds.begin(), timed.seconds.end()));
  };
  auto median = [](const Timed &timed) {
    return timed.rate(medianOf(timed.seconds));
  };
  // The limit of reading is the best that any way to read reached.
  auto bandwidth = [&](auto rate) {
    double highest = 0;
    for (const Timed &probe : llvm::ArrayRef(cases).slice(1, probes - 1))
      highest = std::max(highest, rate(probe));
    return highest;
  };
  llvm::outs() << "case                   median    best           limit    of "
                  "it (median, best)\n";
  for (const Timed &timed : cases) {
    double usual =
        timed.isBandwidth ? bandwidth(median) : medianOf(timed.limits);
    double highest =
        timed.isBandwidth ? bandwidth(best) : *llvm::max_element(timed.limits);
    llvm::outs() << llvm::formatv(
        "{0,-20} {1,8:f1} {2,8:f1} {3} {4,8:f1}  {5,5:f1} % {6,5:f1} %\n",
        timed.name, median(timed), best(timed),
        timed.isBandwidth ? "GB/s   " : "GFLOP/s", usual,
        100 * median(timed) / usual, 100 * best(timed) / highest);
  }
  return 0;
}
