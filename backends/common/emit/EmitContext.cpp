#include "backends/common/emit/EmitContext.h"

#include "backends/common/emit/ElementTypes.h"
#include "backends/common/emit/EmitOpInterface.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

#include <tuple>

using namespace mlir;
using namespace tenon::emit;

EmitContext::EmitContext(OpBuilder &b, Location loc, int64_t lanes)
    : b(b), loc(loc), space(b.getContext(), lanes) {}

Value EmitContext::fail(Value tensor, const Twine &reason) {
  failed = true;
  if (Operation *op = tensor.getDefiningOp())
    op->emitOpError(reason);
  else
    emitError(loc, reason);
  Type type = getRegisterType(getElementTypeOrSelf(tensor.getType()));
  return zero(type ? type : b.getI32Type());
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

bool EmitContext::Key::operator<(const Key &other) const {
  auto tie = [](const Key &key) {
    return std::make_tuple(key.tensor.getAsOpaquePointer(),
                           key.mask.getAsOpaquePointer(), key.map.size());
  };
  if (tie(*this) != tie(other))
    return tie(*this) < tie(other);
  for (auto [a, b] : llvm::zip_equal(map, other.map))
    if (a != b)
      return a.getAsOpaquePointer() < b.getAsOpaquePointer();
  return false;
}

EmitContext::Key EmitContext::makeKey(Value tensor, IndexMap map,
                                      Value mask) const {
  for (AffineExpr &expr : map)
    expr = space.simplify(expr);
  return {tensor, std::move(map), mask};
}

void EmitContext::remember(const Key &key, Value value) {
  if (emitted.insert({key, value}).second)
    order.push_back(key);
}

EmitContext::Scope::Scope(EmitContext &context)
    : context(context), begin(context.order.size()) {}

EmitContext::Scope::~Scope() {
  for (size_t i = begin; i < context.order.size(); ++i)
    context.emitted.erase(context.order[i]);
  context.order.resize(begin);
}

void EmitContext::bindValue(Value tensor, IndexMap map, Value value) {
  remember(makeKey(tensor, std::move(map), {}), value);
}

Value EmitContext::lookup(Value tensor, IndexMap map, Value mask) {
  Key key = makeKey(tensor, std::move(map), mask);
  auto it = emitted.find(key);
  if (it == emitted.end() && mask) {
    // What is valid in all lanes is valid in some.
    key.mask = {};
    it = emitted.find(key);
  }
  return it == emitted.end() ? Value() : it->second;
}

void EmitContext::bindStorage(Value tensor, Storage storage) {
  storages[tensor] = std::move(storage);
}

const Storage *EmitContext::getStorage(Value tensor) const {
  auto it = storages.find(tensor);
  return it == storages.end() ? nullptr : &it->second;
}

Value EmitContext::emit(Value tensor, IndexMap map, Value mask) {
  Key key = makeKey(tensor, std::move(map), mask);
  if (observer)
    observer->enter(tensor, key.map);
  Value value = lookup(tensor, key.map, mask);
  if (!value && intercept)
    value = intercept(tensor, key.map);
  if (!value) {
    auto keptValue = kept.find(Key{tensor, key.map, {}});
    if (keptValue != kept.end() && keptValue->second.readable) {
      value = loadKept(tensor, key.map, keptValue->second);
    } else {
      value = emitUncached(tensor, key.map, mask);
      // What is made of constants alone is a scalar, but lanes are loaded.
      if (keptValue != kept.end())
        storeKept(keptValue->second, getElementTypeOrSelf(tensor),
                  variesOver(key.map) ? toLanes(value) : value);
    }
    remember(key, value);
  }
  if (observer)
    observer->leave();
  return value;
}

Value EmitContext::emitLanes(Value tensor, const IndexMap &map, Value mask) {
  return toLanes(emit(tensor, map, mask));
}

Value EmitContext::emitUncached(Value tensor, const IndexMap &map, Value mask) {
  if (const Storage *storage = getStorage(tensor))
    return load(getElementTypeOrSelf(tensor), *storage, map, mask);
  auto op = tensor.getDefiningOp<EmitOpInterface>();
  if (!op)
    return fail(tensor, "has no lowering in a kernel");
  OpBuilder::InsertionGuard guard(b);
  Location outer = loc;
  loc = op->getLoc();
  Value value =
      op.emitAt(*this, cast<OpResult>(tensor).getResultNumber(), map, mask);
  loc = outer;
  return value;
}

//===----------------------------------------------------------------------===//
// Kept values
//===----------------------------------------------------------------------===//

void EmitContext::keep(Value tensor, IndexMap map, Value buffer,
                       AffineExpr offset, unsigned round) {
  kept[makeKey(tensor, std::move(map), {})] = {buffer, offset, round};
}

void EmitContext::readKept(unsigned rounds) {
  for (auto &[key, entry] : kept)
    entry.readable = entry.round < rounds;
}

Value EmitContext::loadKept(Value tensor, const IndexMap &map,
                            const Kept &entry) {
  Type registerType = getRegisterType(getElementTypeOrSelf(tensor));
  Type memoryType = getMemoryType(registerType);
  Value offset = evaluate(entry.offset);
  Value loaded;
  if (variesOver(map))
    loaded = vector::LoadOp::create(b, loc, lanesOf(memoryType), entry.buffer,
                                    offset);
  else
    loaded = memref::LoadOp::create(b, loc, entry.buffer, offset);
  return toRegister(b, loc, registerType, loaded);
}

void EmitContext::storeKept(const Kept &entry, Type elementType, Value value) {
  Value memory = toMemory(b, loc, getRegisterType(elementType), value);
  Value offset = evaluate(entry.offset);
  if (isLanes(value))
    vector::StoreOp::create(b, loc, memory, entry.buffer, offset);
  else
    memref::StoreOp::create(b, loc, memory, entry.buffer, offset);
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Value EmitContext::load(Type elementType, const Storage &storage,
                        ArrayRef<AffineExpr> indices, Value mask) {
  Type memoryType = getMemoryType(elementType);
  AffineExpr offset = space.simplify(storage.offset(indices));
  LaneStep step = space.getLaneStep(offset);
  if (observer)
    observer->access(step);
  Value loaded;
  if (step.isUniform()) {
    Value address = evaluate(offset);
    int64_t size = cast<MemRefType>(storage.buffer.getType()).getDimSize(0);
    if (mask && !space.getRange(offset).within(0, size - 1)) {
      // No lane may be on, and then the index can be anything.
      address = arith::MaxSIOp::create(b, loc, address, index(0));
      address = arith::MinSIOp::create(b, loc, address, index(size - 1));
    }
    loaded = memref::LoadOp::create(b, loc, storage.buffer, address);
  } else {
    VectorType type = lanesOf(memoryType);
    if (step.stride == 1 && !mask) {
      loaded = vector::LoadOp::create(b, loc, type, storage.buffer,
                                      evaluate(offset));
    } else if (step.stride == 1) {
      loaded = vector::MaskedLoadOp::create(b, loc, type, storage.buffer,
                                            evaluate(offset), mask, zero(type));
    } else {
      Value all = mask ? mask : constant(b.getI1Type(), b.getBoolAttr(true));
      loaded = vector::GatherOp::create(b, loc, type, storage.buffer, index(0),
                                        evaluateLanes(offset), toLanes(all),
                                        zero(type));
    }
  }
  return toRegister(b, loc, elementType, loaded);
}

void EmitContext::store(Type elementType, const Storage &storage,
                        ArrayRef<AffineExpr> indices, Value value, Value mask) {
  AffineExpr offset = space.simplify(storage.offset(indices));
  LaneStep step = space.getLaneStep(offset);
  if (observer)
    observer->access(step);
  if (step.isUniform()) {
    // All lanes hold the same element.
    if (isLanes(value))
      value = vector::ExtractOp::create(b, loc, value, int64_t(0));
    memref::StoreOp::create(b, loc, toMemory(b, loc, elementType, value),
                            storage.buffer, evaluate(offset));
    return;
  }
  Value memory = toMemory(b, loc, elementType, toLanes(value));
  if (step.stride == 1 && !mask) {
    vector::StoreOp::create(b, loc, memory, storage.buffer, evaluate(offset));
  } else if (step.stride == 1) {
    vector::MaskedStoreOp::create(b, loc, storage.buffer, evaluate(offset),
                                  mask, memory);
  } else {
    Value all = mask ? mask : constant(b.getI1Type(), b.getBoolAttr(true));
    vector::ScatterOp::create(b, loc, Type(), storage.buffer, index(0),
                              evaluateLanes(offset), toLanes(all), memory);
  }
}

//===----------------------------------------------------------------------===//
// Building blocks
//===----------------------------------------------------------------------===//

VectorType EmitContext::lanesOf(Type type) const {
  return VectorType::get({space.getLanes()}, type);
}

Type EmitContext::typeAt(Type elementType, const IndexMap &map) const {
  Type type = getRegisterType(elementType);
  return variesOver(map) ? lanesOf(type) : type;
}

bool EmitContext::isLanes(Value value) const {
  return isa<VectorType>(value.getType());
}

Value EmitContext::toLanes(Value value) {
  if (isLanes(value))
    return value;
  return vector::BroadcastOp::create(b, loc, lanesOf(value.getType()), value);
}

void EmitContext::unify(MutableArrayRef<Value> values) {
  if (llvm::any_of(values, [&](Value value) { return isLanes(value); }))
    for (Value &value : values)
      value = toLanes(value);
}

Value EmitContext::index(int64_t value) {
  return arith::ConstantIndexOp::create(b, loc, value);
}

Value EmitContext::zero(Type type) {
  return arith::ConstantOp::create(b, loc, b.getZeroAttr(type));
}

Value EmitContext::constant(Type elementType, Attribute value) {
  Type type = getRegisterType(elementType);
  if (auto number = dyn_cast<FloatAttr>(value)) {
    APFloat wide = number.getValue();
    bool loses;
    wide.convert(cast<FloatType>(type).getFloatSemantics(),
                 APFloat::rmNearestTiesToEven, &loses);
    return arith::ConstantOp::create(b, loc, b.getFloatAttr(type, wide));
  }
  APInt bits = cast<IntegerAttr>(value).getValue();
  return arith::ConstantOp::create(b, loc, b.getIntegerAttr(type, bits));
}

Value EmitContext::andMasks(Value a, Value c) {
  if (!a || !c)
    return a ? a : c;
  Value masks[] = {a, c};
  unify(masks);
  return arith::AndIOp::create(b, loc, masks[0], masks[1]);
}

Value EmitContext::firstLanes(Value count) {
  return vector::CreateMaskOp::create(b, loc, lanesOf(b.getI1Type()), count);
}
