//===- DecomposableOpInterface.td - Composites give their primitives ------===//
//
// A composite op stays whole as long as a kernel wants to see it, and can be
// taken apart at any time.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_INTERFACES_DECOMPOSABLEOPINTERFACE_TD
#define TENON_IR_INTERFACES_DECOMPOSABLEOPINTERFACE_TD

include "mlir/IR/OpBase.td"

def DecomposableOpInterface : OpInterface<"DecomposableOpInterface"> {
  let cppNamespace = "::tenon";
  let description = [{
    An op that is defined by a graph of simpler ops.
  }];
  let methods = [
    InterfaceMethod<[{
      Builds the op's definition at the builder's insertion point and returns
      one value per result, of that result's type. The op itself is left as it
      is; the caller replaces it. New ops take the op's location. Fails, with a
      diagnostic on the op, only for a form that has no definition.
    }],
    "::llvm::FailureOr<::llvm::SmallVector<::mlir::Value>>", "decompose",
    (ins "::mlir::OpBuilder &":$builder)>
  ];
}

#endif // TENON_IR_INTERFACES_DECOMPOSABLEOPINTERFACE_TD
