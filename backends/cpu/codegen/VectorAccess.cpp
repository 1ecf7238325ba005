#include "backends/cpu/codegen/VectorAccess.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace tenon::cpu;

Value IndexBuilder::constant(int64_t value) const {
  return arith::ConstantIndexOp::create(b, loc, value);
}
Value IndexBuilder::add(Value x, Value y) const {
  return b.createOrFold<arith::AddIOp>(loc, x, y);
}
Value IndexBuilder::add(Value x, int64_t y) const {
  return y == 0 ? x : add(x, constant(y));
}
Value IndexBuilder::sub(Value x, Value y) const {
  return b.createOrFold<arith::SubIOp>(loc, x, y);
}
Value IndexBuilder::mul(Value x, int64_t y) const {
  return y == 1 ? x : b.createOrFold<arith::MulIOp>(loc, x, constant(y));
}
Value IndexBuilder::div(Value x, int64_t y) const {
  return y == 1 ? x : b.createOrFold<arith::DivUIOp>(loc, x, constant(y));
}
Value IndexBuilder::rem(Value x, int64_t y) const {
  return y == 1 ? constant(0)
                : b.createOrFold<arith::RemUIOp>(loc, x, constant(y));
}
Value IndexBuilder::min(Value x, Value y) const {
  return b.createOrFold<arith::MinSIOp>(loc, x, y);
}
Value IndexBuilder::max(Value x, Value y) const {
  return b.createOrFold<arith::MaxSIOp>(loc, x, y);
}

/// A constant mask of the first `lanes` lanes.
static Value prefixMask(OpBuilder &b, Location loc, int64_t width,
                        int64_t lanes) {
  SmallVector<bool> bits(width, false);
  std::fill_n(bits.begin(), lanes, true);
  auto type = VectorType::get({width}, b.getI1Type());
  return arith::ConstantOp::create(b, loc, type,
                                   DenseElementsAttr::get(type, bits));
}

Value tenon::cpu::loadVector(OpBuilder &b, Location loc, Value source,
                             Value index, VectorType type, int64_t lanes) {
  int64_t width = type.getNumElements();
  if (lanes >= width)
    return vector::LoadOp::create(b, loc, type, source, index);
  Value zero = arith::ConstantOp::create(b, loc, type, b.getZeroAttr(type));
  return vector::MaskedLoadOp::create(b, loc, type, source, index,
                                      prefixMask(b, loc, width, lanes), zero);
}

void tenon::cpu::storeVector(OpBuilder &b, Location loc, Value value,
                             Value target, Value index, int64_t lanes) {
  int64_t width = cast<VectorType>(value.getType()).getNumElements();
  if (lanes >= width) {
    vector::StoreOp::create(b, loc, value, target, index);
    return;
  }
  vector::MaskedStoreOp::create(b, loc, target, index,
                                prefixMask(b, loc, width, lanes), value);
}

Value tenon::cpu::viewScratch(OpBuilder &b, Location loc, Value scratch,
                              int64_t offset, int64_t count, Type type) {
  Value shift = arith::ConstantIndexOp::create(b, loc, offset);
  return memref::ViewOp::create(b, loc, MemRefType::get({count}, type), scratch,
                                shift, ValueRange());
}
