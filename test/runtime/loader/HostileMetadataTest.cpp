// Files that are intact and contradict themselves.

#include "test/runtime/support/Forged.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tenon::test {
namespace {

using namespace tenon::artifact;
using testing::HasSubstr;

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
        Lie{"SizeOfNoOutput",
            [](Forged &f) {
              f.entry().outputs.push_back({"?7.0", "i64", {}, {}, 0});
            },
            "is the size of no other"},
        Lie{"SizeOfNoDimension",
            [](Forged &f) {
              f.entry().outputs.push_back({"?0.2", "i64", {}, {}, 0});
            },
            "is the size of no other"},
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
