//===- EmitOpInterface.td - Values of graph ops on demand ----*- tablegen -*-===//

#ifndef TENON_BACKENDS_COMMON_EMIT_EMITOPINTERFACE_TD
#define TENON_BACKENDS_COMMON_EMIT_EMITOPINTERFACE_TD

include "mlir/IR/OpBase.td"

def EmitOpInterface : OpInterface<"EmitOpInterface"> {
  let cppNamespace = "::tenon::emit";
  let description = [{
    Emits single elements of an op's results inside loops that others have
    opened. Attached to the graph ops from outside (registerEmitModels), so that
    the graph dialect knows nothing of code.
  }];
  let methods = [
    InterfaceMethod<[{
      Emits the element of `result` at `map`: a vector if it differs between
      lanes, else a scalar, in the register type of the element type. Operands
      are asked from `context`. Lanes off in `mask` (null: none) hold anything,
      and no memory is read for them.
    }], "::mlir::Value", "emitAt", (ins
      "::tenon::emit::EmitContext &":$context, "unsigned":$result,
      "const ::tenon::emit::IndexMap &":$map, "::mlir::Value":$mask)>,
    InterfaceMethod<[{
      Whether this form of the op can be emitted; `reason` says what is missing.
    }], "::llvm::LogicalResult", "canEmit", (ins "::std::string &":$reason), "", [{
      return ::llvm::success();
    }]>,
    InterfaceMethod<[{
      Roughly how many instructions one vector of the result takes, operands
      excluded.
    }], "int64_t", "getEmitCost", (ins), "", [{ return 1; }]>
  ];
}

#endif // TENON_BACKENDS_COMMON_EMIT_EMITOPINTERFACE_TD
