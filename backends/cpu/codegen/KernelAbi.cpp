#include "backends/cpu/codegen/KernelAbi.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

using namespace mlir;
using namespace tenon::cpu;

static constexpr llvm::StringLiteral kernelAttrName = "tenon.kernel";
static constexpr llvm::StringLiteral buffersAttrName = "tenon.buffers";
static constexpr llvm::StringLiteral scalarsAttrName = "tenon.scalars";
static constexpr llvm::StringLiteral scratchAttrName = "tenon.scratch";

/// Whether the bare pointer convention can pass `type`.
static bool isFlatBuffer(Type type) {
  auto memref = dyn_cast<MemRefType>(type);
  return memref && memref.getRank() == 1 && memref.hasStaticShape() &&
         memref.getLayout().isIdentity();
}

LogicalResult tenon::cpu::setKernelSignature(func::FuncOp inner,
                                             const KernelSignature &signature) {
  ArrayRef<Type> types = inner.getArgumentTypes();
  unsigned expected =
      signature.buffers + signature.scalars + signature.scratch + 2;
  if (types.size() != expected || inner.getNumResults())
    return inner.emitError("a kernel of ")
           << signature.buffers << " buffers and " << signature.scalars
           << " scalars needs " << expected << " arguments and no result, has "
           << types.size() << " and " << inner.getNumResults();
  if (signature.exportedName == inner.getName())
    return inner.emitError("the kernel's exported name must differ from that "
                           "of its body");
  unsigned scalarEnd = signature.buffers + signature.scalars;
  for (auto [index, type] : llvm::enumerate(types)) {
    bool isBuffer =
        index < signature.buffers || (signature.scratch && index == scalarEnd);
    bool valid = isBuffer            ? isFlatBuffer(type)
                 : index < scalarEnd ? type.isIndex() || type.isInteger(64)
                                     : type.isIndex();
    if (!valid)
      return inner.emitError("argument ")
             << index << " of a kernel cannot have type " << type;
  }
  OpBuilder b(inner.getContext());
  inner->setAttr(kernelAttrName, b.getStringAttr(signature.exportedName));
  inner->setAttr(buffersAttrName, b.getI64IntegerAttr(signature.buffers));
  inner->setAttr(scalarsAttrName, b.getI64IntegerAttr(signature.scalars));
  inner->setAttr(scratchAttrName, b.getBoolAttr(signature.scratch));

  llvm::SmallBitVector tied(signature.buffers);
  for (unsigned i = 0; i < signature.buffers; ++i) {
    auto other = inner.getArgAttrOfType<IntegerAttr>(i, mayAliasAttrName);
    if (!other)
      continue;
    if (other.getInt() < 0 || other.getInt() >= signature.buffers)
      return inner.emitError("argument ")
             << i << " may alias buffer " << other.getInt()
             << ", which does not exist";
    tied.set(i);
    tied.set(other.getInt());
  }
  StringRef noalias = LLVM::LLVMDialect::getNoAliasAttrName();
  for (unsigned i = 0; i < signature.buffers; ++i)
    if (!tied.test(i))
      inner.setArgAttr(i, noalias, b.getUnitAttr());
  if (signature.scratch)
    inner.setArgAttr(scalarEnd, noalias, b.getUnitAttr());
  return success();
}

/// Builds the wrapper of one converted inner function, after it.
static LogicalResult wrapOne(LLVM::LLVMFuncOp inner) {
  MLIRContext *context = inner.getContext();
  Location loc = inner.getLoc();
  OpBuilder b(context);
  b.setInsertionPointAfter(inner);
  auto pointer = LLVM::LLVMPointerType::get(context);
  Type i64 = b.getI64Type();
  int64_t buffers = inner->getAttrOfType<IntegerAttr>(buffersAttrName).getInt();
  int64_t scalars = inner->getAttrOfType<IntegerAttr>(scalarsAttrName).getInt();
  bool scratch = inner->getAttrOfType<BoolAttr>(scratchAttrName).getValue();
  StringRef name = inner->getAttrOfType<StringAttr>(kernelAttrName).getValue();

  auto type = LLVM::LLVMFunctionType::get(
      LLVM::LLVMVoidType::get(context), {pointer, pointer, pointer, i64, i64});
  if (inner.getNumArguments() != buffers + scalars + scratch + 2)
    return inner.emitError(
        "kernel arguments were not lowered to bare pointers");
  auto wrapper = LLVM::LLVMFuncOp::create(b, loc, name, type);
  Block *entry = wrapper.addEntryBlock(b);
  b.setInsertionPointToStart(entry);

  auto loadElement = [&](Value array, Type elementType, int64_t index) {
    Value address = LLVM::GEPOp::create(b, loc, pointer, elementType, array,
                                        LLVM::GEPArg(index));
    return LLVM::LoadOp::create(b, loc, elementType, address).getResult();
  };
  SmallVector<Value> arguments;
  for (int64_t i = 0; i < buffers; ++i)
    arguments.push_back(loadElement(entry->getArgument(0), pointer, i));
  for (int64_t i = 0; i < scalars; ++i)
    arguments.push_back(loadElement(entry->getArgument(1), i64, i));
  if (scratch)
    arguments.push_back(entry->getArgument(2));
  arguments.push_back(entry->getArgument(3));
  arguments.push_back(entry->getArgument(4));
  LLVM::CallOp::create(b, loc, inner, arguments);
  LLVM::ReturnOp::create(b, loc, ValueRange());

  // Inlined, the arguments' noalias would decay to scopes, which alias analysis
  // follows less far; one call per range of tiles costs nothing.
  inner.setNoInline(true);
  for (StringRef attr :
       {kernelAttrName, buffersAttrName, scalarsAttrName, scratchAttrName})
    inner->removeAttr(attr);
  for (unsigned i = 0; i < inner.getNumArguments(); ++i)
    inner.removeArgAttr(i, b.getStringAttr(mayAliasAttrName));
  return success();
}

LogicalResult tenon::cpu::wrapKernelAbi(ModuleOp module) {
  SmallVector<LLVM::LLVMFuncOp> kernels;
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    if (function->hasAttr(kernelAttrName))
      kernels.push_back(function);
  // What is not exported must be internal, or the image would export it.
  for (auto function : module.getOps<LLVM::LLVMFuncOp>())
    if (!function.isExternal())
      function.setLinkage(LLVM::Linkage::Internal);
  for (LLVM::LLVMFuncOp inner : kernels)
    if (failed(wrapOne(inner)))
      return failure();
  return success();
}
