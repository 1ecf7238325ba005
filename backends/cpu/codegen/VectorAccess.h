// Loads and stores of whole or partial vectors in flat memrefs, and the index
// arithmetic around them, folded where constant.

#ifndef TENON_BACKENDS_CPU_CODEGEN_VECTORACCESS_H
#define TENON_BACKENDS_CPU_CODEGEN_VECTORACCESS_H

#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

namespace tenon::cpu {

/// Index arithmetic at a builder's insertion point.
class IndexBuilder {
public:
  IndexBuilder(mlir::OpBuilder &b, mlir::Location loc) : b(b), loc(loc) {}

  mlir::Value constant(int64_t value) const;
  mlir::Value add(mlir::Value x, mlir::Value y) const;
  mlir::Value add(mlir::Value x, int64_t y) const;
  mlir::Value sub(mlir::Value x, mlir::Value y) const;
  mlir::Value mul(mlir::Value x, int64_t y) const;
  /// Quotient and remainder of values that are not negative.
  mlir::Value div(mlir::Value x, int64_t y) const;
  mlir::Value rem(mlir::Value x, int64_t y) const;
  mlir::Value min(mlir::Value x, mlir::Value y) const;
  mlir::Value max(mlir::Value x, mlir::Value y) const;

private:
  mlir::OpBuilder &b;
  mlir::Location loc;
};

/// Loads lanes [0, lanes) of a vector<VL x element> at element `index` of the
/// flat memref `source`; the other lanes are zero. Reads nothing else.
mlir::Value loadVector(mlir::OpBuilder &b, mlir::Location loc,
                       mlir::Value source, mlir::Value index,
                       mlir::VectorType type, int64_t lanes);

/// Stores lanes [0, lanes) of `value` at element `index` of the flat memref
/// `target`, and writes nothing else.
void storeVector(mlir::OpBuilder &b, mlir::Location loc, mlir::Value value,
                 mlir::Value target, mlir::Value index, int64_t lanes);

/// The part of `scratch` (memref<...xi8>) that begins at byte `offset`, as a
/// flat memref of `count` elements of `type`.
mlir::Value viewScratch(mlir::OpBuilder &b, mlir::Location loc,
                        mlir::Value scratch, int64_t offset, int64_t count,
                        mlir::Type type);

} // namespace tenon::cpu

#endif // TENON_BACKENDS_CPU_CODEGEN_VECTORACCESS_H
