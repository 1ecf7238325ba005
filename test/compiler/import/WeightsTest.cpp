//===- WeightsTest.cpp - where weights may lie ----------------------------===//
#include "compiler/import/MappedFile.h"
#include "test/compiler/import/ModelBuilder.h"

#include <filesystem>
#include <gtest/gtest.h>

using namespace tenon;
using namespace tenon::test;
using onnx::TensorProto;

namespace {

/// A model whose weight `w` of 4 floats is external data.
ModelBuilder external(const std::string &location, const std::string &offset,
                      const std::string &length) {
  ModelBuilder model;
  model.input("x", {4}).output("y");
  TensorProto &w = *model.graph().add_initializer();
  w.set_name("w");
  w.set_data_type(TensorProto::FLOAT);
  w.add_dims(4);
  w.set_data_location(TensorProto::EXTERNAL);
  for (auto [key, value] :
       {std::pair<std::string, std::string>{"location", location},
        {"offset", offset},
        {"length", length}})
    if (!value.empty()) {
      auto &entry = *w.add_external_data();
      entry.set_key(key);
      entry.set_value(value);
    }
  model.node("Add", {"x", "w"}, {"y"});
  return model;
}

/// Imports it from a folder that holds `data/w.bin` (32 bytes) and, outside,
/// `secret`.
std::string importExternal(const std::string &location,
                           const std::string &offset,
                           const std::string &length) {
  TempFolder folder;
  std::filesystem::create_directories(folder.path() + "/model/data");
  folder.write("secret", std::string(64, 's'));
  folder.write("model/data/w.bin", std::string(32, '\0'));
  std::filesystem::create_symlink("../secret",
                                  folder.path() + "/model/link.bin");
  std::filesystem::create_symlink("data/w.bin",
                                  folder.path() + "/model/inner.bin");
  std::filesystem::create_symlink("..", folder.path() + "/model/up");
  std::string path = folder.write(
      "model/m.onnx",
      external(location, offset, length).proto().SerializeAsString());
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  auto module = importModel(path, {}, context);
  if (!module.ok())
    return "error: " + std::string(module.status().message());
  std::string text;
  llvm::raw_string_ostream stream(text);
  (*module)->print(stream);
  return text;
}

TEST(ExternalData, IsReferredToInItsFile) {
  EXPECT_EQ(missingIn(importExternal("data/w.bin", "16", "16"),
                      {"tenon.weight @w : tensor<4xf32> {file = "
                       "\"data/w.bin\", hash = \"xxh3:",
                       "offset = 16"}),
            "");
  EXPECT_EQ(missingIn(importExternal("data/w.bin", "", ""), {"offset = 0"}),
            "");
  EXPECT_EQ(
      missingIn(importExternal("inner.bin", "", ""), {"file = \"data/w.bin\""}),
      "");
}

TEST(ExternalData, StaysInTheModelsFolder) {
  EXPECT_EQ(missingIn(importExternal("../secret", "", ""),
                      {"error: ", "leaves the model's folder"}),
            "");
  EXPECT_EQ(missingIn(importExternal("data/../../secret", "", ""),
                      {"leaves the model's folder"}),
            "");
  EXPECT_EQ(missingIn(importExternal("/etc/passwd", "", ""), {"is absolute"}),
            "");
  EXPECT_EQ(missingIn(importExternal("link.bin", "", ""),
                      {"is a link that leaves the model's folder"}),
            "");
  EXPECT_EQ(missingIn(importExternal("up/secret", "", ""),
                      {"is a link that leaves the model's folder"}),
            "");
}

TEST(ExternalData, RangesAreChecked) {
  auto expect = [](const char *location, const char *offset, const char *length,
                   const char *message) {
    EXPECT_EQ(missingIn(importExternal(location, offset, length),
                        {"error: ", message}),
              "");
  };
  expect("data/w.bin", "20", "16", "lie outside of 'data/w.bin' (32 bytes)");
  expect("data/w.bin", "18446744073709551600", "", "lie outside");
  expect("data/w.bin", "0", "12", "holds 12 bytes, its type needs 16");
  expect("data/w.bin", "-4", "", "is not a number of bytes");
  expect("data/w.bin", "4", "18446744073709551615", "lie outside");
  expect("", "", "", "is not a file name");
  expect("data", "", "", "is not a regular file");
  expect("gone.bin", "", "", "there is no file 'gone.bin'");
}

TEST(Weights, PackedFloatsAreUsedInPlace) {
  ModelBuilder model;
  model.input("x", {3}).output("y");
  TensorProto &w = *model.graph().add_initializer();
  w.set_name("w");
  w.set_data_type(TensorProto::FLOAT);
  w.add_dims(3);
  for (float value : {1.f, 2.f, 3.f})
    w.add_float_data(value);
  model.node("Add", {"x", "w"}, {"y"});
  Floats values = {1, 2, 3};
  std::string hash = contentHash(
      {reinterpret_cast<const char *>(values.data()), sizeof(float) * 3});
  EXPECT_EQ(
      missingIn(importText(model.proto()), {"tenon.weight @w", "xxh3:" + hash}),
      "");
}

TEST(Weights, EncodedIntegersAreConstants) {
  ModelBuilder model;
  model.input("x", {2}, TensorProto::INT8).output("y");
  TensorProto &c = *model.graph().add_initializer();
  c.set_name("c");
  c.set_data_type(TensorProto::INT8);
  c.add_dims(2);
  c.add_int32_data(-128);
  c.add_int32_data(127);
  model.node("Add", {"x", "c"}, {"y"});
  EXPECT_EQ(missingIn(importText(model.proto()), {"dense<[-128, 127]>"}), "");
  c.set_int32_data(1, 128);
  EXPECT_EQ(missingIn(importText(model.proto()),
                      {"tensor 'c': a value does not fit int8"}),
            "");
}

TEST(Weights, OneTensorIsOneSymbol) {
  ModelBuilder model;
  model.input("x", {2, 2}).output("y").floats("predict", {2, 2}, Floats(4, 1));
  model.node("Identity", {"predict"}, {"alias"});
  model.node("MatMul", {"x", "predict"}, {"h"});
  model.node("MatMul", {"h", "alias"}, {"y"});
  std::string text = importText(model.proto());
  // The entry's own name is taken.
  EXPECT_EQ(missingIn(text, {"tenon.weight @predict.1", "@predict("}), "");
  EXPECT_EQ(text.find("tenon.get_weight", text.find("tenon.get_weight") + 1),
            std::string::npos);
}

} // namespace
