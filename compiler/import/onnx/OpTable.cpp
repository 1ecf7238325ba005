//===- OpTable.cpp - the ONNX ops that can be imported --------------------===//
#include "compiler/import/onnx/OpTable.h"

#include "compiler/import/MissingOps.h"
#include "compiler/import/onnx/OpList.h"
#include "compiler/import/onnx/ops/Strings.h"

#include "absl/strings/str_cat.h"
#include "llvm/ADT/STLExtras.h"

#include <algorithm>
#include <vector>

using namespace tenon::onnx;

/// All rows, sorted by name and version.
static const std::vector<const OpEntry *> &allOps() {
  static const std::vector<const OpEntry *> all = [] {
    std::vector<const OpEntry *> rows;
    for (auto family : {unaryOps(),         binaryOps(),
                        activationOps(),    constantOps(),
                        shapeOps(),         sliceOps(),
                        padOps(),           indexingOps(),
                        reductionOps(),     matmulOps(),
                        convolutionOps(),   poolingOps(),
                        normalizationOps(), resizeOps(),
                        attentionOps(),     lossOps(),
                        quantizationOps(),  einsumOps(),
                        controlFlowOps(),   samplingOps(),
                        unfoldingOps(),     linearAttentionOps(),
                        signalOps(),        trainingOps(),
                        randomOps(),        selectionOps(),
                        classicalMlOps(),   legacyOps(),
                        recurrentOps(),     sequenceOps(),
                        stringOps()})
      for (const OpEntry &row : family)
        rows.push_back(&row);
    std::sort(rows.begin(), rows.end(), [](const OpEntry *a, const OpEntry *b) {
      return std::tuple(llvm::StringRef(a->domain), llvm::StringRef(a->op),
                        a->since) < std::tuple(llvm::StringRef(b->domain),
                                               llvm::StringRef(b->op),
                                               b->since);
    });
    return rows;
  }();
  return all;
}

const OpEntry *tenon::onnx::findAnyVersion(llvm::StringRef op,
                                           llvm::StringRef domain) {
  for (const OpEntry *row : allOps())
    if (row->op == op && row->domain == domain)
      return row;
  return nullptr;
}

const OpEntry *tenon::onnx::findOp(llvm::StringRef op, int64_t opset,
                                   llvm::StringRef domain) {
  for (const OpEntry *row : allOps())
    if (row->op == op && row->domain == domain && row->since <= opset &&
        opset <= row->until)
      return row;
  return nullptr;
}

bool tenon::onnx::keepsShapeOfFirstInput(llvm::StringRef op) {
  auto isNamed = [&](const OpEntry &row) { return op == row.op; };
  return op == "Identity" || op == "Softmax" || op == "LogSoftmax" ||
         llvm::any_of(unaryOps(), isNamed) ||
         llvm::any_of(activationOps(), isNamed);
}

bool tenon::onnx::isBroadcastingPair(llvm::StringRef op) {
  return llvm::any_of(binaryOps(), [&](const OpEntry &row) {
    return op == row.op && row.minInputs == 2 && row.maxInputs == 2;
  });
}

std::vector<ListedOp> tenon::onnx::listOps() {
  std::vector<ListedOp> list;
  for (const OpEntry *row : allOps())
    list.push_back({absl::StrCat(row->domain, *row->domain ? "." : "", row->op),
                    row->since, row->until, row->note});
  return list;
}

std::string tenon::onnx::opTablePage() {
  std::string page =
      "# ONNX ops\n\n"
      "The ops that `tenon compile` imports, with the versions of their "
      "operator set\nthat each row covers. Model-local functions are "
      "expanded.\n\n"
      "Where shape operands (axes, sizes, repeats) are only known at run time, "
      "the shape\nthat the model declares for the result decides; a run whose "
      "values do not give that\nshape ends with an error.\n\n"
      "This page is generated from the importer's table by "
      "`tenon-import-ops`; a test\ncompares the two.\n\n"
      "| op | opset | limits |\n| --- | --- | --- |\n";
  for (const ListedOp &row : listOps())
    absl::StrAppend(&page, "| ", row.name, " | ", row.since, " - ", row.until,
                    " | ", row.limits, " |\n");
  absl::StrAppend(&page, "\n## What is not imported\n\n| op | what it needs | "
                         "what works instead |\n| --- | --- | --- |\n");
  for (const MissingOp &row : missingOnnxOps())
    absl::StrAppend(&page, "| ", row.op, " | ", row.why, " | ", row.instead,
                    " |\n");
  return page;
}
