#include "compiler/report/Remarks.h"

#include "compiler/report/Provenance.h"
#include "ir/graph/GraphOps.h"
#include "ir/kernel/KernelOps.h"
#include "ir/plan/PlanOps.h"

#include "mlir/IR/Remarks.h"
#include "mlir/Remark/RemarkStreamer.h"
#include "llvm/Remarks/RemarkFormat.h"

#include <algorithm>

namespace tenon::report {
namespace {

using kernel::FusedOp;
using kernel::LayoutAttr;
using mlir::remark::RemarkKind;
using Argument = std::pair<std::string, std::string>;

/// One remark before it is emitted.
struct Note {
  RemarkKind kind;
  std::string name;
  std::vector<Argument> arguments;
};

/// The remarks about one op, emitted in an order of their own: an op's
/// attributes may be lists that were filled in any order.
class Notes {
public:
  Notes(llvm::StringRef category, llvm::StringRef function, mlir::Location loc)
      : category(category), function(function), loc(loc) {}

  void add(RemarkKind kind, std::string name, std::vector<Argument> arguments) {
    if (std::string nodes = provenance(loc); !nodes.empty())
      arguments.emplace_back("Nodes", nodes);
    notes.push_back({kind, std::move(name), std::move(arguments)});
  }

  ~Notes() {
    std::sort(notes.begin(), notes.end(), [](const Note &a, const Note &b) {
      return std::tie(a.name, a.kind, a.arguments) <
             std::tie(b.name, b.kind, b.arguments);
    });
    for (const Note &note : notes) {
      auto options =
          mlir::remark::RemarkOpts::name(note.name).category(category).function(
              function);
      mlir::remark::detail::InFlightRemark remark =
          note.kind == RemarkKind::RemarkPassed
              ? mlir::remark::passed(loc, options)
          : note.kind == RemarkKind::RemarkMissed
              ? mlir::remark::missed(loc, options)
              : mlir::remark::analysis(loc, options);
      for (const auto &[key, value] : note.arguments)
        remark << mlir::remark::detail::Remark::Arg(key, value);
    }
  }

private:
  llvm::StringRef category;
  llvm::StringRef function;
  mlir::Location loc;
  std::vector<Note> notes;
};

std::string text(mlir::Attribute attribute) {
  if (auto string = mlir::dyn_cast<mlir::StringAttr>(attribute))
    return string.str();
  if (auto flag = mlir::dyn_cast<mlir::BoolAttr>(attribute))
    return flag.getValue() ? "true" : "false";
  if (auto number = mlir::dyn_cast<mlir::IntegerAttr>(attribute))
    return std::to_string(number.getInt());
  std::string result;
  llvm::raw_string_ostream(result) << attribute;
  return result;
}

/// "row_tile" as "RowTile", the way LLVM spells the keys of remarks.
std::string key(llvm::StringRef name) {
  std::string result;
  bool upper = true;
  for (char c : name) {
    if (c != '_')
      result += upper ? llvm::toUpper(c) : c;
    upper = c == '_';
  }
  return result;
}

/// The numbers of a stage's registers and loops.
void addConfig(mlir::Attribute config, std::vector<Argument> &arguments) {
  auto add = [&](const char *key, int64_t value) {
    arguments.emplace_back(key, std::to_string(value));
  };
  if (auto product = mlir::dyn_cast<kernel::ContractionConfigAttr>(config)) {
    add("Lanes", product.getVl());
    add("RowTile", product.getMr());
    add("ColumnTile", product.getNr());
    add("DepthBlock", product.getKc());
    add("Unroll", product.getUnroll());
    add("Prefetch", product.getPrefetch());
    arguments.emplace_back("PackLeft", product.getPackA() ? "true" : "false");
    arguments.emplace_back("RowsOuter",
                           product.getRowsOuter() ? "true" : "false");
  } else if (auto vector = mlir::dyn_cast<kernel::VectorConfigAttr>(config)) {
    add("Lanes", vector.getVl());
    add("Unroll", vector.getUnroll());
    add("VectorDim", vector.getVectorDim());
  } else {
    arguments.emplace_back("Config", text(config));
  }
}

/// Why a stage has its registers, from the kernel's decisions.
std::string strategyReason(FusedOp fused, size_t stage) {
  mlir::DictionaryAttr decisions = fused.getDecisionsAttr();
  auto all = decisions ? decisions.getAs<mlir::ArrayAttr>("strategy")
                       : mlir::ArrayAttr();
  if (!all)
    return "";
  for (auto entry : all.getAsRange<mlir::DictionaryAttr>()) {
    auto index = entry.getAs<mlir::IntegerAttr>("stage");
    if (index && index.getInt() == static_cast<int64_t>(stage))
      return text(entry.get("reason"));
  }
  return "";
}

/// Calls `visit(kernel, entry's symbol)` for the kernels of all entries.
template <typename Visit>
void forEachKernel(mlir::ModuleOp module, Visit visit) {
  for (graph::EntryOp entry : module.getOps<graph::EntryOp>())
    for (FusedOp fused : entry.getOps<FusedOp>())
      visit(fused, entry.getSymName());
}

uint64_t bytesOf(int64_t elements, mlir::Type type) {
  auto complex = mlir::dyn_cast<mlir::ComplexType>(type);
  uint64_t bits = complex ? 2 * complex.getElementType().getIntOrFloatBitWidth()
                          : std::max(8u, type.getIntOrFloatBitWidth());
  return static_cast<uint64_t>(elements) * bits / 8;
}

} // namespace

mlir::LogicalResult streamRemarks(mlir::MLIRContext &context,
                                  const std::string &path,
                                  RemarkFormat format) {
  mlir::remark::RemarkCategories categories;
  // A kind without a filter of its own is left out, whatever `all` says.
  categories.passed = categories.missed = categories.analysis = ".*";
  return mlir::remark::enableOptimizationRemarksWithLLVMStreamer(
      context, path,
      format == RemarkFormat::Yaml ? llvm::remarks::Format::YAML
                                   : llvm::remarks::Format::Bitstream,
      std::make_unique<mlir::remark::RemarkEmittingPolicyAll>(), categories);
}

void emitFusionRemarks(mlir::ModuleOp module) {
  forEachKernel(module, [](FusedOp fused, llvm::StringRef entry) {
    Notes notes("fusion", entry, fused.getLoc());
    mlir::DictionaryAttr decisions = fused.getDecisionsAttr();
    for (const auto &[list, kind] :
         {std::pair("fused", RemarkKind::RemarkPassed),
          std::pair("refused", RemarkKind::RemarkMissed)}) {
      auto entries = decisions ? decisions.getAs<mlir::ArrayAttr>(list)
                               : mlir::ArrayAttr();
      if (!entries)
        continue;
      for (mlir::Attribute attribute : entries) {
        std::vector<Argument> arguments = {
            {"Kernel", fused.getKernelName().str()}};
        for (mlir::NamedAttribute part :
             mlir::cast<mlir::DictionaryAttr>(attribute))
          arguments.emplace_back(key(part.getName()), text(part.getValue()));
        notes.add(kind, list, std::move(arguments));
      }
    }
  });
}

void emitLayoutRemarks(mlir::ModuleOp module) {
  forEachKernel(module, [](FusedOp fused, llvm::StringRef entry) {
    Notes notes("layout", entry, fused.getLoc());
    for (auto [i, output] : llvm::enumerate(fused.getOutputs())) {
      auto type = mlir::cast<mlir::RankedTensorType>(output.getType());
      LayoutAttr layout = fused.getOutputLayout(i);
      int64_t added =
          layout.getNumElements(type.getShape()) - type.getNumElements();
      notes.add(layout.isRowMajor() ? RemarkKind::RemarkAnalysis
                                    : RemarkKind::RemarkPassed,
                "layout",
                {{"Kernel", fused.getKernelName().str()},
                 {"Output", std::to_string(i)},
                 {"Layout", text(layout)},
                 {"AddedBytes",
                  std::to_string(bytesOf(added, type.getElementType()))}});
      if (int64_t tied = fused.getTie(i); tied >= 0)
        notes.add(RemarkKind::RemarkPassed, "in-place",
                  {{"Kernel", fused.getKernelName().str()},
                   {"Output", std::to_string(i)},
                   {"Input", std::to_string(tied)}});
    }
  });
}

void emitScheduleRemarks(mlir::ModuleOp module) {
  for (graph::EntryOp entry : module.getOps<graph::EntryOp>()) {
    size_t place = 0;
    for (FusedOp fused : entry.getOps<FusedOp>()) {
      Notes notes("schedule", entry.getSymName(), fused.getLoc());
      notes.add(RemarkKind::RemarkAnalysis, "place",
                {{"Kernel", fused.getKernelName().str()},
                 {"Place", std::to_string(place++)}});
    }
  }
}

void emitMemoryRemarks(mlir::ModuleOp module) {
  for (plan::EntryOp entry : module.getOps<plan::EntryOp>()) {
    {
      Notes notes("memory", entry.getSymName(), entry.getLoc());
      notes.add(RemarkKind::RemarkAnalysis, "arena",
                {{"ArenaBytes", std::to_string(entry.getArenaSize())},
                 {"PeakBytes", std::to_string(entry.getPeak())},
                 {"LowerBoundBytes", std::to_string(entry.getLowerBound())}});
    }
    for (plan::ArenaOp place : entry.getBody().getOps<plan::ArenaOp>()) {
      Notes notes("memory", entry.getSymName(), place.getLoc());
      notes.add(place.getInPlace() ? RemarkKind::RemarkPassed
                                   : RemarkKind::RemarkAnalysis,
                place.getInPlace() ? "in-place" : "buffer",
                {{"Offset", std::to_string(place.getOffset())},
                 {"Bytes", std::to_string(place.getSize())},
                 {"FirstLaunch", std::to_string(place.getFirst())},
                 {"LastLaunch", std::to_string(place.getLast())}});
    }
  }
}

void emitStrategyRemarks(mlir::ModuleOp module) {
  for (plan::KernelOp kernel : module.getOps<plan::KernelOp>()) {
    auto fused = mlir::cast<FusedOp>(kernel.getFused());
    Notes notes("strategy", kernel.getSymName(), fused.getLoc());
    if (auto tile = fused.getTile())
      notes.add(RemarkKind::RemarkAnalysis, "tile",
                {{"Kernel", fused.getKernelName().str()},
                 {"Tiles", std::to_string(tile->getNumTiles())},
                 {"Grid", text(*tile)}});
    for (auto [i, stage] : llvm::enumerate(fused.getStages())) {
      mlir::Attribute config = stage.getLoweringConfigAttr();
      if (!config)
        continue;
      std::vector<Argument> arguments = {
          {"Kernel", fused.getKernelName().str()},
          {"Stage", std::to_string(i)},
          {"Kind", kernel::stringifyStageKind(stage.getKind()).str()}};
      addConfig(config, arguments);
      if (std::string reason = strategyReason(fused, i); !reason.empty())
        arguments.emplace_back("Reason", reason);
      notes.add(RemarkKind::RemarkAnalysis, "registers", std::move(arguments));
    }
  }
}

} // namespace tenon::report
