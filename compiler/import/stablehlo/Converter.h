//===- Converter.h - From StableHLO to the graph dialect --------*- C++ -*-===//
//
// Walks a StableHLO module once, function by function, and writes tenon ops.
// Private functions are expanded where they are called. What cannot be
// converted is collected, so that one run lists all of it.
//
//===----------------------------------------------------------------------===//
#ifndef TENON_COMPILER_IMPORT_STABLEHLO_CONVERTER_H
#define TENON_COMPILER_IMPORT_STABLEHLO_CONVERTER_H

#include "compiler/import/Import.h"
#include "compiler/import/stablehlo/RuleTable.h"

#include "ir/graph/GraphOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/SymbolTable.h"

#include <map>

namespace tenon::stablehlo {

/// Converts one module. Used once.
class Converter {
public:
  Converter(mlir::ModuleOp source, const std::string &path,
            const ImportOptions &options);

  /// The converted module, not yet verified. Errors as importModel says.
  absl::StatusOr<mlir::OwningOpRef<mlir::ModuleOp>> run();

  // For rules, through OpConversion:

  mlir::OpBuilder &getBuilder() { return builder; }
  /// The tenon value of a source value. Inside a region that is isolated, a
  /// constant from outside is repeated; any other value from outside is null.
  mlir::Value lookup(mlir::Value source);
  void map(mlir::Value source, mlir::Value value) { values[source] = value; }
  /// Where an op stands: its own location, and the calls that led to it.
  mlir::Location locate(mlir::Operation *op);
  /// Notes that `op` cannot be converted, and why.
  void addUnsupported(mlir::Operation *op, const std::string &why);
  /// Notes that the program is wrong; only the first one is kept.
  void addInvalid(mlir::Operation *op, const std::string &why);

  /// Converts the block of `source` into a new block of `target` that takes
  /// `types`. With `isolated`, it may use nothing but constants from outside.
  mlir::LogicalResult convertRegion(mlir::Region &source, mlir::Region &target,
                                    mlir::TypeRange types, bool isolated);
  /// Converts the callee at the insertion point; its results, or failure.
  mlir::FailureOr<llvm::SmallVector<mlir::Value>>
  expandCall(mlir::Operation *call, llvm::StringRef callee,
             mlir::ValueRange operands);
  /// Converts a block at the insertion point, with values for its arguments;
  /// its terminator's operands, or failure.
  mlir::FailureOr<llvm::SmallVector<mlir::Value>>
  expandBlock(mlir::Block &block, mlir::ValueRange arguments);
  /// Whether some shape of the module is not static, so that sizes have to be
  /// computed while importing.
  bool hasDynamicShapes() const { return dynamicShapes; }

private:
  absl::Status convertFunction(mlir::func::FuncOp function);
  absl::StatusOr<llvm::SmallVector<mlir::Type>>
  argumentTypes(mlir::func::FuncOp function);
  void nameAndTie(mlir::func::FuncOp function, graph::EntryOp entry);
  mlir::LogicalResult convertOp(mlir::Operation &op);
  mlir::LogicalResult convertBlock(mlir::Block &block);
  absl::Status status() const;
  void checkMeshes();

  mlir::ModuleOp source;
  mlir::SymbolTable symbols;
  std::string path;
  const ImportOptions &options;
  const RuleTable &rules;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::OpBuilder builder;
  llvm::DenseMap<mlir::Value, mlir::Value> values;
  /// The innermost target region that may not use values from outside.
  mlir::Region *isolation = nullptr;
  /// The calls being expanded, from the outside in.
  llvm::SmallVector<std::pair<llvm::StringRef, mlir::Location>> calls;
  bool dynamicShapes = false;
  /// Op and reason, with the places where it occurs.
  std::map<std::pair<std::string, std::string>, std::vector<std::string>>
      unsupported;
  std::string invalid;
};

} // namespace tenon::stablehlo

#endif // TENON_COMPILER_IMPORT_STABLEHLO_CONVERTER_H
