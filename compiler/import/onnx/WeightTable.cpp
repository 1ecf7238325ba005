//===- WeightTable.cpp - a module's weights -------------------------------===//
#include "compiler/import/onnx/WeightTable.h"

#include "compiler/import/StatusMacros.h"
#include "compiler/import/onnx/HostTensor.h"

#include "absl/strings/str_cat.h"
#include "ir/graph/GraphOps.h"
#include "mlir/IR/Builders.h"

using namespace tenon;
using namespace tenon::onnx;

absl::StatusOr<std::shared_ptr<const TensorData>>
WeightTable::locate(const TensorProto &proto, const std::string &name) {
  if (auto elsewhere = bound.find(proto))
    return elsewhere;
  auto known = located.find(&proto);
  if (known != located.end())
    return known->second;
  TENON_ASSIGN_OR_RETURN(TensorData data, model.tensor(proto));
  if (data.name.empty())
    data.name = name;
  auto shared = std::make_shared<const TensorData>(std::move(data));
  located.emplace(&proto, shared);
  return shared;
}

mlir::FlatSymbolRefAttr WeightTable::symbol(const TensorData &data) {
  mlir::FlatSymbolRefAttr &reference = symbols[&data];
  if (reference)
    return reference;
  std::string name = data.name;
  for (int i = 1; !taken.insert(name).second; ++i)
    name = absl::StrCat(data.name, ".", i);

  const std::string *elsewhere = bound.relativePath(*data.file);
  std::string file = elsewhere ? *elsewhere : model.relativePath(*data.file);
  mlir::MLIRContext *context = module.getContext();
  // Weights stand together before the entries, in the order of first use. From
  // the end, since entries are few.
  mlir::OpBuilder builder = mlir::OpBuilder::atBlockBegin(module.getBody());
  for (mlir::Operation &op : llvm::reverse(*module.getBody()))
    if (llvm::isa<graph::WeightOp>(op)) {
      builder.setInsertionPointAfter(&op);
      break;
    }
  graph::WeightOp::create(
      builder, mlir::NameLoc::get(builder.getStringAttr(name)),
      builder.getStringAttr(name),
      mlir::TypeAttr::get(tensorType(data.type, data.dims, context)),
      builder.getStringAttr(file),
      builder.getI64IntegerAttr(static_cast<int64_t>(data.offset)),
      builder.getStringAttr(absl::StrCat("xxh3:", contentHash(data.bytes()))),
      mlir::ElementsAttr(), mlir::StringAttr());
  reference = mlir::FlatSymbolRefAttr::get(context, name);
  return reference;
}
