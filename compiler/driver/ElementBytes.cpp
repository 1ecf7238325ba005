// Constants of the IR as they stand in memory.

#include "compiler/driver/PlanTranslation.h"

#include "mlir/IR/BuiltinTypes.h"

namespace tenon::driver {
namespace {

/// Appends the low bytes of `bits`, least significant first.
void append(std::vector<uint8_t> &bytes, const llvm::APInt &bits) {
  unsigned count = (bits.getBitWidth() + 7) / 8;
  for (unsigned i = 0; i < count; ++i)
    bytes.push_back(static_cast<uint8_t>(bits.extractBitsAsZExtValue(
        std::min(8u, bits.getBitWidth() - 8 * i), 8 * i)));
}

} // namespace

std::vector<uint8_t> elementBytes(mlir::ElementsAttr elements) {
  std::vector<uint8_t> bytes;
  mlir::Type type = elements.getElementType();
  if (mlir::isa<mlir::FloatType>(type)) {
    for (const llvm::APFloat &value : elements.getValues<llvm::APFloat>())
      append(bytes, value.bitcastToAPInt());
  } else if (auto complex = mlir::dyn_cast<mlir::ComplexType>(type)) {
    for (const std::complex<llvm::APFloat> &value :
         elements.getValues<std::complex<llvm::APFloat>>()) {
      append(bytes, value.real().bitcastToAPInt());
      append(bytes, value.imag().bitcastToAPInt());
    }
  } else if (type.getIntOrFloatBitWidth() == 4) {
    // Two to a byte, the earlier element in the low half.
    bool low = true;
    for (const llvm::APInt &value : elements.getValues<llvm::APInt>()) {
      auto nibble = static_cast<uint8_t>(value.getZExtValue());
      if (low)
        bytes.push_back(nibble);
      else
        bytes.back() = static_cast<uint8_t>(bytes.back() | nibble << 4);
      low = !low;
    }
  } else {
    for (const llvm::APInt &value : elements.getValues<llvm::APInt>())
      append(bytes, value);
  }
  return bytes;
}

} // namespace tenon::driver
