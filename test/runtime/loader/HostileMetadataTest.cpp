// Files that are intact and contradict themselves. They are written past the
// writer's own checks, as a stranger would write them.

#include "compiler/artifact/MetadataBuilder.h"
#include "compiler/artifact/SectionWriter.h"
#include "runtime/core/ElfImage.h"
#include "test/runtime/support/TestModel.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenon::test {
namespace {

using namespace tenon::artifact;
using testing::HasSubstr;

struct Forged {
  ArtifactContents contents = testContents();
  Placements placements;
  std::vector<uint8_t> weights = std::vector<uint8_t>(256);
  std::vector<uint8_t> constants = std::vector<uint8_t>(3);
  std::vector<uint8_t> state = std::vector<uint8_t>(256);
  std::vector<std::vector<uint8_t>> images;

  Forged() {
    images = {contents.variants[0].image};
    placements.weights = {{0, 256, 0}};
    placements.constants = {{0, 3, 0}};
    placements.variableOffsets = {256, 0};
    placements.stateSize = 256 + 8 * 256;
    for (const Kernel &kernel : contents.kernels) {
      uint64_t address = 0;
      EXPECT_TRUE(rt::findElfSymbol(images[0].data(), images[0].size(),
                                    kernel.code[0].symbol.c_str(), address));
      placements.symbols.push_back({address});
    }
  }

  Entry &entry(size_t i = 0) { return contents.entries[i]; }
  Launch &launch() { return std::get<Launch>(entry().instructions[0]); }

  std::string write() {
    std::string path = temporaryPath("forged.tenon");
    auto file =
        SectionWriter::create(path, static_cast<uint32_t>(4 + images.size()));
    EXPECT_TRUE(file.ok());
    SectionWriter &writer = **file;
    auto section = [&](rt::SectionKind kind, uint32_t index,
                       const std::vector<uint8_t> &bytes) {
      EXPECT_TRUE(writer.begin(kind, index).ok());
      EXPECT_TRUE(writer.append(ByteSource::fromSpan(bytes)).ok());
      EXPECT_TRUE(writer.end().ok());
    };
    for (uint32_t i = 0; i < images.size(); ++i)
      section(rt::SectionKind::Code, i, images[i]);
    section(rt::SectionKind::Constants, 0, constants);
    section(rt::SectionKind::State, 0, state);
    section(rt::SectionKind::Weights, 0, weights);
    auto metadata = buildMetadata(contents, placements);
    EXPECT_TRUE(metadata.ok()) << metadata.status();
    section(rt::SectionKind::Metadata, 0, *metadata);
    EXPECT_TRUE(writer.finish().ok());
    EXPECT_TRUE(writer.commit().ok());
    return path;
  }

  std::string refusal() {
    tn_model *model = nullptr;
    tn_diagnostic diagnostic;
    tn_code code =
        tn_model_load_file(write().c_str(), nullptr, &model, &diagnostic);
    tn_model_release(model);
    return code == TN_OK
               ? ""
               : std::string(tn_code_name(code)) + " " + diagnostic.message;
  }
};

TEST(HostileMetadata, UnchangedLoads) { EXPECT_EQ(Forged().refusal(), ""); }

struct Lie {
  const char *name;
  void (*tell)(Forged &);
  const char *reason;
};
class HostileMetadata : public testing::TestWithParam<Lie> {};

TEST_P(HostileMetadata, IsRefused) {
  Forged forged;
  GetParam().tell(forged);
  EXPECT_THAT(forged.refusal(), HasSubstr(GetParam().reason));
}

constexpr uint64_t kHuge = UINT64_MAX - 63;

INSTANTIATE_TEST_SUITE_P(
    Ranges, HostileMetadata,
    testing::Values(
        Lie{"WeightOffset",
            [](Forged &f) { f.placements.weights[0].offset = 64; },
            "weight 0 lies outside"},
        Lie{"WeightOverflow",
            [](Forged &f) { f.placements.weights[0].offset = kHuge; },
            "weight 0 lies outside"},
        Lie{"WeightSize",
            [](Forged &f) { f.placements.weights[0].size = kHuge; },
            "weight 0 lies outside"},
        Lie{"WeightMisaligned",
            [](Forged &f) { f.placements.weights[0] = {4, 252, 0}; },
            "weight 0 lies outside"},
        Lie{"WeightShape",
            [](Forged &f) { f.contents.weights[0].shape = {65}; },
            "weight 0 is smaller"},
        Lie{"WeightShapeOverflow",
            [](Forged &f) {
              f.contents.weights[0].shape = {int64_t{1} << 40,
                                             int64_t{1} << 40};
            },
            "weight 0 has a bad element type or shape"},
        Lie{"WeightRank",
            [](Forged &f) { f.contents.weights[0].shape.assign(1000, 1); },
            "1000 dimensions"},
        Lie{"ConstantRange",
            [](Forged &f) { f.placements.constants[0].size = 4; },
            "constant 0 lies outside"},
        Lie{"VariableRange",
            [](Forged &f) { f.placements.variableOffsets[0] = 512; },
            "variable 0 lies outside"},
        Lie{"VariablesOverlap",
            [](Forged &f) { f.placements.variableOffsets = {0, 64}; },
            "two variables overlap"},
        Lie{"StateSize", [](Forged &f) { f.placements.stateSize = 0; },
            "state's size"},
        Lie{"StateHuge", [](Forged &f) { f.placements.stateSize = UINT64_MAX; },
            "state's size"},
        Lie{"ArenaHuge", [](Forged &f) { f.entry().arenaSize = UINT64_MAX; },
            "arena's size"},
        Lie{"ArenaAlignment", [](Forged &f) { f.entry().arenaAlignment = 48; },
            "arena's size"},
        Lie{"AllocationOutside",
            [](Forged &f) { f.entry().allocations[0].offset = 64; },
            "allocation 0 lies outside"},
        Lie{"AllocationOverflow",
            [](Forged &f) { f.entry().allocations[0].size = kHuge; },
            "allocation 0 lies outside"},
        Lie{"BufferIndex", [](Forged &f) { f.entry().buffers[2].index = 1; },
            "buffer 2 names nothing"},
        Lie{"BufferInputIndex",
            [](Forged &f) { f.entry().buffers[0].index = UINT32_MAX; },
            "buffer 0 names nothing"},
        Lie{"BufferOffset", [](Forged &f) { f.entry().buffers[2].offset = 4; },
            "buffer 2 lies outside"},
        Lie{"BufferOverflow",
            [](Forged &f) { f.entry().buffers[0].offset = UINT64_MAX; },
            "buffer 0 lies outside"},
        Lie{"WeightBufferSize",
            [](Forged &f) { f.entry().buffers[1].size = 260; },
            "buffer 1 lies outside"}),
    [](const auto &info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Instructions, HostileMetadata,
    testing::Values(
        Lie{"KernelIndex", [](Forged &f) { f.launch().kernel = 99; },
            "launches kernel 99"},
        Lie{"BufferNumber", [](Forged &f) { f.launch().buffers[1] = 4; },
            "uses buffer 4 of 4"},
        Lie{"FewerArguments", [](Forged &f) { f.launch().buffers.pop_back(); },
            "wrong number of arguments"},
        Lie{"MoreScalars", [](Forged &f) { f.launch().scalars = {1}; },
            "wrong number of arguments"},
        Lie{"OperandTooLarge",
            [](Forged &f) { f.contents.kernels[0].operands[0].size += 4; },
            "too small"},
        Lie{"WritesAWeight",
            [](Forged &f) {
              f.contents.kernels[0].operands[1].access = Access::Write;
            },
            "writes a read-only buffer"},
        Lie{"WritesAnInput",
            [](Forged &f) {
              f.contents.kernels[0].operands[0].access = Access::ReadWrite;
            },
            "writes a read-only buffer"},
        Lie{"CopyOutOfRange",
            [](Forged &f) { f.entry(3).instructions[1] = Copy{0, 9}; },
            "copies a buffer that is not there"},
        Lie{"CopyIntoInput",
            [](Forged &f) { f.entry(3).instructions[1] = Copy{0, 1}; },
            "writes a read-only buffer"},
        Lie{"CopySizes", [](Forged &f) { f.entry(3).buffers[2].size = 4; },
            "copies between sizes"},
        Lie{"TieRange", [](Forged &f) { f.entry(3).ties[0].variable = 2; },
            "tie 0 is out of range"},
        Lie{"TileCount",
            [](Forged &f) { f.contents.kernels[0].code[0].numTiles = -1; },
            "tile count"},
        Lie{"TileCountHuge",
            [](Forged &f) {
              f.contents.kernels[0].code[0].numTiles = INT64_MAX;
            },
            "tile count"},
        Lie{"ScratchHuge",
            [](Forged &f) {
              f.contents.kernels[0].code[0].scratchSize = UINT64_MAX;
            },
            "scratch size"}),
    [](const auto &info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Code, HostileMetadata,
    testing::Values(
        Lie{"SymbolInHeader", [](Forged &f) { f.placements.symbols[0][0] = 0; },
            "does not start in code"},
        Lie{"SymbolOutside",
            [](Forged &f) { f.placements.symbols[0][0] = UINT64_MAX; },
            "does not start in code"},
        Lie{"NoVariants",
            [](Forged &f) {
              f.contents.variants.clear();
              f.images.clear();
            },
            "0 variants"},
        Lie{"VariantWithoutCode", [](Forged &f) { f.images.clear(); },
            "1 variants and 0 code sections"},
        Lie{"CodeWithoutVariant",
            [](Forged &f) { f.images.push_back(f.images[0]); },
            "1 variants and 2 code sections"},
        Lie{"KernelWithoutCode",
            [](Forged &f) { f.contents.kernels[0].code.clear(); },
            "has code for 0 variants"},
        Lie{"NotElf", [](Forged &f) { f.images[0].assign(5000, 'x'); },
            "TN_CODE_REFUSED"},
        Lie{"ForeignImage",
            [](Forged &f) { f.images[0] = testImage("kernels_aarch64"); },
            "machine is not the artifact's target"},
        Lie{"Imports",
            [](Forged &f) { f.images[0] = testImage("refused_import"); },
            "TN_CODE_REFUSED"},
        Lie{"WritableCode",
            [](Forged &f) { f.images[0] = testImage("refused_writable_code"); },
            "writable and executable"}),
    [](const auto &info) { return std::string(info.param.name); });

INSTANTIATE_TEST_SUITE_P(
    Signatures, HostileMetadata,
    testing::Values(
        Lie{"NegativeDimension",
            [](Forged &f) { f.entry().inputs[0].shape[0] = -2; },
            "input 0 has a bad element type or shape"},
        Lie{"BoundedDimension",
            [](Forged &f) { f.entry().inputs[0].shape[0] = -1; },
            "TN_NOT_SUPPORTED"},
        Lie{"UpperBounds",
            [](Forged &f) { f.entry().inputs[0].upperBounds = {8, 64}; },
            "TN_NOT_SUPPORTED"},
        Lie{"ShapeOverflow",
            [](Forged &f) {
              f.entry().inputs[0].shape = {INT64_MAX, INT64_MAX};
            },
            "input 0 has a bad element type or shape"},
        Lie{"Alignment", [](Forged &f) { f.entry().inputs[0].alignment = 12; },
            "bad alignment"},
        Lie{"SpecializationsDiffer",
            [](Forged &f) { f.entry(1).inputs[0].name = "other"; },
            "differ in more than shapes"},
        Lie{"SpecializationsOfOtherTypes",
            [](Forged &f) { f.entry(1).outputs[0].dtype = "i32"; },
            "differ in more than shapes"}),
    [](const auto &info) { return std::string(info.param.name); });

} // namespace
} // namespace tenon::test
