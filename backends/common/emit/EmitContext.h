// What one emission knows: the loops it stands in, where tensors are in memory,
// and which values have been emitted already. Knows no target.

#ifndef TENON_BACKENDS_COMMON_EMIT_EMITCONTEXT_H
#define TENON_BACKENDS_COMMON_EMIT_EMITCONTEXT_H

#include "backends/common/emit/IndexSpace.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <functional>
#include <map>
#include <vector>

namespace tenon::emit {

/// A tensor in memory.
struct Storage {
  /// Flat memref of the element type's memory type.
  mlir::Value buffer;
  /// From logical indices to the element's offset. Expressions over variables
  /// of the space are allowed in the result.
  std::function<mlir::AffineExpr(llvm::ArrayRef<mlir::AffineExpr>)> offset;
};

/// Watches what is asked for; used to find out what a stage needs before it is
/// emitted for good.
class EmitObserver {
public:
  virtual ~EmitObserver() = default;
  /// `tensor` is asked for at `map`. Brackets what it asks for in turn.
  virtual void enter(mlir::Value tensor, const IndexMap &map) = 0;
  virtual void leave() = 0;
  /// A load or store of this kind was emitted.
  virtual void access(const LaneStep &step) = 0;
};

/// Emits values at the insertion point of `b`. Errors are diagnostics; they are
/// remembered (hasFailed), and emission goes on with zeros.
class EmitContext {
public:
  EmitContext(mlir::OpBuilder &b, mlir::Location loc, int64_t lanes);

  mlir::OpBuilder &b;
  mlir::Location loc;
  IndexSpace space;

  bool hasFailed() const { return failed; }
  /// Reports that `op` cannot be emitted and returns a zero of its result.
  mlir::Value fail(mlir::Value tensor, const llvm::Twine &reason);

  //===--- Values ---------------------------------------------------------===//

  /// The element of `tensor` at `map` in its register type: a vector of lanes
  /// if it may differ between lanes, else a scalar.
  mlir::Value emit(mlir::Value tensor, IndexMap map, mlir::Value mask = {});
  /// emit, spread over the lanes if it is a scalar.
  mlir::Value emitLanes(mlir::Value tensor, const IndexMap &map,
                        mlir::Value mask = {});
  /// Enters `value` as the element of `tensor` at `map` until the scope ends.
  void bindValue(mlir::Value tensor, IndexMap map, mlir::Value value);
  /// The value entered or emitted in a scope that is still open, or null.
  mlir::Value lookup(mlir::Value tensor, IndexMap map, mlir::Value mask = {});
  /// Says where `tensor` lies in memory.
  void bindStorage(mlir::Value tensor, Storage storage);
  const Storage *getStorage(mlir::Value tensor) const;

  /// What was emitted in a scope is forgotten when it ends. Open one for every
  /// region.
  class Scope {
  public:
    explicit Scope(EmitContext &context);
    ~Scope();

  private:
    EmitContext &context;
    size_t begin;
  };

  /// Has the value of `tensor` at `map` stored in `buffer` (of the register
  /// type's memory type) from lane 0's `offset` on, whenever it is emitted, and
  /// loaded from there instead once `readKept` has reached `round`.
  void keep(mlir::Value tensor, IndexMap map, mlir::Value buffer,
            mlir::AffineExpr offset, unsigned round);
  /// From here on, what was kept in rounds before `rounds` is loaded; what is
  /// kept in later ones is stored.
  void readKept(unsigned rounds);
  /// Forgets all kept values.
  void dropKept() { kept.clear(); }

  //===--- Memory ---------------------------------------------------------===//

  mlir::Value load(mlir::Type elementType, const Storage &storage,
                   llvm::ArrayRef<mlir::AffineExpr> indices,
                   mlir::Value mask = {});
  /// Stores `value`, a scalar or lanes, in the register type of `elementType`.
  void store(mlir::Type elementType, const Storage &storage,
             llvm::ArrayRef<mlir::AffineExpr> indices, mlir::Value value,
             mlir::Value mask = {});

  //===--- Indices --------------------------------------------------------===//

  /// The value of a uniform expression, or of lane 0, of type index.
  mlir::Value evaluate(mlir::AffineExpr expr);
  /// The values in all lanes.
  mlir::Value evaluateLanes(mlir::AffineExpr expr);
  /// A variable of the given value, range and kind, found again by its key: a
  /// request that is repeated gets the same variable.
  mlir::AffineExpr dynamicIndex(mlir::Value tensor, unsigned number,
                                const IndexMap &map, IndexVariable variable);
  /// i1 or lanes of i1: whether lower <= expr < upper. Null if always true.
  /// `never` is set if always false.
  mlir::Value isWithin(mlir::AffineExpr expr, int64_t lower, int64_t upper,
                       bool &never);

  //===--- Building blocks ------------------------------------------------===//

  bool isLanes(mlir::Value value) const;
  /// Spreads a scalar over the lanes; leaves vectors alone.
  mlir::Value toLanes(mlir::Value value);
  /// Makes all of them vectors if one is.
  void unify(llvm::MutableArrayRef<mlir::Value> values);
  mlir::Value index(int64_t value);
  mlir::Value zero(mlir::Type type);
  /// `value` of `elementType` as a constant in the register type.
  mlir::Value constant(mlir::Type elementType, mlir::Attribute value);
  /// Both masks, either of which may be null.
  mlir::Value andMasks(mlir::Value a, mlir::Value b);
  /// The first `count` (index) lanes.
  mlir::Value firstLanes(mlir::Value count);

  /// Emits `for (iv = lower; iv < upper; iv += step)` with `variable` bound to
  /// iv inside, carrying values. Known trip counts of 1 and 0 make no loop.
  llvm::SmallVector<mlir::Value>
  loop(mlir::AffineExpr variable, mlir::Value lower, mlir::Value upper,
       int64_t step, mlir::ValueRange initial,
       llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::ValueRange)>
           body);
  /// The same without carried values.
  void loop(mlir::AffineExpr variable, mlir::Value lower, mlir::Value upper,
            int64_t step, llvm::function_ref<void()> body);
  /// Emits `condition ? ifTrue() : ifFalse()` as branches, on an i1. The result
  /// has type `type`, over which scalars are spread if it is a vector.
  mlir::Value branch(mlir::Value condition, mlir::Type type,
                     llvm::function_ref<mlir::Value()> ifTrue,
                     llvm::function_ref<mlir::Value()> ifFalse);
  /// Emits `condition ? ifTrue() : otherwise`, several values of the types of
  /// `otherwise`.
  llvm::SmallVector<mlir::Value>
  branchOver(mlir::Value condition, mlir::ValueRange otherwise,
             llvm::function_ref<llvm::SmallVector<mlir::Value>()> ifTrue);
  /// vector<VL x type>.
  mlir::VectorType lanesOf(mlir::Type type) const;
  /// The type that `emit` gives for an element type at `map`.
  mlir::Type typeAt(mlir::Type elementType, const IndexMap &map) const;
  /// Whether values at `map` can differ between lanes.
  bool variesOver(llvm::ArrayRef<mlir::AffineExpr> map) const {
    return !space.isUniform(map);
  }

  EmitObserver *observer = nullptr;
  /// Asked before a value is emitted that is not known yet; a value that it
  /// gives is taken.
  std::function<mlir::Value(mlir::Value, const IndexMap &)> intercept;

private:
  struct Key {
    mlir::Value tensor;
    IndexMap map;
    mlir::Value mask;
    bool operator<(const Key &other) const;
  };
  struct Kept {
    mlir::Value buffer;
    mlir::AffineExpr offset;
    unsigned round = 0;
    bool readable = false;
  };

  Key makeKey(mlir::Value tensor, IndexMap map, mlir::Value mask) const;
  void remember(const Key &key, mlir::Value value);
  mlir::Value emitUncached(mlir::Value tensor, const IndexMap &map,
                           mlir::Value mask);
  mlir::Value loadKept(mlir::Value tensor, const IndexMap &map,
                       const Kept &entry);
  void storeKept(const Kept &entry, mlir::Type elementType, mlir::Value value);
  bool fitsInt32(mlir::AffineExpr expr) const;
  /// Arithmetic on `type`: index, or lanes of index or i32.
  mlir::Value expand(mlir::AffineExpr expr, mlir::Type type);

  bool failed = false;
  std::map<Key, mlir::Value> emitted;
  std::vector<Key> order;
  std::map<Key, Kept> kept;
  llvm::DenseMap<mlir::Value, Storage> storages;
  std::map<std::pair<Key, unsigned>, mlir::AffineExpr> dynamicIndices;
};

} // namespace tenon::emit

#endif // TENON_BACKENDS_COMMON_EMIT_EMITCONTEXT_H
