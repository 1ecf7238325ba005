//===- TensorTest.cpp - Storage and rounding of host tensors --------------===//

#include "backends/reference/Tensor.h"
#include "backends/reference/Literals.h"
#include "backends/reference/View.h"

#include "mlir/IR/MLIRContext.h"
#include <gmock/gmock.h>

#include <cmath>
#include <limits>

using namespace tenon::reference;
using testing::ElementsAre;

namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

TEST(ElementType, NamesRoundTripThroughMlir) {
  mlir::MLIRContext context;
  for (int i = 0; i <= static_cast<int>(ElementType::C128); ++i) {
    auto type = static_cast<ElementType>(i);
    EXPECT_EQ(parseElementType(getElementTypeName(type)), type);
    mlir::Type mlirType = getMlirType(type, &context);
    EXPECT_EQ(getElementType(mlirType), type);
    std::string text;
    llvm::raw_string_ostream(text) << mlirType;
    EXPECT_EQ(text, getElementTypeName(type));
  }
  EXPECT_FALSE(parseElementType("i128"));
}

TEST(ElementType, RoundsTiesToEvenOnce) {
  // 2049 lies between the half floats 2048 and 2050.
  EXPECT_EQ(roundToType(2049, ElementType::F16), 2048);
  EXPECT_EQ(roundToType(2051, ElementType::F16), 2052);
  EXPECT_EQ(roundToType(65519.99, ElementType::F16), 65504);
  EXPECT_EQ(roundToType(65520, ElementType::F16), kInf);
  EXPECT_EQ(roundToType(257, ElementType::BF16), 256);
  EXPECT_EQ(roundToType(17, ElementType::F8E4M3FN), 16);
  // The largest f8E4M3FN is 448; there is no infinity.
  EXPECT_EQ(roundToType(464, ElementType::F8E4M3FN), 448);
  EXPECT_TRUE(std::isnan(roundToType(480, ElementType::F8E4M3FN)));
  EXPECT_TRUE(std::isnan(roundToType(-kInf, ElementType::F8E4M3FN)));
  EXPECT_EQ(roundToType(61440, ElementType::F8E5M2), kInf);
  // A value that would round differently by way of f32.
  double trap = 1 + std::ldexp(1.0, -11) + std::ldexp(1.0, -40);
  EXPECT_EQ(roundToType(trap, ElementType::F16), 1 + std::ldexp(1.0, -10));
  // Subnormals and signed zero.
  EXPECT_EQ(roundToType(std::ldexp(1.0, -149), ElementType::F32),
            std::ldexp(1.0, -149));
  EXPECT_EQ(roundToType(std::ldexp(1.0, -24), ElementType::F16),
            std::ldexp(1.0, -24));
  EXPECT_TRUE(std::signbit(roundToType(-0.0, ElementType::BF16)));
}

TEST(ElementType, EveryNarrowPatternSurvives) {
  for (ElementType type : {ElementType::F16, ElementType::BF16,
                           ElementType::F8E4M3FN, ElementType::F8E5M2})
    for (uint64_t bits = 0; bits < (1u << getBitWidth(type)); ++bits) {
      double value = decodeFloat(bits, type);
      if (!std::isnan(value))
        ASSERT_EQ(encodeFloat(value, type), bits)
            << getElementTypeName(type).str();
    }
}

TEST(Tensor, IntegersWrapToTheirWidth) {
  Tensor i4(ElementType::I4, {3});
  i4.write<int64_t>(0, {7, 8, -9});
  EXPECT_THAT(i4.readAll<int64_t>(), ElementsAre(7, -8, 7));
  EXPECT_EQ(i4.getAPInt(1), llvm::APInt(4, 8));
  Tensor ui4(ElementType::UI4, {2});
  ui4.write<uint64_t>(0, {17, 15});
  EXPECT_THAT(ui4.readAll<uint64_t>(), ElementsAre(1, 15));
  Tensor i1(ElementType::I1, {2});
  i1.write<int64_t>(0, {2, 0});
  EXPECT_THAT(i1.readAll<int64_t>(), ElementsAre(1, 0));
  Tensor ui64 = Tensor::scalar(ElementType::UI64, 0);
  ui64.set<uint64_t>(0, ~uint64_t(0));
  EXPECT_EQ(ui64.get<uint64_t>(0), ~uint64_t(0));
}

TEST(Tensor, BorrowsAlignedDataAndCopiesOther) {
  alignas(8) char bytes[20] = {};
  float value = 1.5f;
  std::memcpy(bytes + 4, &value, 4);
  Tensor aligned = Tensor::borrow(ElementType::F32, {1}, bytes + 4);
  EXPECT_EQ(aligned.getData(), bytes + 4);
  std::memmove(bytes + 5, bytes + 4, 4);
  Tensor misaligned = Tensor::borrow(ElementType::F32, {1}, bytes + 5);
  EXPECT_NE(misaligned.getData(), bytes + 5);
  EXPECT_EQ(misaligned.get<double>(0), 1.5);
}

TEST(Tensor, LiteralsRoundTrip) {
  mlir::MLIRContext context;
  mlir::OwningOpRef<mlir::ModuleOp> user =
      mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
  for (int i = 0; i <= static_cast<int>(ElementType::C128); ++i) {
    auto type = static_cast<ElementType>(i);
    for (bool isSplat : {false, true}) {
      Tensor tensor(type, {2, 2});
      for (int64_t k = 0; k < 4; ++k) {
        int64_t value = isSplat ? 1 : k;
        if (isFloat(type) || isComplex(type))
          tensor.set<double>(k, static_cast<double>(value));
        else
          tensor.set<int64_t>(k, value);
      }
      mlir::DenseElementsAttr attr =
          toElements(tensor, getTensorType(tensor, &context));
      EXPECT_EQ(attr.isSplat(), isSplat);
      auto back = toTensor(attr, *user);
      ASSERT_TRUE(mlir::succeeded(back));
      EXPECT_EQ(back->getShape(), tensor.getShape());
      EXPECT_EQ(0, std::memcmp(back->getData(), tensor.getData(),
                               tensor.getByteSize()))
          << getElementTypeName(type).str();
    }
  }
}

TEST(View, CopiesStridedBoxes) {
  Tensor source(ElementType::I32, {2, 3});
  source.write<int64_t>(0, {0, 1, 2, 3, 4, 5});
  EXPECT_THAT(readView(source, {3, 2}, 0, {1, 3}).readAll<int64_t>(),
              ElementsAre(0, 3, 1, 4, 2, 5));
  EXPECT_THAT(readView(source, {2, 2}, 2, {3, -2}).readAll<int64_t>(),
              ElementsAre(2, 0, 5, 3));
  EXPECT_EQ(readView(source, {0, 2}, 0, {3, 1}).getNumElements(), 0);
  Tensor target(ElementType::I32, {4});
  writeView(target, 1, {2}, readView(source, {2}, 4, {1}));
  EXPECT_THAT(target.readAll<int64_t>(), ElementsAre(0, 4, 0, 5));
}

} // namespace
