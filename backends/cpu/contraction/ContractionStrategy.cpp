#include "backends/cpu/contraction/ContractionStrategy.h"

#include "mlir/IR/BuiltinTypes.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/MathExtras.h"

#include <numeric>

using namespace mlir;
using namespace tenon::cpu;
using tenon::target::RegisterTileSeed;
using tenon::target::TargetDescription;

namespace {

/// Parallel tiles per core: workers claim tiles one by one, so that one that
/// was held up takes fewer.
constexpr int64_t tilesPerCore = 4;

/// Rows after which reading a panel of B again costs little: 2 flops per row
/// and element.
constexpr int64_t rowsThatAmortize = 144;

/// Panels of B that one register tile of few rows reads side by side: memory
/// serves that many streams better than one, or than more.
constexpr int64_t widestInPanels = 2;

/// Up to this depth all of k at once beats any blocks, wherever operands are.
constexpr int64_t wholeDepth = 1024;

/// Blocks of k shorter than this spend their time on partial sums.
constexpr int64_t shortestDepth = 768;

/// A register tile and what it is expected to cost.
struct Candidate {
  int64_t rows = 0;
  int64_t columns = 0;
  double cycles = 0;
  bool isSeed = false;
};

/// Decides one configuration; the methods follow each other in chooseConfig.
class Chooser {
public:
  Chooser(const ContractionProblem &problem, const TargetDescription &target)
      : problem(problem), target(target),
        elementBytes(problem.accumulatorType().getIntOrFloatBitWidth() / 8) {}

  ContractionConfig choose() {
    config.lanes = target.lanes(elementBytes * 8);
    chooseRegisterTile();
    chooseUnroll();
    chooseTileGrid();
    chooseDepthBlock();
    chooseOrder();
    choosePacking();
    choosePrefetch();
    return std::move(config);
  }

private:
  void chooseRegisterTile();
  void chooseUnroll();
  void chooseTileGrid();
  void chooseDepthBlock();
  void chooseOrder();
  void choosePacking();
  void choosePrefetch();

  double cyclesOf(int64_t rowTile, int64_t columnTile) const;
  void because(const Twine &reason) {
    config.reasons += (config.reasons.empty() ? "" : "; ") + reason.str();
  }
  int64_t leftBytesPerRow() const {
    int64_t elements = problem.depth();
    if (problem.rowGroup)
      elements = std::min(elements, problem.rowStride);
    return elements * elementBytes;
  }

  const ContractionProblem &problem;
  const TargetDescription &target;
  int64_t elementBytes;
  ContractionConfig config;
};

} // namespace

/// Registers that rows x columns sums occupy, with the vectors of B and one
/// broadcast element of A.
static int64_t registersOf(int64_t rows, int64_t columns, int64_t lanes) {
  int64_t vectors = columns / lanes;
  return rows * vectors + vectors + 1;
}

/// Whether register tiles are parts of panels, or several whole ones.
static bool fitsPanels(const ContractionProblem &problem, int64_t columnTile) {
  return problem.rightForm != RightForm::Panels ||
         problem.panelWidth % columnTile == 0 ||
         columnTile % problem.panelWidth == 0;
}

/// Cycles per step of k over all of C: each register tile is bound by FMA
/// throughput, by loads, or by the latency of its chains.
double Chooser::cyclesOf(int64_t rowTile, int64_t columnTile) const {
  auto tileCycles = [&](int64_t rows, int64_t columns) {
    double vectors = llvm::divideCeil(columns, config.lanes);
    double ports = std::max<int64_t>(1, target.fmaPorts);
    double arithmetic = rows * vectors / ports;
    // As many loads as FMAs start per cycle on all known cores.
    double loads = (rows + vectors) / ports;
    return std::max({arithmetic, loads, double(target.fmaLatency)});
  };
  auto rowCycles = [&](int64_t rows) {
    int64_t ragged = problem.columns % columnTile;
    double cycles = problem.columns / columnTile * tileCycles(rows, columnTile);
    return ragged ? cycles + tileCycles(rows, ragged) : cycles;
  };
  RowPanels panels = splitRows(problem.rows, rowTile);
  double cycles = panels.tallCount * rowCycles(panels.tall);
  if (panels.shortCount)
    cycles += panels.shortCount * rowCycles(panels.tall - 1);
  return cycles;
}

void Chooser::chooseRegisterTile() {
  int64_t widest = target.vectorRegisters * config.lanes;
  if (problem.rightForm == RightForm::Panels)
    widest = std::min(widest, widestInPanels * problem.panelWidth);
  std::string dtype = elementBytes == 8 ? "f64" : "f32";
  auto isSeed = [&](int64_t rows, int64_t columns) {
    return llvm::any_of(target.contraction, [&](const RegisterTileSeed &seed) {
      return seed.dtype == dtype && seed.rows == rows &&
             seed.columns == columns;
    });
  };
  Candidate best;
  for (int64_t columns = config.lanes; columns <= widest;
       columns += config.lanes) {
    if (!fitsPanels(problem, columns))
      continue;
    // A register tile wider than C computes columns that do not exist.
    if (columns > config.lanes && columns - config.lanes >= problem.columns)
      continue;
    for (int64_t rows = 1; rows <= problem.rows; ++rows) {
      if (registersOf(rows, columns, config.lanes) > target.vectorRegisters)
        break;
      Candidate candidate{rows, columns, cyclesOf(rows, columns),
                          isSeed(rows, columns)};
      // Seeds are known to run well; the model is good to a few percent.
      if (candidate.isSeed)
        candidate.cycles *= 0.97;
      if (!best.rows || candidate.cycles < best.cycles)
        best = candidate;
    }
  }
  config.rowTile = best.rows;
  config.columnTile = best.columns;
  because(llvm::formatv("register tile {0}x{1}{2}: fewest cycles in {3} "
                        "registers of {4} lanes",
                        best.rows, best.columns, best.isSeed ? " (seed)" : "",
                        target.vectorRegisters, config.lanes));
}

void Chooser::chooseUnroll() {
  int64_t extent = problem.reduction.back().extent;
  if (extent <= 8) {
    config.unroll = extent;
    because(llvm::formatv("inner loop of {0} unrolled whole", extent));
    return;
  }
  // Enough steps to hide the loop's own instructions; exact ones need no
  // remainder code.
  for (int64_t unroll : {4, 3, 5, 7, 2})
    if (extent % unroll == 0) {
      config.unroll = unroll;
      because(llvm::formatv("unroll {0} divides {1}", unroll, extent));
      return;
    }
  config.unroll = 4;
  because(llvm::formatv("unroll 4 with remainder of {0}", extent % 4));
}

void Chooser::chooseTileGrid() {
  int64_t panels = splitRows(problem.rows, config.rowTile).count();
  int64_t panelsPerTile =
      std::clamp<int64_t>(rowsThatAmortize / config.rowTile, 1, panels);
  int64_t rowTiles = llvm::divideCeil(panels, panelsPerTile);
  int64_t wanted = tilesPerCore * target.cores;
  // Too few tiles of rows: split columns, which repeats no work; then rows.
  int64_t columnTiles = llvm::divideCeil(problem.columns, config.columnTile);
  int64_t columnSplit =
      std::min<int64_t>(columnTiles, llvm::divideCeil(wanted, rowTiles));
  // Where rows cannot be split as well, rather too many tiles than too few.
  int64_t perSplit = panels > 1 ? llvm::divideCeil(columnTiles, columnSplit)
                                : columnTiles / columnSplit;
  columnSplit = llvm::divideCeil(columnTiles, perSplit);
  rowTiles = std::clamp<int64_t>(llvm::divideCeil(wanted, columnSplit),
                                 rowTiles, panels);
  panelsPerTile = llvm::divideCeil(panels, rowTiles);
  config.rowBlock = panelsPerTile * config.rowTile;
  config.columnBlock = perSplit * config.columnTile;
  because(llvm::formatv("tiles of {0}x{1}: {2} rows use a panel of B well, and "
                        "each core wants {3} tiles",
                        std::min(config.rowBlock, problem.rows),
                        std::min(config.columnBlock, problem.columns),
                        rowsThatAmortize, tilesPerCore));
}

void Chooser::chooseDepthBlock() {
  int64_t depth = problem.depth();
  int64_t rows = std::min(config.rowBlock, problem.rows);
  int64_t left = rows * leftBytesPerRow();
  int64_t right = depth * config.columnTile * elementBytes;
  // What is read once only need not stay anywhere. While one panel of B is in
  // use, the next one comes.
  bool leftReused = config.columnBlock > config.columnTile;
  bool rightReused = rows > config.rowTile;
  int64_t need = (leftReused ? left : 0) + (rightReused ? 2 * right : 0);
  int64_t blocks = llvm::divideCeil(need, target.l2 / 2);
  if (blocks <= 1 || depth <= wholeDepth || depth < 2 * shortestDepth) {
    config.depthBlock = depth;
    because(llvm::formatv("all {0} k at once", depth));
    return;
  }
  blocks = std::min(blocks, depth / shortestDepth);
  config.depthBlock = std::min<int64_t>(
      depth, llvm::alignTo(llvm::divideCeil(depth, blocks), config.unroll));
  because(llvm::formatv("{0} blocks of {1} k, so that {2} KiB of operands stay "
                        "in half of L2",
                        blocks, config.depthBlock, need / 1024));
}

void Chooser::chooseOrder() {
  int64_t left = std::min(config.rowBlock, problem.rows) * leftBytesPerRow();
  int64_t right = std::min(config.columnBlock, problem.columns) *
                  problem.depth() * elementBytes;
  bool rowsOuter = left > target.l2 && right <= target.l2 / 2;
  config.order = rowsOuter ? TileOrder::RowsOuter : TileOrder::ColumnsOuter;
  because(rowsOuter ? "rows outer: B stays in L2 and A does not"
                    : "columns outer: a panel of B serves all rows");
}

void Chooser::choosePacking() {
  constexpr int64_t sets = 64;
  int64_t ways = std::max<int64_t>(1, target.l1d / (sets * target.cacheLine));
  if (!problem.rowGroup || config.columnBlock < 4 * config.columnTile) {
    because("A in place");
    return;
  }
  // Rows a multiple of a page apart fall into few sets of L1.
  int64_t stride = problem.rowStride * elementBytes;
  int64_t lines = std::max<int64_t>(1, stride / target.cacheLine);
  int64_t distinct =
      stride % target.cacheLine ? sets : sets / std::gcd(lines, sets);
  // The lines that rows need, this one and the next, against those that fit.
  config.packLeft =
      config.rowTile > ways && distinct * ways < 2 * config.rowTile;
  because(config.packLeft ? Twine("A packed: its rows collide in L1")
                          : Twine("A in place"));
}

void Chooser::choosePrefetch() {
  if (problem.depth() < 64) {
    because("no prefetch: short");
    return;
  }
  config.prefetch = 16;
  because("B fetched 16 k ahead");
}

ContractionConfig
tenon::cpu::chooseContraction(const ContractionProblem &problem,
                              const TargetDescription &target) {
  return Chooser(problem, target).choose();
}

std::string tenon::cpu::checkContraction(const ContractionProblem &problem,
                                         const ContractionConfig &config,
                                         const TargetDescription &target) {
  for (int64_t value : {config.lanes, config.rowTile, config.columnTile,
                        config.unroll, config.rowBlock, config.columnBlock})
    if (value <= 0)
      return "sizes must be positive";
  if (config.columnTile % config.lanes != 0)
    return "the columns of a register tile must be whole vectors";
  if (!llvm::isPowerOf2_64(config.lanes))
    return "the lanes of a vector must be a power of two";
  if (registersOf(config.rowTile, config.columnTile, config.lanes) >
      target.vectorRegisters)
    return "the register tile needs more registers than the target has";
  if (!fitsPanels(problem, config.columnTile))
    return "a register tile must be a part of a panel, or whole panels";
  if (config.rowBlock % config.rowTile != 0 ||
      config.columnBlock % config.columnTile != 0)
    return "a tile must hold whole register tiles";
  return "";
}
