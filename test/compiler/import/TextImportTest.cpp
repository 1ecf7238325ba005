//===- TextImportTest.cpp - modules of the tenon dialect from files -------===//
#include "test/compiler/import/ModelBuilder.h"

#include <gtest/gtest.h>

using namespace tenon;
using namespace tenon::test;

namespace {

std::string importModuleText(const std::string &text,
                             const ImportOptions &options = {}) {
  TempFolder folder;
  folder.write("w.bin", std::string(16, '\0'));
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto module = importModel(folder.write("m.mlir", text), options, context);
  if (!module.ok())
    return "error: " + std::string(module.status().message());
  std::string result;
  llvm::raw_string_ostream stream(result);
  (*module)->print(stream);
  return result;
}

TEST(Text, ParsesAndVerifies) {
  EXPECT_EQ(missingIn(importModuleText(R"(
    tenon.weight @w : tensor<4xf32> {file = "w.bin", offset = 0 : i64}
    tenon.entry @predict(%x: tensor<4xf32>) -> tensor<4xf32> {
      %w = tenon.get_weight @w : tensor<4xf32>
      %y = tenon.add %x, %w : tensor<4xf32>
      tenon.return %y : tensor<4xf32>
    })"),
                      {"tenon.weight @w", "tenon.add"}),
            "");
}

TEST(Text, ErrorsNameThePlace) {
  EXPECT_EQ(missingIn(importModuleText("tenon.entry @predict(\n%x: tensor<)"),
                      {"error: ", "m.mlir:2:"}),
            "");
  EXPECT_EQ(missingIn(importModuleText("module { unknown.op }"),
                      {"error: ", "m.mlir:1:"}),
            "");
}

TEST(Text, WeightsMustBeInTheirFile) {
  EXPECT_EQ(
      missingIn(importModuleText("tenon.weight @w : tensor<4xf32> {file = "
                                 "\"w.bin\", offset = 4 : i64}"),
                {"error: ", "weight 'w': bytes 4 + 16 lie outside of"}),
      "");
  EXPECT_EQ(
      missingIn(importModuleText("tenon.weight @w : tensor<4xf32> {file = "
                                 "\"gone\", offset = 0 : i64}"),
                {"error: ", "weight 'w': cannot open"}),
      "");
  EXPECT_EQ(missingIn(importModuleText(
                          "tenon.weight @w : tensor<4xf32> {file = \"w.bin\", "
                          "offset = 0 : i64, hash = \"xxh3:0123\"}"),
                      {"error: ", "are not those that its hash states"}),
            "");
  EXPECT_EQ(missingIn(importModuleText(
                          "tenon.weight @w : tensor<4xf32> {file = \"w.bin\", "
                          "offset = 0 : i64, hash = \"md5:0123\"}"),
                      {"error: ", "is neither xxh3:HEX nor sha256:HEX"}),
            "");
}

TEST(Text, BothHashesAreKnown) {
  // Of 16 zero bytes, by xxhsum -H2 and sha256sum.
  for (const char *hash :
       {"xxh3:e5189a9599e3f86205ea23ef06e28b2d",
        "sha256:"
        "374708fff7719dd5979ec875d56cd2286f6d3cf7ec317a3b25632aab28ec37bb"}) {
    std::string text = "tenon.weight @w : tensor<4xf32> {file = \"w.bin\", "
                       "offset = 0 : i64, hash = \"" +
                       std::string(hash) + "\"}";
    EXPECT_EQ(missingIn(importModuleText(text), {"tenon.weight @w"}), "");
  }
}

TEST(Text, HasNoSymbolicDimensions) {
  ImportOptions options;
  options.dims = {{"seq", {16}}};
  EXPECT_EQ(missingIn(importModuleText("module {}", options),
                      {"error: ", "no symbolic dimension 'seq'"}),
            "");
}

} // namespace
