//===- MissingOps.cpp - what is not imported, and what works --------------===//
#include "compiler/import/MissingOps.h"

#include "compiler/import/onnx/OpList.h"
#include "compiler/import/onnx/OpTable.h"
#include "compiler/import/stablehlo/RuleTable.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "llvm/ADT/STLExtras.h"

using namespace tenon;

//===----------------------------------------------------------------------===//
// The ops
//===----------------------------------------------------------------------===//

static constexpr const char *kMaps = "maps of keys to numbers";
static constexpr const char *kTrees = "trees as attributes";
static constexpr const char *kTreesInstead =
    "the forest as Gather, Less and Where, as Hummingbird writes it";
static constexpr const char *kOptional = "values that may be absent";
static constexpr const char *kOptionalInstead =
    "the tensor itself as an input, with a bool that says whether it counts";

static constexpr MissingOp onnxOps[] = {
    {"ImageDecoder", "compressed images",
     "pixels as an input, decoded before the model"},
    {"MaxRoiPool", "regions of whole pixels", "RoiAlign"},
    {"Multinomial", "draws from a distribution over classes",
     "ArgMax of the logits plus -Log(-Log(RandomUniformLike))"},
    {"Optional", kOptional, kOptionalInstead},
    {"OptionalGetElement", kOptional, kOptionalInstead},
    {"OptionalHasElement", kOptional, kOptionalInstead},
    {"RegexFullMatch", "regular expressions",
     "a bool as an input, matched before the model"},
    {"StringSplit", "words of strings",
     "words as an input, split before the model"},
    {"ai.onnx.ml.CastMap", kMaps, "a tensor of the values as an input"},
    {"ai.onnx.ml.CategoryMapper", "tables of categories",
     "ai.onnx.ml.LabelEncoder"},
    {"ai.onnx.ml.DictVectorizer", kMaps, "a tensor of the values as an input"},
    {"ai.onnx.ml.FeatureVectorizer", "columns of several types",
     "Cast and Concat"},
    {"ai.onnx.ml.Imputer", "values for what is absent", "IsNaN and Where"},
    {"ai.onnx.ml.LinearClassifier", "a model in one op",
     "Gemm, Softmax and ArgMax"},
    {"ai.onnx.ml.LinearRegressor", "a model in one op", "Gemm"},
    {"ai.onnx.ml.Normalizer", "norms of rows", "LpNormalization"},
    {"ai.onnx.ml.OneHotEncoder", "tables of categories", "OneHot"},
    {"ai.onnx.ml.SVMClassifier", "a model in one op",
     "the kernel function as MatMul and Exp or Pow, then MatMul and ArgMax"},
    {"ai.onnx.ml.SVMRegressor", "a model in one op",
     "the kernel function as MatMul and Exp or Pow, then MatMul"},
    {"ai.onnx.ml.TreeEnsemble", kTrees, kTreesInstead},
    {"ai.onnx.ml.TreeEnsembleClassifier", kTrees, kTreesInstead},
    {"ai.onnx.ml.TreeEnsembleRegressor", kTrees, kTreesInstead},
    {"ai.onnx.ml.ZipMap", kMaps,
     "the probabilities as a tensor (zipmap=False of the exporter)"},
};

static constexpr const char *kDevices = "several devices";
static constexpr const char *kDevicesInstead =
    "the program for one device, without shardings and collectives";
static constexpr const char *kTokens = "tokens, which order effects";
static constexpr const char *kTokensInstead =
    "values as inputs and outputs of the function";
static constexpr const char *kTuples = "tuples";
static constexpr const char *kTuplesInstead = "several values instead of one";
static constexpr const char *kQuantized = "quantized types";
static constexpr const char *kQuantizedInstead =
    "integers, with convert, subtract and multiply for zero point and scale";
static constexpr const char *kEinsum = "subscripts as text";

static constexpr MissingOp stablehloOps[] = {
    {"stablehlo.after_all", kTokens, kTokensInstead},
    {"stablehlo.all_gather", kDevices, kDevicesInstead},
    {"stablehlo.all_reduce", kDevices, kDevicesInstead},
    {"stablehlo.all_to_all", kDevices, kDevicesInstead},
    {"stablehlo.collective_broadcast", kDevices, kDevicesInstead},
    {"stablehlo.collective_permute", kDevices, kDevicesInstead},
    {"stablehlo.collective_reduce", kDevices, kDevicesInstead},
    {"stablehlo.create_token", kTokens, kTokensInstead},
    {"stablehlo.cross-replica-sum", kDevices, kDevicesInstead},
    {"stablehlo.einsum", kEinsum, "stablehlo.dot_general"},
    {"stablehlo.get_tuple_element", kTuples, kTuplesInstead},
    {"stablehlo.infeed", "data that arrive while a program runs",
     kTokensInstead},
    {"stablehlo.map", "a region for each element",
     "the ops of the region, on whole tensors"},
    {"stablehlo.outfeed", "data that leave while a program runs",
     kTokensInstead},
    {"stablehlo.partition_id", kDevices, kDevicesInstead},
    {"stablehlo.recv", kDevices, kDevicesInstead},
    {"stablehlo.reduce_scatter", kDevices, kDevicesInstead},
    {"stablehlo.replica_id", kDevices, kDevicesInstead},
    {"stablehlo.rng", "random numbers without a state",
     "stablehlo.rng_bit_generator, whose state is a value"},
    {"stablehlo.send", kDevices, kDevicesInstead},
    {"stablehlo.torch_index_select", "a gather of its own", "stablehlo.gather"},
    {"stablehlo.tuple", kTuples, kTuplesInstead},
    {"stablehlo.unary_einsum", kEinsum, "stablehlo.reduce and transpose"},
    {"stablehlo.uniform_dequantize", kQuantized, kQuantizedInstead},
    {"stablehlo.uniform_quantize", kQuantized, kQuantizedInstead},
    {"chlo._asin_acos_kernel", "complex numbers", "chlo.asin of real numbers"},
    {"chlo.broadcast_compare", "a comparison that broadcasts",
     "stablehlo.broadcast_in_dim and stablehlo.compare"},
    {"chlo.broadcast_next_after", "a form that broadcasts",
     "stablehlo.broadcast_in_dim and chlo.next_after"},
    {"chlo.broadcast_polygamma", "the polygamma function", "chlo.digamma"},
    {"chlo.broadcast_zeta", "the Hurwitz zeta function", ""},
    {"chlo.polygamma", "the polygamma function", "chlo.digamma"},
    {"chlo.ragged_dot", "groups of sizes known at run time",
     "stablehlo.dot_general for each group, padded"},
    {"chlo.zeta", "the Hurwitz zeta function", ""},
};

llvm::ArrayRef<MissingOp> tenon::missingOnnxOps() { return onnxOps; }
llvm::ArrayRef<MissingOp> tenon::missingStablehloOps() { return stablehloOps; }

const MissingOp *tenon::findMissingOp(absl::string_view op) {
  for (llvm::ArrayRef<MissingOp> table :
       {missingOnnxOps(), missingStablehloOps()})
    for (const MissingOp &row : table)
      if (op == row.op)
        return &row;
  return nullptr;
}

std::string tenon::whyNotImported(const std::string &op) {
  const MissingOp *missing = findMissingOp(op);
  return absl::StrCat("is not imported", missing ? ": " : "",
                      missing ? missing->why : "");
}

//===----------------------------------------------------------------------===//
// What works
//===----------------------------------------------------------------------===//

namespace {

/// What helps where a reason contains `words`.
struct Remedy {
  const char *words;
  const char *instead;
};

} // namespace

// The first one that fits counts.
static constexpr Remedy remedies[] = {
    {"not at operator set",
     "the model at that version, by onnx.version_converter"},
    {"its type is not a tensor",
     "tensors one by one, or stacked into one tensor"},
    {"sequences", "tensors one by one, or stacked into one tensor"},
    {"strings", "numbers, made from the strings before the model"},
    {"sparse tensors", "the tensor stored dense"},
    {"sparse", "the tensor stored dense"},
    {"declares no length", "an upper bound of the length, declared in the "
                           "model for the result"},
    {"declares none", "a shape of the result, declared in the model "
                      "(value_info), or sizes fixed by --dim"},
    {"only known at run time", "a constant or an initializer"},
    {"known at compile time", "a constant or an initializer"},
    {"which kernels do not hold", "a type of at least 8 bits, by a conversion"},
    {"has kernels for CPUs alone", "--target=cpu"},
    {"values of type !stablehlo.token", kTokensInstead},
    {"values of type tuple", kTuplesInstead},
    {"values of type", "a type that is known (docs/stablehlo.md), by a "
                       "conversion before the program"},
    {"which is not in the program", "ops that StableHLO defines, or the called "
                                    "function in the program"},
};

/// The op of a table whose name is closest, if one is close.
template <typename Names>
static std::string closest(llvm::StringRef name, const Names &names) {
  // A slip or two of the keyboard; a third only in long names.
  unsigned best = name.size() < 12 ? 2 : 3;
  std::string found;
  for (llvm::StringRef known : names) {
    unsigned distance = name.edit_distance_insensitive(
        known, /*AllowReplacements=*/true, best + 1);
    if (distance > best || (distance == best && !found.empty()))
      continue;
    best = distance;
    found = known.str();
  }
  return found;
}

/// The advice for an ONNX op that no operator set of ONNX has.
static std::string nearestOnnxOp(llvm::StringRef op) {
  auto [domain, name] = op.rsplit('.');
  if (name.empty())
    std::swap(domain, name);
  if (!domain.empty() && onnx::findAnyVersion(name))
    return absl::StrCat("ONNX's own ", name.str());
  std::vector<std::string> names;
  for (const onnx::ListedOp &row : onnx::listOps())
    names.push_back(row.name);
  std::string similar = closest(op, names);
  if (!similar.empty())
    return absl::StrCat("'", similar, "', if that is meant");
  return domain.empty() ? ""
                        : "a model-local function of that name and domain, "
                          "which is expanded";
}

std::string tenon::nearestThing(absl::string_view op,
                                absl::string_view reason) {
  if (const MissingOp *missing = findMissingOp(op))
    return missing->instead;
  for (const Remedy &remedy : remedies)
    if (absl::StrContains(reason, remedy.words))
      return remedy.instead;
  llvm::StringRef name(op.data(), op.size());
  if (reason == "is not imported") {
    std::vector<std::string> names;
    for (const auto &[known, rule] : stablehlo::ruleTable().all())
      names.push_back(known);
    std::string similar = closest(name, names);
    return similar.empty() ? ""
                           : absl::StrCat("'", similar, "', if that is meant");
  }
  if (reason == "no such op" || absl::StartsWith(reason, "not an op of ONNX"))
    return nearestOnnxOp(name);
  return "";
}
