//===- EntryWriter.h - A new entry made of a forward graph ------*- C++ -*-===//

#ifndef TENON_COMPILER_TRAIN_ENTRYWRITER_H
#define TENON_COMPILER_TRAIN_ENTRYWRITER_H

#include "ir/graph/GraphOps.h"
#include "ir/graph/ValueBuilder.h"

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

namespace tenon::train {

/// Weights that became variables of the same name, which the forward graphs
/// still read under it.
using StateNames = llvm::StringSet<>;

/// Writes one entry: inputs, a copy of a forward graph in which trained weights
/// are read from variables, then whatever the caller adds. Variables become
/// arguments on first use, and what is updated a result tied to them.
class EntryWriter {
public:
  /// Begins the entry `name` behind the module's others, with the inputs of
  /// `forward`, which may be null. Where `suffix`, which its symbol then ends
  /// in, is not empty, it is `name` for the sizes of `forward`.
  EntryWriter(mlir::ModuleOp module, graph::EntryOp forward,
              llvm::StringRef name, llvm::StringRef suffix,
              const StateNames &state);

  /// Copies the body of the forward graph.
  void cloneBody();
  /// The copy of a value of the forward graph.
  mlir::Value lookup(mlir::Value value) const { return mapping.lookup(value); }

  /// The input called `name`, or null.
  mlir::Value findInput(llvm::StringRef name) const;
  mlir::Value addInput(llvm::StringRef name, mlir::RankedTensorType type);
  /// The value of a variable when the entry begins.
  mlir::Value state(llvm::StringRef variable);
  /// The location of ops that are there for `name`.
  mlir::Location locate(llvm::StringRef name) {
    return mlir::NameLoc::get(builder.getStringAttr(name));
  }
  /// Builds at the entry's end; ops are located at `name`.
  graph::ValueBuilder values(llvm::StringRef name);

  void addResult(llvm::StringRef name, mlir::Value value);
  /// The variable's value when the entry has run.
  void update(llvm::StringRef variable, mlir::Value value);
  /// Orders inputs before state and results before new state, and closes the
  /// entry.
  void finish();

private:
  mlir::Value addArgument(mlir::Type type, mlir::NamedAttribute attribute);

  mlir::ModuleOp module;
  graph::EntryOp forward, entry;
  const StateNames &stateNames;
  mlir::OpBuilder builder;
  mlir::IRMapping mapping;
  llvm::SmallVector<mlir::Attribute> argumentAttrs, resultAttrs;
  llvm::SmallVector<mlir::Value> results;
  llvm::StringMap<mlir::Value> inputs, variables;
  llvm::SmallVector<std::pair<std::string, mlir::Value>> updates;
};

} // namespace tenon::train

#endif // TENON_COMPILER_TRAIN_ENTRYWRITER_H
