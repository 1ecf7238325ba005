#include "test/backends/cuda/support/EmulatedKernel.h"

#include "backends/cpu/codegen/Codegen.h"
#include "backends/cpu/codegen/KernelAbi.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Verifier.h"
#include "llvm/ADT/TypeSwitch.h"

#include <cstring>
#include <vector>

using namespace mlir;
using namespace tenon;
using namespace tenon::cuda;

namespace {

/// Turns one gpu.func into the body of a kernel of the CPU's ABI: its buffers,
/// the scratch of all blocks and the shared memory are buffers, the grid's size
/// is a scalar, and block and thread take the places of the tiles' range.
class ThreadFunction {
public:
  ThreadFunction(ModuleOp destination, const EmittedKernel &kernel)
      : destination(destination), kernel(kernel), b(destination.getContext()) {}

  LogicalResult build();

private:
  void rewrite(Operation *op);
  Value call(uint64_t address, Type result, ValueRange arguments);
  Value constant(int64_t value) {
    return arith::ConstantOp::create(b, loc(), b.getI32IntegerAttr(value));
  }
  Value multiply(NVVM::MmaOp op);
  /// Cuts what becomes an index to 32 bits, as many as a GPU's index has.
  void narrowIndex(Operation *cast);
  /// Makes one NaN of all that are widened from f16, as a GPU does.
  void mergeNans(arith::ExtFOp widened);
  Location loc() { return kernel.function->getLoc(); }

  ModuleOp destination;
  EmittedKernel kernel;
  OpBuilder b;
  Value grid, block, thread, shared;
};

} // namespace

/// Calls a function of this process by its address.
Value ThreadFunction::call(uint64_t address, Type result,
                           ValueRange arguments) {
  SmallVector<Type> types(arguments.getTypes());
  MLIRContext *context = b.getContext();
  Type resultType = result ? result : LLVM::LLVMVoidType::get(context);
  auto type = LLVM::LLVMFunctionType::get(resultType, types);
  Value number = LLVM::ConstantOp::create(
      b, loc(), b.getI64Type(),
      b.getI64IntegerAttr(static_cast<int64_t>(address)));
  SmallVector<Value> operands = {LLVM::IntToPtrOp::create(
      b, loc(), LLVM::LLVMPointerType::get(context), number)};
  llvm::append_range(operands, arguments);
  auto op = LLVM::CallOp::create(b, loc(), type, operands);
  return result ? op.getResult() : Value();
}

Value ThreadFunction::multiply(NVVM::MmaOp op) {
  SmallVector<Value> arguments;
  for (Value operand : op->getOperands()) {
    // A pair of f16 as one word.
    if (auto type = dyn_cast<VectorType>(operand.getType())) {
      operand = vector::BitCastOp::create(
          b, loc(), VectorType::get({1}, b.getI32Type()), operand);
      operand = vector::ExtractOp::create(b, loc(), operand, int64_t(0));
    }
    arguments.push_back(operand);
  }
  bool isBf16 = op.getMultiplicandAPtxType() == NVVM::MMATypes::bf16;
  arguments.push_back(constant(isBf16));
  EmulatedCalls calls = getEmulatedCalls();
  Value result = LLVM::UndefOp::create(b, loc(), op->getResult(0).getType());
  for (int64_t i = 0; i < 4; ++i) {
    Value element = i == 0
                        ? call(calls.mma, b.getF32Type(), arguments)
                        : call(calls.mmaElement, b.getF32Type(), constant(i));
    result = LLVM::InsertValueOp::create(b, loc(), result, element, i);
  }
  return result;
}

void ThreadFunction::narrowIndex(Operation *cast) {
  Value number = cast->getOperand(0);
  Type type = getElementTypeOrSelf(number.getType());
  if (!type.isInteger(32) && !type.isInteger(64))
    return;
  if (type.isInteger(64)) {
    Type narrow = b.getI32Type();
    if (auto vector = dyn_cast<VectorType>(number.getType()))
      narrow = vector.clone(narrow);
    number = arith::TruncIOp::create(b, loc(), narrow, number);
  }
  Value index = arith::IndexCastOp::create(
      b, loc(), cast->getResult(0).getType(), number);
  cast->getResult(0).replaceAllUsesWith(index);
  cast->erase();
}

void ThreadFunction::mergeNans(arith::ExtFOp widened) {
  if (!widened.getIn().getType().isF16() || !widened.getType().isF32())
    return;
  b.setInsertionPointAfter(widened);
  auto isNan = arith::CmpFOp::create(b, loc(), arith::CmpFPredicate::UNO,
                                     widened, widened);
  Value bits = constant(INT32_MAX);
  Value nan = arith::BitcastOp::create(b, loc(), b.getF32Type(), bits);
  auto merged = arith::SelectOp::create(b, loc(), isNan, nan, widened);
  widened.getResult().replaceUsesWithIf(merged, [&](OpOperand &use) {
    return use.getOwner() != isNan && use.getOwner() != merged;
  });
}

void ThreadFunction::rewrite(Operation *op) {
  b.setInsertionPoint(op);
  EmulatedCalls calls = getEmulatedCalls();
  auto replace = [&](Value value) {
    op->getResult(0).replaceAllUsesWith(value);
    op->erase();
  };
  llvm::TypeSwitch<Operation *>(op)
      .Case([&](gpu::ThreadIdOp) { replace(thread); })
      .Case([&](gpu::BlockIdOp) { replace(block); })
      .Case([&](gpu::GridDimOp) { replace(grid); })
      .Case([&](gpu::DynamicSharedMemoryOp) { replace(shared); })
      .Case([&](gpu::BarrierOp) {
        call(calls.barrier, {}, {});
        op->erase();
      })
      .Case([&](gpu::ShuffleOp shuffle) {
        assert(shuffle.getMode() == gpu::ShuffleMode::XOR &&
               shuffle.getValue().getType().isInteger(32));
        replace(call(calls.shuffleXor, b.getI32Type(),
                     {shuffle.getValue(), shuffle.getOffset()}));
      })
      .Case([&](NVVM::MmaOp mma) { replace(multiply(mma)); })
      .Case<arith::IndexCastOp, arith::IndexCastUIOp>(
          [&](Operation *cast) { narrowIndex(cast); })
      .Case([&](arith::ExtFOp widened) { mergeNans(widened); })
      .Case([&](gpu::ReturnOp) {
        func::ReturnOp::create(b, loc());
        op->erase();
      });
}

LogicalResult ThreadFunction::build() {
  gpu::GPUFuncOp source = kernel.function;
  std::string name = source.getName().str();
  SmallVector<Type> types(source.getArgumentTypes());
  unsigned buffers = types.size();
  types.push_back(MemRefType::get({std::max<int64_t>(kernel.sharedBytes, 1)},
                                  b.getI8Type()));
  types.append(3, b.getIndexType());
  b.setInsertionPointToEnd(destination.getBody());
  auto function = func::FuncOp::create(b, loc(), name + "_body",
                                       b.getFunctionType(types, {}));
  Block *entry = function.addEntryBlock();
  IRMapping mapping;
  for (unsigned i = 0; i < buffers; ++i)
    mapping.map(source.getBody().getArgument(i), entry->getArgument(i));
  shared = entry->getArgument(buffers);
  grid = entry->getArgument(buffers + 1);
  block = entry->getArgument(buffers + 2);
  thread = entry->getArgument(buffers + 3);
  b.setInsertionPointToEnd(entry);
  for (Operation &op : source.getBody().front())
    b.clone(op, mapping);
  SmallVector<Operation *> ops;
  function.walk([&](Operation *op) { ops.push_back(op); });
  for (Operation *op : ops)
    rewrite(op);
  // Shared memory is memory like any other here.
  function.walk([&](Operation *op) {
    for (Value result : op->getResults())
      if (auto type = dyn_cast<MemRefType>(result.getType()))
        if (type.getMemorySpace())
          result.setType(
              MemRefType::get(type.getShape(), type.getElementType()));
  });
  // Other fibers write behind the back of this one.
  for (unsigned i = 0; i < buffers; ++i)
    if (!source.getArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName()))
      function.setArgAttr(i, cpu::mayAliasAttrName, b.getI64IntegerAttr(i));
  function.setArgAttr(buffers, cpu::mayAliasAttrName,
                      b.getI64IntegerAttr(buffers));
  return cpu::setKernelSignature(
      function, {name, buffers + 1, /*scalars=*/1, /*scratch=*/false});
}

bool EmulatedModule::add(kernel::FusedOp kernel, llvm::StringRef symbol,
                         const target::TargetDescription &target) {
  if (!code) {
    code = ModuleOp::create(kernel.getLoc());
    OpBuilder b(kernel.getContext());
    b.setInsertionPointToEnd(code->getBody());
    gpuModule = gpu::GPUModuleOp::create(b, kernel.getLoc(), "kernels");
  }
  FailureOr<EmittedKernel> emitted =
      emitKernel(kernel, gpuModule, symbol, target);
  if (failed(emitted))
    return false;
  EmulatedKernel &entry = kernels[symbol.str()];
  entry.buffers = kernel.getInputs().size() + kernel.getOutputs().size();
  entry.threads = emitted->threads;
  entry.sharedBytes = emitted->sharedBytes;
  entry.scratchBytes = emitted->scratchBytes;
  return true;
}

std::string EmulatedModule::compile() {
  if (failed(verify(*code)))
    return "the gpu.func ops are malformed";
  OwningOpRef<ModuleOp> host = ModuleOp::create(code->getLoc());
  for (auto function : gpuModule.getOps<gpu::GPUFuncOp>()) {
    const EmulatedKernel &entry = kernels.at(function.getName().str());
    EmittedKernel emitted{function, entry.threads, entry.sharedBytes,
                          entry.scratchBytes};
    if (failed(ThreadFunction(*host, emitted).build()))
      return "the emulated form of " + function.getName().str() + " is wrong";
  }
  cpu::CodegenOptions options;
  options.target = llvm::cantFail(target::lookupTarget("native"));
  options.optLevel = 1;
  FailureOr<cpu::CodeImage> compiled = cpu::compileToImage(*host, options);
  if (failed(compiled))
    return "the emulated form does not compile";
  image = std::make_unique<cpu::LoadedImage>(*compiled);
  for (auto &[symbol, kernel] : kernels)
    if (!(kernel.thread = image->kernel(symbol.c_str())))
      return "no function " + symbol + ": " + image->error;
  return "";
}

std::string EmulatedKernel::run(void *const *given, void *scratch,
                                int64_t begin, int64_t end, int64_t grid,
                                TurnOrder order) const {
  struct alignas(64) Line {
    char bytes[64];
  };
  std::vector<Line> shared(sharedBytes / 64 + 1);
  std::vector<void *> arguments(given, given + buffers);
  if (scratchBytes > 0)
    arguments.push_back(scratch);
  arguments.push_back(shared.data());
  for (int64_t block = begin; block < end; ++block) {
    // Whatever a block finds in its memory is not its own.
    std::memset(shared.data(), 0xff, shared.size() * sizeof(Line));
    std::string wrong = runBlock(threads, order, [&](int64_t number) {
      thread(arguments.data(), &grid, nullptr, block, number);
    });
    if (!wrong.empty())
      return wrong;
  }
  return "";
}
