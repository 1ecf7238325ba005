//===- KernelAttrs.cpp - Layouts and tiles --------------------------------===//

#include "ir/kernel/KernelOps.h"

#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tenon::kernel;

#define GET_ATTRDEF_CLASSES
#include "ir/kernel/KernelAttrs.cpp.inc"

void KernelDialect::registerAttributes() {
  addAttributes<
#define GET_ATTRDEF_LIST
#include "ir/kernel/KernelAttrs.cpp.inc"
      >();
}

/// Parses `[1, 2, 3]`.
static ParseResult parseIntegers(AsmParser &parser,
                                 SmallVectorImpl<int64_t> &values) {
  return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, [&] {
    return parser.parseInteger(values.emplace_back());
  });
}

static void printIntegers(AsmPrinter &printer, StringRef name,
                          ArrayRef<int64_t> values) {
  printer << name << " = [";
  llvm::interleaveComma(values, printer);
  printer << "]";
}

//===----------------------------------------------------------------------===//
// LayoutAttr
//===----------------------------------------------------------------------===//

LayoutAttr LayoutAttr::getRowMajor(MLIRContext *context, int64_t rank) {
  return getPermuted(context, llvm::to_vector(llvm::seq<int64_t>(0, rank)));
}

LayoutAttr LayoutAttr::getPermuted(MLIRContext *context,
                                   ArrayRef<int64_t> order) {
  SmallVector<int64_t> blocks(order.size(), 0);
  return get(context, order, blocks, {}, {});
}

int64_t LayoutAttr::getRank() const {
  int64_t rank = 0;
  for (int64_t dim : getDims())
    rank = std::max(rank, dim + 1);
  return rank;
}

bool LayoutAttr::hasHalo() const {
  auto nonZero = [](int64_t n) { return n != 0; };
  return llvm::any_of(getHaloLow(), nonZero) ||
         llvm::any_of(getHaloHigh(), nonZero);
}

bool LayoutAttr::isBlocked() const {
  return llvm::any_of(getBlocks(), [](int64_t b) { return b != 0; });
}

bool LayoutAttr::isRowMajor() const {
  return !hasHalo() && !isBlocked() && llvm::is_sorted(getDims());
}

int64_t LayoutAttr::getInnermostDim() const {
  return getDims().empty() ? -1 : getDims().back();
}

SmallVector<int64_t>
LayoutAttr::getPhysicalShape(ArrayRef<int64_t> shape) const {
  SmallVector<int64_t> physical;
  for (auto [dim, block] : llvm::zip_equal(getDims(), getBlocks())) {
    int64_t extent = shape[dim];
    if (!getHaloLow().empty())
      extent += getHaloLow()[dim];
    if (!getHaloHigh().empty())
      extent += getHaloHigh()[dim];
    if (block > 0)
      extent = llvm::divideCeil(extent, block);
    else if (block < 0)
      extent = -block;
    physical.push_back(extent);
  }
  return physical;
}

int64_t LayoutAttr::getNumElements(ArrayRef<int64_t> shape) const {
  int64_t count = 1;
  for (int64_t extent : getPhysicalShape(shape))
    count *= extent;
  return count;
}

AffineMap LayoutAttr::getOffsetMap(ArrayRef<int64_t> shape) const {
  MLIRContext *context = getContext();
  SmallVector<int64_t> physical = getPhysicalShape(shape);
  AffineExpr offset = getAffineConstantExpr(0, context);
  int64_t stride = 1;
  for (int64_t i = physical.size() - 1; i >= 0; --i) {
    int64_t dim = getDims()[i], block = getBlocks()[i];
    AffineExpr index = getAffineDimExpr(dim, context);
    if (!getHaloLow().empty())
      index = index + getHaloLow()[dim];
    if (block > 0)
      index = index.floorDiv(block);
    else if (block < 0)
      index = index % -block;
    offset = offset + index * stride;
    stride *= physical[i];
  }
  return AffineMap::get(shape.size(), 0, offset, context);
}

AffineMap LayoutAttr::getLogicalMap() const {
  MLIRContext *context = getContext();
  SmallVector<AffineExpr> logical(getRank(), getAffineConstantExpr(0, context));
  for (auto [i, dim, block] : llvm::enumerate(getDims(), getBlocks())) {
    AffineExpr index = getAffineDimExpr(i, context);
    logical[dim] = logical[dim] + (block > 0 ? index * block : index);
  }
  for (auto [dim, low] : llvm::enumerate(getHaloLow()))
    logical[dim] = logical[dim] - low;
  return AffineMap::get(getDims().size(), 0, logical, context);
}

LogicalResult LayoutAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 ArrayRef<int64_t> dims,
                                 ArrayRef<int64_t> blocks,
                                 ArrayRef<int64_t> haloLow,
                                 ArrayRef<int64_t> haloHigh) {
  if (dims.size() != blocks.size())
    return emitError() << "layout has " << dims.size() << " dimensions but "
                       << blocks.size() << " blocks";
  int64_t rank = 0;
  for (int64_t dim : dims)
    rank = std::max(rank, dim + 1);
  if ((!haloLow.empty() && (int64_t)haloLow.size() != rank) ||
      (!haloHigh.empty() && (int64_t)haloHigh.size() != rank))
    return emitError() << "halo must list all " << rank << " dimensions";
  for (int64_t dim = 0; dim < rank; ++dim) {
    SmallVector<int64_t> seen;
    for (auto [d, block] : llvm::zip_equal(dims, blocks))
      if (d == dim)
        seen.push_back(block);
    bool whole = seen.size() == 1 && seen[0] == 0;
    bool blocked = seen.size() == 2 && seen[0] > 0 && seen[1] == -seen[0];
    if (!whole && !blocked)
      return emitError() << "layout must hold dimension " << dim
                         << " once as a whole, or as its quotient and then "
                            "its remainder by one block";
    int64_t low = haloLow.empty() ? 0 : haloLow[dim];
    int64_t high = haloHigh.empty() ? 0 : haloHigh[dim];
    if (low < 0 || high < 0)
      return emitError() << "halo of dimension " << dim << " is negative";
    if (blocked && (low || high))
      return emitError() << "blocked dimension " << dim << " has a halo";
  }
  return success();
}

void LayoutAttr::print(AsmPrinter &printer) const {
  printer << "<[";
  llvm::interleaveComma(llvm::zip_equal(getDims(), getBlocks()), printer,
                        [&](auto pair) {
                          auto [dim, block] = pair;
                          printer << dim;
                          if (block > 0)
                            printer << " floordiv " << block;
                          else if (block < 0)
                            printer << " mod " << -block;
                        });
  printer << "]";
  if (!getHaloLow().empty())
    printIntegers(printer, ", halo_low", getHaloLow());
  if (!getHaloHigh().empty())
    printIntegers(printer, ", halo_high", getHaloHigh());
  printer << ">";
}

Attribute LayoutAttr::parse(AsmParser &parser, Type) {
  SmallVector<int64_t> dims, blocks, low, high;
  auto parseDim = [&]() -> ParseResult {
    int64_t block = 0;
    if (parser.parseInteger(dims.emplace_back()))
      return failure();
    bool quotient = succeeded(parser.parseOptionalKeyword("floordiv"));
    bool remainder = !quotient && succeeded(parser.parseOptionalKeyword("mod"));
    if ((quotient || remainder) && parser.parseInteger(block))
      return failure();
    blocks.push_back(remainder ? -block : block);
    return success();
  };
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() ||
      parser.parseCommaSeparatedList(AsmParser::Delimiter::Square, parseDim))
    return {};
  while (succeeded(parser.parseOptionalComma())) {
    StringRef name;
    SMLoc nameLoc = parser.getCurrentLocation();
    if (parser.parseKeyword(&name) || parser.parseEqual())
      return {};
    if (name != "halo_low" && name != "halo_high") {
      parser.emitError(nameLoc, "expected halo_low or halo_high");
      return {};
    }
    if (parseIntegers(parser, name == "halo_low" ? low : high))
      return {};
  }
  if (parser.parseGreater())
    return {};
  return parser.getChecked<LayoutAttr>(loc, parser.getContext(), dims, blocks,
                                       low, high);
}

//===----------------------------------------------------------------------===//
// TileAttr
//===----------------------------------------------------------------------===//

SmallVector<int64_t> TileAttr::getGrid() const {
  SmallVector<int64_t> grid;
  for (auto [extent, size] : llvm::zip_equal(getDomain(), getSizes()))
    grid.push_back(llvm::divideCeil(extent, size));
  return grid;
}

int64_t TileAttr::getNumTiles() const {
  int64_t count = 1;
  for (int64_t extent : getGrid())
    count *= extent;
  return count;
}

LogicalResult TileAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                               ArrayRef<int64_t> domain,
                               ArrayRef<int64_t> sizes) {
  if (domain.size() != sizes.size())
    return emitError() << "tile has " << sizes.size()
                       << " sizes for a domain of " << domain.size()
                       << " dimensions";
  for (auto [extent, size] : llvm::zip_equal(domain, sizes))
    if (size <= 0 || extent < 0)
      return emitError() << "tile size " << size << " of extent " << extent
                         << " must be positive";
  return success();
}

void TileAttr::print(AsmPrinter &printer) const {
  printIntegers(printer, "<domain", getDomain());
  printIntegers(printer, ", sizes", getSizes());
  printer << ">";
}

Attribute TileAttr::parse(AsmParser &parser, Type) {
  SmallVector<int64_t> domain, sizes;
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLess() || parser.parseKeyword("domain") ||
      parser.parseEqual() || parseIntegers(parser, domain) ||
      parser.parseComma() || parser.parseKeyword("sizes") ||
      parser.parseEqual() || parseIntegers(parser, sizes) ||
      parser.parseGreater())
    return {};
  return parser.getChecked<TileAttr>(loc, parser.getContext(), domain, sizes);
}
