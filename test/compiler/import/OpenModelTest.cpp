//===- OpenModelTest.cpp - what is known before sizes are -----------------===//
#include "compiler/import/OpenModel.h"
#include "test/compiler/import/ModelBuilder.h"

#include "mlir/IR/MLIRContext.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

using namespace tenon;
using namespace tenon::test;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

absl::StatusOr<OpenModel> describe(const onnx::ModelProto &model,
                                   const std::vector<DimBinding> &dims = {},
                                   const std::string &external = "") {
  std::filesystem::path folder =
      std::filesystem::path(testing::TempDir()) / "open-model";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder / "data");
  std::ofstream(folder / "data" / "w.bin") << external;
  std::string path = folder / "m.onnx";
  std::ofstream(path, std::ios::binary) << model.SerializeAsString();
  mlir::MLIRContext context;
  ImportOptions options;
  options.dims = dims;
  return describeOnnx(path, options, context);
}

ModelBuilder symbolic() {
  ModelBuilder model;
  model.input("x", {"batch", "seq", 4}).output("y");
  model.floats("w", {4, 2}, Floats(8, 1));
  model.node("MatMul", {"x", "w"}, {"y"});
  return model;
}

TEST(OpenModel, SaysTheSignatureWithItsSymbols) {
  auto open = describe(symbolic().proto(), {{"seq", {16}}});
  ASSERT_TRUE(open.ok()) << open.status();
  EXPECT_THAT(open->openDims, ElementsAre("batch"));
  EXPECT_THAT(open->files, ElementsAre("m.onnx"));
  ASSERT_EQ(open->entries.size(), 1u);
  EXPECT_EQ(open->entries[0].name, "predict");
  ASSERT_EQ(open->entries[0].inputs.size(), 1u);
  const DeclaredInput &x = open->entries[0].inputs[0];
  EXPECT_EQ(x.name, "x");
  EXPECT_EQ(x.dtype, "f32");
  EXPECT_THAT(x.shape, ElementsAre(-1, -1, 4));
  EXPECT_THAT(x.symbols, ElementsAre("batch", "seq", ""));
}

TEST(OpenModel, ListsFilesBesideTheModel) {
  ModelBuilder model = symbolic();
  onnx::TensorProto &w = *model.proto().mutable_graph()->mutable_initializer(0);
  w.clear_raw_data();
  w.set_data_location(onnx::TensorProto::EXTERNAL);
  onnx::StringStringEntryProto &entry = *w.add_external_data();
  entry.set_key("location");
  entry.set_value("./data//w.bin");
  auto open = describe(model.proto(), {}, std::string(32, 'x'));
  ASSERT_TRUE(open.ok()) << open.status();
  EXPECT_THAT(open->files, ElementsAre("m.onnx", "data/w.bin"));
  entry.set_value("../w.bin");
  EXPECT_THAT(std::string(describe(model.proto()).status().message()),
              HasSubstr("leaves the model's folder"));
}

TEST(OpenModel, OpsThatAreNotKnownAreAllListed) {
  ModelBuilder model;
  model.input("x", {"batch", 4}).output("z");
  model.node("Nonsense", {"x"}, {"y"}).named("first");
  model.node("Humbug", {"y"}, {"z"}).named("second");
  absl::Status status = describe(model.proto()).status();
  EXPECT_TRUE(absl::IsUnimplemented(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("Nonsense"));
  EXPECT_THAT(std::string(status.message()), HasSubstr("second"));
}

TEST(OpenModel, StructureIsChecked) {
  ModelBuilder model;
  model.input("x", {"batch", 4}).output("y");
  model.node("Add", {"x", "nowhere"}, {"y"});
  absl::Status status = describe(model.proto()).status();
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("'nowhere'"));
}

TEST(OpenModel, BindingsAreChecked) {
  EXPECT_THAT(
      std::string(
          describe(symbolic().proto(), {{"foo", {1}}}).status().message()),
      HasSubstr("no such dimension"));
}

} // namespace
