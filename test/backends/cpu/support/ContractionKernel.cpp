#include "test/backends/cpu/support/ContractionKernel.h"

#include "backends/cpu/codegen/KernelAbi.h"
#include "backends/cpu/codegen/LowerToLLVM.h"
#include "backends/cpu/codegen/VectorAccess.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace tenon::cpu;

ContractionCase tenon::cpu::makeMatrixCase(MLIRContext &context, int64_t m,
                                           int64_t n, int64_t k,
                                           int64_t panelWidth) {
  ContractionCase c;
  Type f32 = Float32Type::get(&context);
  c.problem.rows = m;
  c.problem.columns = n;
  c.problem.reduction = {{k, 1}};
  c.problem.leftType = c.problem.rightType = f32;
  c.problem.panelWidth = panelWidth;
  c.problem.rowGroup = m;
  c.problem.rowStride = k;
  c.leftSize = m * k;
  c.rightSize = llvm::alignTo(n, panelWidth) * k;
  return c;
}

ContractionCase tenon::cpu::makeConvolutionCase(MLIRContext &context,
                                                int64_t size, int64_t channels,
                                                int64_t filters,
                                                int64_t panelWidth) {
  int64_t stride = (size + 2) * channels;
  ContractionCase c;
  Type f32 = Float32Type::get(&context);
  c.problem.rows = size * size;
  c.problem.columns = filters;
  c.problem.reduction =
      collapseReduction({{3, stride}, {3, channels}, {channels, 1}});
  c.problem.leftType = c.problem.rightType = f32;
  c.problem.panelWidth = panelWidth;
  c.problem.rowGroup = size;
  c.problem.rowStride = channels;
  c.leftSize = stride * (size + 2);
  c.rightSize = llvm::alignTo(filters, panelWidth) * channels * 9;
  c.imageWidth = size;
  c.imageStride = stride;
  return c;
}

void tenon::cpu::prepareContext(MLIRContext &context) {
  DialectRegistry registry;
  registerCodegenDialects(registry);
  context.appendDialectRegistry(registry);
  context.loadAllAvailableDialects();
}

/// Emits the loop over tiles into the kernel's body.
static void emitBody(OpBuilder &b, Location loc, func::FuncOp body,
                     const ContractionCase &c) {
  Value left = body.getArgument(0), right = body.getArgument(1);
  Value bias = body.getArgument(2), output = body.getArgument(3);
  auto resultType =
      VectorType::get({c.config.lanes}, c.problem.accumulatorType());
  ContractionCallbacks callbacks;
  callbacks.epilogueMode = c.epilogue;
  callbacks.leftOffset = [&](OpBuilder &b, Location loc, Value row) {
    IndexBuilder index(b, loc);
    if (!c.imageWidth)
      return index.mul(row, c.problem.rowStride);
    Value y = index.mul(index.div(row, c.imageWidth), c.imageStride);
    Value x = index.mul(index.rem(row, c.imageWidth), c.problem.rowStride);
    return index.add(y, x);
  };
  callbacks.epilogue = [&](OpBuilder &b, Location loc, const Fragment &f) {
    Value value = arith::AddFOp::create(
        b, loc, f.value,
        loadVector(b, loc, bias, f.column, resultType, f.lanes));
    if (c.relu) {
      Value zero = arith::ConstantOp::create(b, loc, resultType,
                                             b.getZeroAttr(resultType));
      value = arith::MaximumFOp::create(b, loc, value, zero);
    }
    IndexBuilder index(b, loc);
    Value position = index.add(index.mul(f.row, c.problem.columns), f.column);
    storeVector(b, loc, value, output, position, f.lanes);
  };
  ContractionOperands operands;
  operands.left = left;
  operands.right = right;
  operands.scratch = body.getArgument(4);
  Value one = IndexBuilder(b, loc).constant(1);
  scf::ForOp::create(
      b, loc, body.getArgument(5), body.getArgument(6), one, ValueRange(),
      [&](OpBuilder &b, Location loc, Value tile, ValueRange) {
        TileRange range = emitTileRange(b, loc, c.problem, c.config, tile);
        if (c.actualRows) {
          IndexBuilder index(b, loc);
          range.rowEnd = index.min(range.rowEnd, index.constant(c.actualRows));
        }
        emitContractionTile(b, loc, c.problem, c.config, operands, range,
                            callbacks);
        scf::YieldOp::create(b, loc);
      });
  func::ReturnOp::create(b, loc);
}

FailureOr<CodeImage>
tenon::cpu::compileContraction(MLIRContext &context, const ContractionCase &c,
                               const CodegenOptions &options) {
  Location loc = UnknownLoc::get(&context);
  OwningOpRef<ModuleOp> module = ModuleOp::create(loc);
  OpBuilder b(&context);
  b.setInsertionPointToEnd(module->getBody());
  Type sum = c.problem.accumulatorType();
  int64_t scratch = std::max<int64_t>(
      64, contractionScratchBytes(c.problem, c.config, c.epilogue));
  Type index = b.getIndexType();
  auto type = b.getFunctionType(
      {MemRefType::get({c.leftSize}, c.problem.leftType),
       MemRefType::get({c.rightSize}, c.problem.rightType),
       MemRefType::get({c.problem.columns}, sum),
       MemRefType::get({c.problem.rows * c.problem.columns}, sum),
       MemRefType::get({scratch}, b.getI8Type()), index, index},
      {});
  auto body = func::FuncOp::create(b, loc, "body", type);
  if (failed(setKernelSignature(body, {"contraction", 4, 0, true})))
    return failure();
  b.setInsertionPointToStart(body.addEntryBlock());
  emitBody(b, loc, body, c);
  return compileToImage(*module, options);
}

std::vector<float> tenon::cpu::arrangeRight(const ContractionCase &c,
                                            const std::vector<float> &values) {
  std::vector<float> result(c.rightSize);
  int64_t n = c.problem.columns, depth = c.problem.depth();
  int64_t width = c.problem.panelWidth;
  for (int64_t k = 0; k < depth; ++k)
    for (int64_t j = 0; j < n; ++j) {
      int64_t at = 0;
      switch (c.problem.rightForm) {
      case RightForm::Panels:
        at = (j / width * depth + k) * width + j % width;
        break;
      case RightForm::RowMajor:
        at = k * c.problem.rightStride + j;
        break;
      case RightForm::ColumnMajor:
        at = j * c.problem.rightStride + k;
        break;
      }
      result[at] = values[k * n + j];
    }
  return result;
}

static const llvm::fltSemantics &semanticsOf(Type type) {
  return cast<FloatType>(type).getFloatSemantics();
}

std::vector<char> tenon::cpu::encode(Type type,
                                     const std::vector<float> &values) {
  int64_t size = type.getIntOrFloatBitWidth() / 8;
  std::vector<char> bytes(values.size() * size);
  for (auto [i, value] : llvm::enumerate(values)) {
    llvm::APFloat number(value);
    bool inexact;
    number.convert(semanticsOf(type), llvm::APFloat::rmNearestTiesToEven,
                   &inexact);
    uint64_t bits = number.bitcastToAPInt().getZExtValue();
    std::memcpy(&bytes[i * size], &bits, size);
  }
  return bytes;
}

double tenon::cpu::decode(Type type, const std::vector<char> &bytes,
                          int64_t i) {
  int64_t size = type.getIntOrFloatBitWidth() / 8;
  uint64_t bits = 0;
  std::memcpy(&bits, &bytes[i * size], size);
  llvm::APFloat number(semanticsOf(type), llvm::APInt(size * 8, bits));
  bool inexact;
  number.convert(llvm::APFloat::IEEEdouble(),
                 llvm::APFloat::rmNearestTiesToEven, &inexact);
  return number.convertToDouble();
}

int64_t tenon::cpu::leftElement(const ContractionCase &c, int64_t i,
                                int64_t k) {
  int64_t at = c.imageWidth ? i / c.imageWidth * c.imageStride +
                                  i % c.imageWidth * c.problem.rowStride
                            : i * c.problem.rowStride;
  for (const ReductionLoop &loop : llvm::reverse(c.problem.reduction)) {
    at += k % loop.extent * loop.leftStride;
    k /= loop.extent;
  }
  return at;
}
