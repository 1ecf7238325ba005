//===- Signature.cpp - Names, donation and sizes of a function ------------===//
#include "compiler/import/stablehlo/Signature.h"

#include "compiler/import/OpenModel.h"

#include "absl/algorithm/container.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "llvm/ADT/StringSet.h"

#include <set>

using namespace mlir;
using namespace tenon;
using graph::EntryOp;

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

/// Each of `names` if all are there and distinct, else `prefix` and the number.
static std::vector<std::string> distinctNames(std::vector<std::string> names,
                                              StringRef prefix) {
  llvm::StringSet<> seen;
  bool distinct = llvm::all_of(names, [&](const std::string &name) {
    return !name.empty() && seen.insert(name).second;
  });
  for (auto [index, name] : llvm::enumerate(names))
    if (!distinct)
      name = absl::StrCat(prefix.str(), index);
  return names;
}

std::vector<std::string> stablehlo::argumentNames(func::FuncOp function) {
  std::vector<std::string> names;
  for (BlockArgument argument : function.getArguments()) {
    auto name = dyn_cast<NameLoc>(argument.getLoc());
    names.push_back(name ? name.getName().str() : "");
  }
  return distinctNames(std::move(names), "arg");
}

void stablehlo::nameArguments(func::FuncOp function, EntryOp entry) {
  for (auto [index, name] : llvm::enumerate(argumentNames(function)))
    entry.setArgAttr(index, EntryOp::kNameAttr,
                     StringAttr::get(entry.getContext(), name));
}

void stablehlo::nameResults(func::FuncOp function, EntryOp entry) {
  std::vector<std::string> names;
  for (unsigned index = 0; index < function.getNumResults(); ++index) {
    auto name =
        function.getResultAttrOfType<StringAttr>(index, "jax.result_info");
    names.push_back(name ? name.str() : "");
  }
  for (auto [index, name] :
       llvm::enumerate(distinctNames(std::move(names), "output_")))
    entry.setResultAttr(index, EntryOp::kNameAttr,
                        StringAttr::get(entry.getContext(), name));
}

//===----------------------------------------------------------------------===//
// Donation
//===----------------------------------------------------------------------===//

void stablehlo::tieDonations(func::FuncOp function, EntryOp entry) {
  Builder builder(entry.getContext());
  TypeRange results = entry.getResultTypes();
  llvm::SmallDenseSet<unsigned> taken;
  auto tie = [&](unsigned argument, unsigned result) {
    entry.setArgAttr(argument, EntryOp::kDonatedAttr, builder.getUnitAttr());
    entry.setResultAttr(result, EntryOp::kTiedAttr,
                        builder.getI64IntegerAttr(argument));
    taken.insert(result);
  };
  auto warn = [&](unsigned argument, const Twine &why) {
    emitWarning(function.getArgument(argument).getLoc())
        << "argument " << argument << " (" << entry.getArgumentName(argument)
        << ") is donated, but is not updated in place: " << why;
  };
  SmallVector<unsigned> donors;
  for (unsigned argument = 0; argument < entry.getNumArguments(); ++argument) {
    if (auto alias = function.getArgAttrOfType<IntegerAttr>(
            argument, "tf.aliasing_output")) {
      int64_t result = alias.getInt();
      Type type = entry.getArgumentTypes()[argument];
      if (result < 0 || result >= static_cast<int64_t>(results.size()))
        warn(argument, "there is no result " + Twine(result));
      else if (results[result] != type)
        warn(argument, "result " + Twine(result) + " is of another type");
      else if (taken.contains(result))
        warn(argument, "result " + Twine(result) +
                           " takes over another argument's buffer");
      else
        tie(argument, result);
    } else if (auto donor = function.getArgAttrOfType<BoolAttr>(
                   argument, "jax.buffer_donor");
               donor && donor.getValue()) {
      donors.push_back(argument);
    }
  }
  // Which result takes a donor's buffer is left to the compiler: the first one
  // that fits.
  for (unsigned argument : donors) {
    auto fits = [&](unsigned result) {
      return !taken.contains(result) &&
             results[result] == entry.getArgumentTypes()[argument];
    };
    auto all = llvm::seq<unsigned>(0, results.size());
    auto found = llvm::find_if(all, fits);
    if (found == all.end())
      warn(argument, "no result of its type is left to take the buffer over");
    else
      tie(argument, *found);
  }
}

//===----------------------------------------------------------------------===//
// Dimensions without a size
//===----------------------------------------------------------------------===//

namespace {
/// A dimension of an argument.
using Place = std::pair<unsigned, unsigned>;
} // namespace

/// The argument's dimension whose size `value` is, if it is one.
static std::optional<Place> getSizedDimension(Value value) {
  Operation *op = value.getDefiningOp();
  if (!op || op->getName().getStringRef() != "stablehlo.get_dimension_size")
    return std::nullopt;
  auto argument = dyn_cast<BlockArgument>(op->getOperand(0));
  auto dim = op->getAttrOfType<IntegerAttr>("dimension");
  auto type = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
  if (!argument || !dim || !type || dim.getInt() < 0 ||
      dim.getInt() >= type.getRank())
    return std::nullopt;
  return Place(argument.getArgNumber(), dim.getInt());
}

std::vector<stablehlo::DimNames>
stablehlo::nameDimensions(func::FuncOp function) {
  std::vector<DimNames> names;
  for (auto [index, type] : llvm::enumerate(function.getArgumentTypes())) {
    DimNames &own = names.emplace_back();
    if (auto tensor = dyn_cast<RankedTensorType>(type))
      for (int64_t dim = 0; dim < tensor.getRank(); ++dim)
        own.push_back(tensor.isDynamicDim(dim)
                          ? absl::StrCat("arg", index, "_", dim)
                          : "");
  }
  auto nameOf = [&](Place place) -> std::string & {
    return names[place.first][place.second];
  };
  // JAX's exporter passes each size on as an argument that carries its symbol.
  SymbolTable symbols(function->getParentOfType<ModuleOp>());
  function.walk([&](func::CallOp call) {
    auto callee = symbols.lookup<func::FuncOp>(call.getCallee());
    for (auto [index, operand] : llvm::enumerate(call.getOperands())) {
      std::optional<Place> place = getSizedDimension(operand);
      if (!place || !callee || index >= callee.getNumArguments())
        continue;
      if (auto symbol =
              callee.getArgAttrOfType<StringAttr>(index, "jax.global_constant"))
        nameOf(*place) = symbol.str();
    }
  });
  // ... and asserts that a symbol's other places have the same size.
  function.walk([&](Operation *op) {
    if (op->getName().getStringRef() != "stablehlo.compare" ||
        op->getNumOperands() != 2)
      return;
    std::optional<Place> left = getSizedDimension(op->getOperand(0));
    std::optional<Place> right = getSizedDimension(op->getOperand(1));
    bool asserted = llvm::any_of(op->getUsers(), [](Operation *user) {
      auto target = user->getAttrOfType<StringAttr>("call_target_name");
      return target && target == "shape_assertion";
    });
    if (!left || !right || !asserted)
      return;
    auto isNumbered = [&](Place place) {
      return nameOf(place) ==
             absl::StrCat("arg", place.first, "_", place.second);
    };
    if (isNumbered(*right) && !isNumbered(*left))
      nameOf(*right) = nameOf(*left);
    else
      nameOf(*left) = nameOf(*right);
  });
  return names;
}

std::vector<std::string>
stablehlo::openDimensions(const std::vector<DimNames> &names,
                          const ImportOptions &options) {
  std::set<std::string> open;
  for (const DimNames &own : names)
    open.insert(own.begin(), own.end());
  open.erase("");
  for (const DimBinding &binding : options.dims)
    open.erase(binding.name);
  return {open.begin(), open.end()};
}

absl::Status
stablehlo::openDimensionsError(const std::vector<std::string> &open,
                               const std::string &path) {
  bool several = open.size() > 1;
  return tenon::openDimensionsError(absl::StrCat(
      "'", path, "' leaves the size", several ? "s" : "", " of dimension",
      several ? "s" : "", " '", absl::StrJoin(open, "', '"), "' open: fix ",
      several ? "them" : "it", " with --dim ",
      absl::StrJoin(open, "=SIZE --dim "), "=SIZE"));
}

absl::Status stablehlo::checkBindings(const std::vector<DimNames> &names,
                                      const ImportOptions &options,
                                      const std::string &path) {
  for (const DimBinding &binding : options.dims)
    if (absl::c_none_of(names, [&](const DimNames &own) {
          return absl::c_linear_search(own, binding.name);
        }))
      return absl::FailedPreconditionError(absl::StrCat(
          "'", path, "' has no symbolic dimension '", binding.name, "'"));
  return absl::OkStatus();
}

absl::StatusOr<int64_t> stablehlo::boundSize(const std::string &name,
                                             const ImportOptions &options,
                                             const std::string &path) {
  for (const DimBinding &binding : options.dims) {
    if (binding.name != name)
      continue;
    if (binding.sizes.size() != 1)
      return absl::UnimplementedError(
          absl::StrCat("'", path, "' asks for several sizes of dimension '",
                       name, "': a StableHLO program is compiled for one"));
    if (binding.sizes.front() < 0)
      return absl::FailedPreconditionError(
          absl::StrCat("dimension '", name, "' cannot have the size ",
                       binding.sizes.front()));
    return binding.sizes.front();
  }
  llvm_unreachable("openDimensions would have named it");
}
