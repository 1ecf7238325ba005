#include "backends/cpu/emit/KernelEmitter.h"

#include "backends/common/emit/ElementTypes.h"
#include "backends/common/emit/EmitOpInterface.h"
#include "backends/cpu/codegen/KernelAbi.h"
#include "backends/cpu/codegen/LowerToLLVM.h"
#include "backends/cpu/emit/KernelState.h"

#include "ir/graph/GraphOps.h"

#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace tenon;
using namespace tenon::cpu;

void tenon::cpu::registerEmission(DialectRegistry &registry) {
  registerCodegenDialects(registry);
  emit::registerEmitModels(registry);
}

LogicalResult tenon::cpu::canHold(Type type, std::string &reason) {
  return emit::canHold(type, reason);
}

LogicalResult tenon::cpu::canEmit(Operation *op, std::string &reason) {
  return emit::canEmitOp(op, reason);
}

/// Whether a scatter's results hold what it sums up without rounding: its stage
/// combines in memory. Of narrower types every element is summed in registers.
static bool keepsSums(graph::ScatterOp op) {
  return llvm::all_of(op.getResultTypes(), [](Type type) {
    Type element = getElementTypeOrSelf(type);
    return !isa<FloatType>(element) || element.getIntOrFloatBitWidth() >= 32;
  });
}

static LogicalResult emitStage(KernelState &state, kernel::StageOp stage) {
  if (stage.getKind() == kernel::StageKind::Special) {
    for (auto scatter : stage.getBody().getOps<graph::ScatterOp>())
      if (keepsSums(scatter))
        return emitScatterStage(state, stage, scatter);
    return emitSpecialStage(state, stage);
  }
  FailureOr<StageForm> form = findStageForm(stage);
  if (failed(form))
    return failure();
  // Nothing is asked of it.
  if (!form->root)
    return success();
  switch (form->kind) {
  case kernel::StageKind::Contraction:
    return emitContractionStage(state, stage, *form);
  case kernel::StageKind::Row:
    return emitRowStage(state, stage, *form);
  case kernel::StageKind::Loop:
  case kernel::StageKind::Special:
    return emitLoopStage(state, stage, *form);
  }
  llvm_unreachable("all kinds are handled");
}

/// The function with one flat buffer per input and output.
static func::FuncOp makeFunction(KernelState &state, StringRef symbol) {
  OpBuilder &b = state.context.b;
  kernel::FusedOp kernel = state.kernel;
  SmallVector<Type> types = emit::getBufferTypes(kernel);
  unsigned buffers = types.size();
  types.push_back(MemRefType::get({1}, b.getI8Type()));
  types.append(2, b.getIndexType());
  auto function =
      func::FuncOp::create(b, kernel.getLoc(), (symbol + "_body").str(),
                           b.getFunctionType(types, {}));
  Block *block = function.addEntryBlock();
  for (unsigned i = 0; i < buffers; ++i)
    state.buffers.push_back(block->getArgument(i));
  state.scratch = block->getArgument(buffers);
  return function;
}

static LogicalResult emitBody(KernelState &state, func::FuncOp function) {
  emit::EmitContext &c = state.context;
  OpBuilder &b = c.b;
  Block *block = &function.getBody().front();
  b.setInsertionPointToStart(block);
  for (auto [i, argument] :
       llvm::enumerate(state.kernel.getBody().getArguments()))
    c.bindStorage(argument, state.inputStorage(i));

  unsigned count = block->getNumArguments();
  int64_t tiles =
      state.kernel.getTileAttr() ? state.kernel.getTileAttr().getNumTiles() : 1;
  AffineExpr tile = c.space.add(
      {emit::LaneKind::Uniform, {}, 0, std::max<int64_t>(tiles - 1, 0), 1});
  LogicalResult result = success();
  bool writesNothing =
      llvm::all_of(state.kernel.getOutputs().getTypes(), [](Type type) {
        return cast<RankedTensorType>(type).getNumElements() == 0;
      });
  if (writesNothing) {
    func::ReturnOp::create(b, c.loc);
    return success();
  }
  c.loop(tile, block->getArgument(count - 2), block->getArgument(count - 1), 1,
         [&] {
           state.enterTile(c.space.get(tile).value);
           for (kernel::StageOp stage : state.kernel.getStages())
             if (failed(emitStage(state, stage))) {
               result = failure();
               return;
             }
         });
  func::ReturnOp::create(b, c.loc);
  return result;
}

FailureOr<EmittedKernel> tenon::cpu::emitKernel(kernel::FusedOp kernel,
                                                ModuleOp destination,
                                                StringRef symbol,
                                                const EmitTarget &target) {
  if (failed(emit::checkOps(kernel)))
    return failure();
  OpBuilder builder(kernel.getContext());
  builder.setInsertionPointToEnd(destination.getBody());
  KernelState state(kernel, target.description, builder);
  func::FuncOp function = makeFunction(state, symbol);
  for (auto [i, output] : llvm::enumerate(kernel.getOutputs()))
    if (int64_t tie = kernel.getTie(i); tie >= 0)
      function.setArgAttr(kernel.getInputs().size() + i, mayAliasAttrName,
                          builder.getI64IntegerAttr(tie));
  if (failed(emitBody(state, function))) {
    function.erase();
    return failure();
  }

  // The scratch argument gets its size, or goes.
  unsigned position = state.buffers.size();
  Block &block = function.getBody().front();
  bool hasScratch = state.scratchBytes > 0;
  if (hasScratch)
    state.scratch.setType(
        MemRefType::get({state.scratchBytes}, builder.getI8Type()));
  else
    block.eraseArgument(position);
  SmallVector<DictionaryAttr> attrs;
  for (unsigned i = 0; i < position; ++i)
    attrs.push_back(function.getArgAttrDict(i));
  attrs.resize(block.getNumArguments());
  function.setFunctionType(
      builder.getFunctionType(block.getArgumentTypes(), {}));
  function.setAllArgAttrs(attrs);
  if (failed(setKernelSignature(
          function, {symbol, position, /*scalars=*/0, hasScratch}))) {
    function.erase();
    return failure();
  }
  return EmittedKernel{function, state.scratchBytes};
}
