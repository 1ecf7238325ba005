//===- DifferentiableOpInterface.td - Ops give their derivative -----------===//
//
// What reverse mode asks of an op. Attached to the graph ops from outside
// (ir/graph/derivatives), so that a rule stands with its like and not with the
// op's definition.
//
//===----------------------------------------------------------------------===//

#ifndef TENON_IR_INTERFACES_DIFFERENTIABLEOPINTERFACE_TD
#define TENON_IR_INTERFACES_DIFFERENTIABLEOPINTERFACE_TD

include "mlir/IR/OpBase.td"

def DifferentiableOpInterface : OpInterface<"DifferentiableOpInterface"> {
  let cppNamespace = "::tenon";
  let description = [{
    An op with a derivative, or one that says why its results do not change
    with its operands. An op without this interface is refused where a
    derivative has to pass through it.
  }];
  let methods = [
    InterfaceMethod<[{
      Adds to each operand that `pullback` wants the vector-Jacobian product:
      the sum over the results of the result's cotangent times the derivative
      of the result with respect to the operand. New ops are built at the
      pullback's insertion point, where the op's operands and results are
      visible. Fails, with a reason left in the pullback, for a form that has no
      rule.
    }],
    "::llvm::LogicalResult", "pullBack", (ins "::tenon::Pullback &":$pullback),
    "", [{ return ::mlir::success(); }]>,
    InterfaceMethod<[{
      Why no result changes with an operand, almost everywhere: a derivative of
      zero. Empty for an op that has a rule.
    }],
    "::llvm::StringRef", "getZeroDerivativeReason", (ins), "",
    [{ return {}; }]>
  ];
}

#endif // TENON_IR_INTERFACES_DIFFERENTIABLEOPINTERFACE_TD
