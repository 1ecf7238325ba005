//===- VhloDialect.cpp - Registration of the portable dialect -------------===//
#include "compiler/import/stablehlo/vhlo/VhloDialect.h"

#include "compiler/import/stablehlo/dialect/HloDialect.h"
#include "compiler/import/stablehlo/vhlo/VhloBytecode.h"
#include "compiler/import/stablehlo/vhlo/VhloOpTable.h"

#include "mlir/Bytecode/BytecodeOpInterface.h"

using namespace mlir;
using namespace tenon;

namespace {
/// Reads the attributes that an op stores among its properties, and gives them
/// to the op as plain ones.
struct ReadProperties : BytecodeOpInterface::FallbackModel<ReadProperties> {
  static LogicalResult readProperties(DialectBytecodeReader &reader,
                                      OperationState &state) {
    for (StringRef name : vhlo::getAttributeNames(state.name.stripDialect())) {
      Attribute value;
      if (failed(reader.readAttribute(value)))
        return failure();
      state.addAttribute(name, value);
    }
    return success();
  }
  void writeProperties(Operation *, DialectBytecodeWriter &) const {}
};
} // namespace

vhlo::VhloDialect::VhloDialect(MLIRContext *context)
    : ExtensibleDialect(getDialectNamespace(), context,
                        TypeID::get<VhloDialect>()) {
  // Its enumerations are those of StableHLO.
  context->loadDialect<stablehlo::HloDialect>();
  // An op without attributes needs no description; one that is newer than the
  // table is refused by name once all is read.
  allowUnknownOperations();
  addVhloBytecode(*this);
  auto accept = [](Operation *) { return success(); };
  forEachOp([&](StringRef op, ArrayRef<StringRef>) {
    registerDynamicOp(DynamicOpDefinition::get(op, this, accept, accept));
    RegisteredOperationName::lookup(("vhlo." + op).str(), context)
        ->attachInterface<ReadProperties>();
  });
}
