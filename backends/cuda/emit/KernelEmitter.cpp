#include "backends/cuda/emit/KernelEmitter.h"

#include "backends/common/emit/EmitOpInterface.h"
#include "backends/cuda/emit/BlockState.h"
#include "backends/cuda/emit/NanSigns.h"
#include "ir/graph/ControlFlowOps.h"
#include "ir/graph/SortOps.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::cuda;

/// Blocks that one multiprocessor runs at once at most, where blocks have
/// scratch in global memory.
static constexpr int64_t blocksPerProcessor = 2;

void tenon::cuda::registerEmission(DialectRegistry &registry) {
  registry.insert<affine::AffineDialect, arith::ArithDialect, func::FuncDialect,
                  gpu::GPUDialect, LLVM::LLVMDialect, mlir::math::MathDialect,
                  memref::MemRefDialect, NVVM::NVVMDialect, scf::SCFDialect,
                  ub::UBDialect, vector::VectorDialect>();
  emit::registerEmitModels(registry);
}

LogicalResult tenon::cuda::canEmit(Operation *op, std::string &reason) {
  // One thread's work, whatever the data say.
  if (isa<graph::SortOp, graph::WhileOp, graph::IfOp, graph::CaseOp>(op)) {
    reason = "has kernels for CPUs alone";
    return failure();
  }
  return emit::canEmitOp(op, reason);
}

static LogicalResult emitStage(BlockState &state, kernel::StageOp stage) {
  // A product of any element type is staged, whatever the stage is called.
  if (stage.getKind() != kernel::StageKind::Row)
    if (std::optional<StageForm> form = findContractionForm(stage))
      return emitContractionStage(state, stage, *form);
  FailureOr<StageForm> form = findStageForm(stage);
  if (failed(form))
    return failure();
  // Nothing is asked of it.
  if (!form->root)
    return success();
  switch (form->kind) {
  case kernel::StageKind::Row:
    return emitRowStage(state, stage, *form);
  case kernel::StageKind::Contraction:
    return emitContractionStage(state, stage, *form);
  case kernel::StageKind::Loop:
  case kernel::StageKind::Special:
    return emitLoopStage(state, stage, *form);
  }
  llvm_unreachable("all kinds are handled");
}

/// Promises that buffers do not overlap, but for tied ones.
static void setAliasing(kernel::FusedOp kernel, gpu::GPUFuncOp function) {
  unsigned inputs = kernel.getInputs().size();
  llvm::SmallBitVector tied(inputs + kernel.getOutputs().size());
  for (unsigned i = 0; i < kernel.getOutputs().size(); ++i)
    if (int64_t tie = kernel.getTie(i); tie >= 0) {
      tied.set(tie);
      tied.set(inputs + i);
    }
  StringRef noalias = LLVM::LLVMDialect::getNoAliasAttrName();
  for (unsigned i = 0; i < tied.size(); ++i)
    if (!tied.test(i))
      function.setArgAttr(i, noalias, UnitAttr::get(kernel.getContext()));
}

static LogicalResult emitStages(BlockState &state) {
  for (kernel::StageOp stage : state.kernel.getStages()) {
    if (failed(emitStage(state, stage)))
      return failure();
    // What a stage leaves in memory is read by other threads in the next one,
    // and overwritten for the next tile.
    state.barrier();
  }
  return success();
}

/// Block b runs tiles b, b + gridDim, ...
static LogicalResult emitBody(BlockState &state) {
  emit::EmitContext &c = state.context;
  OpBuilder &b = c.b;
  for (auto [i, argument] :
       llvm::enumerate(state.kernel.getBody().getArguments()))
    c.bindStorage(argument, state.inputStorage(i));
  Value block = gpu::BlockIdOp::create(b, c.loc, gpu::Dimension::x);
  state.thread = gpu::ThreadIdOp::create(b, c.loc, gpu::Dimension::x);
  // The factor is known when all stages are emitted.
  auto stride = arith::ConstantIndexOp::create(b, c.loc, 0);
  state.scratchBase = arith::MulIOp::create(b, c.loc, block, stride);

  int64_t tiles =
      state.kernel.getTileAttr() ? state.kernel.getTileAttr().getNumTiles() : 1;
  LogicalResult result = success();
  if (tiles <= 1) {
    state.enterTile(c.index(0));
    result = tiles == 1 ? emitStages(state) : success();
  } else {
    Value grid = gpu::GridDimOp::create(b, c.loc, gpu::Dimension::x);
    auto loop = scf::ForOp::create(b, c.loc, block, c.index(tiles), grid);
    OpBuilder::InsertionGuard guard(b);
    b.setInsertionPoint(loop.getBody()->getTerminator());
    emit::EmitContext::Scope scope(c);
    state.enterTile(loop.getInductionVar());
    result = emitStages(state);
  }
  stride->setAttr("value", b.getIndexAttr(state.scratchBytes));
  return result;
}

FailureOr<EmittedKernel>
tenon::cuda::emitKernel(kernel::FusedOp kernel, gpu::GPUModuleOp destination,
                        StringRef symbol,
                        const target::TargetDescription &target) {
  if (failed(emit::checkOps(kernel)))
    return failure();
  OpBuilder b(kernel.getContext());
  b.setInsertionPointToEnd(destination.getBody());
  BlockState state(kernel, target, b);
  SmallVector<Type> types = emit::getBufferTypes(kernel);
  unsigned buffers = types.size();
  types.push_back(MemRefType::get({ShapedType::kDynamic}, b.getI8Type()));
  auto function = gpu::GPUFuncOp::create(b, kernel.getLoc(), symbol,
                                         b.getFunctionType(types, {}));
  function->setAttr(gpu::GPUDialect::getKernelFuncAttrName(), b.getUnitAttr());
  function.setKnownBlockSize(
      ArrayRef<int32_t>{static_cast<int32_t>(state.threads), 1, 1});
  setAliasing(kernel, function);
  Block &block = function.getBody().front();
  for (unsigned i = 0; i < buffers; ++i)
    state.buffers.push_back(block.getArgument(i));
  state.scratch = block.getArgument(buffers);

  b.setInsertionPointToStart(&block);
  LogicalResult emitted = emitBody(state);
  b.setInsertionPointToEnd(&block);
  gpu::ReturnOp::create(b, kernel.getLoc());
  if (succeeded(emitted) && state.sharedBytes > target.sharedMemory)
    emitted = kernel.emitOpError("needs ")
              << state.sharedBytes << " bytes of shared memory, " << target.name
              << " has " << target.sharedMemory;
  if (failed(emitted)) {
    function.erase();
    return failure();
  }
  keepNanSigns(function);
  if (state.scratchBytes == 0) {
    (void)function.eraseArgument(buffers);
  } else {
    // The area of all blocks; more of them than this are never launched.
    state.scratch.setType(MemRefType::get(
        {state.scratchBytes * target.sms * blocksPerProcessor}, b.getI8Type()));
    function.setFunctionType(b.getFunctionType(block.getArgumentTypes(), {}));
  }
  return EmittedKernel{function, state.threads, state.sharedBytes,
                       state.scratchBytes};
}
