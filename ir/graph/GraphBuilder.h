//===- GraphBuilder.h - Modules for embedding compilers -------------------===//
//
// Writes a whole module in C++: weights, variables, entries. The ops are those
// of ValueBuilder, its base:
//
//   GraphBuilder b(&context);
//   b.beginEntry("predict");
//   Value x = b.input("x", b.f32({4, 64}));
//   Value w = b.weight("w", b.f32({64, 10}), "model.bin", 0);
//   b.output("y", b.relu(b.matmul(x, w)));
//   b.endEntry();
//   OwningOpRef<ModuleOp> module = b.finish();
//
// Names, ties and types of symbols are checked by finish(), with diagnostics.
// Operands whose shapes do not fit, and calls out of order, are the caller's
// bug: a message says what is wrong, and the program ends. One thread at a
// time.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_GRAPH_GRAPHBUILDER_H
#define TENON_IR_GRAPH_GRAPHBUILDER_H

#include "ir/graph/ValueBuilder.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringMap.h"

namespace tenon::graph {

namespace detail {
/// Holds the builder that GraphBuilder's base refers to.
struct BuilderHolder {
  explicit BuilderHolder(mlir::MLIRContext *context) : ownBuilder(context) {}
  mlir::OpBuilder ownBuilder;
};
} // namespace detail

/// Builds one module. The context outlives it and gets the tenon dialect.
class GraphBuilder : private detail::BuilderHolder, public ValueBuilder {
public:
  explicit GraphBuilder(mlir::MLIRContext *context);

  // Types.
  mlir::RankedTensorType tensor(Ints shape, mlir::Type element) {
    return mlir::RankedTensorType::get(shape, element);
  }
  mlir::RankedTensorType f32(Ints shape) {
    return tensor(shape, ownBuilder.getF32Type());
  }

  // Symbols of the module. Each may be declared at any time, once.

  /// Declares a weight that lies at `offset` bytes in `file`.
  void declareWeight(llvm::StringRef name, mlir::RankedTensorType type,
                     llvm::StringRef file, int64_t offset,
                     llvm::StringRef hash = {});
  /// Declares a state variable with a constant initial value.
  void declareVariable(llvm::StringRef name, mlir::ElementsAttr initial);
  /// Declares a state variable that starts as a declared weight.
  void declareVariable(llvm::StringRef name, mlir::RankedTensorType type,
                       llvm::StringRef weight);

  // Entries: begin, then inputs and ops in any order, then outputs, then end.

  void beginEntry(llvm::StringRef name);
  /// A named argument.
  Value input(llvm::StringRef name, mlir::RankedTensorType type);
  /// The current value of a declared variable. An argument of the entry, the
  /// same one for each call.
  Value state(llvm::StringRef variable);
  /// The value of a declared weight.
  Value weight(llvm::StringRef name);
  /// Declares a weight and takes its value.
  Value weight(llvm::StringRef name, mlir::RankedTensorType type,
               llvm::StringRef file, int64_t offset, llvm::StringRef hash = {});
  /// A named result.
  void output(llvm::StringRef name, Value value);
  /// The new value of a variable: a result tied to its argument.
  void update(llvm::StringRef variable, Value value);
  void endEntry();

  /// The verified module, or null after diagnostics. The builder is then spent.
  mlir::OwningOpRef<mlir::ModuleOp> finish();

private:
  Value addArgument(mlir::RankedTensorType type,
                    mlir::NamedAttribute attribute);
  void addResult(Value value, mlir::ArrayRef<mlir::NamedAttribute> attributes);

  mlir::OwningOpRef<mlir::ModuleOp> module;
  llvm::StringMap<mlir::RankedTensorType> weights, variables;
  // The entry at work.
  EntryOp entry;
  llvm::StringMap<unsigned> states;
  llvm::SmallVector<mlir::Attribute> argumentAttrs, resultAttrs;
  llvm::SmallVector<Value> results;
};

} // namespace tenon::graph

#endif // TENON_IR_GRAPH_GRAPHBUILDER_H
