//===- KernelBase.td - The kernel dialect ----------------------*- tablegen -*-===//

#ifndef TENON_IR_KERNEL_BASE_TD
#define TENON_IR_KERNEL_BASE_TD

include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"

def KernelDialect : Dialect {
  let name = "kernel";
  let cppNamespace = "::tenon::kernel";
  let summary = "Groups of graph ops that become one kernel each";
  let description = [{
    The middle level. An entry's body is a list of `kernel.fused` ops, each one
    kernel: stages over a common outer tile whose bodies are still `tenon` ops.
    Values between kernels are tensors that carry a physical layout
    (`#kernel.layout`); inside a kernel nothing has a layout, because the
    emitter keeps it in registers or in tile scratch.

    The level executes in the reference interpreter: layouts, tiles and
    lowering configurations never change what a module computes.
  }];
  let useDefaultAttributePrinterParser = 1;
  let extraClassDeclaration = [{
    /// Registers the attributes, whose storage only KernelAttrs.cpp sees.
    void registerAttributes();
  }];
}

class Kernel_Op<string mnemonic, list<Trait> traits = []>
    : Op<KernelDialect, mnemonic, traits>;

class Kernel_Attr<string name, string attrMnemonic, list<Trait> traits = []>
    : AttrDef<KernelDialect, name, traits> {
  let mnemonic = attrMnemonic;
}

#endif // TENON_IR_KERNEL_BASE_TD
