//===- Saturate.cpp - conversions that saturate ---------------------------===//
#include "compiler/import/onnx/ops/Saturate.h"

#include <cmath>

using namespace tenon;
using namespace tenon::onnx;

Value tenon::onnx::saturate(Emitter &e, Value x, mlir::Type to) {
  double least, most;
  if (auto number = llvm::dyn_cast<mlir::FloatType>(to)) {
    llvm::APFloat largest =
        llvm::APFloat::getLargest(number.getFloatSemantics());
    bool losesInfo;
    largest.convert(llvm::APFloat::IEEEdouble(),
                    llvm::APFloat::rmNearestTiesToEven, &losesInfo);
    most = largest.convertToDouble();
    least = -most;
  } else {
    auto integer = llvm::cast<mlir::IntegerType>(to);
    int bits = static_cast<int>(integer.getWidth());
    most = integer.isUnsigned() ? std::ldexp(1.0, bits) - 1
                                : std::ldexp(1.0, bits - 1) - 1;
    least = integer.isUnsigned() ? 0 : -std::ldexp(1.0, bits - 1);
  }
  return e.convert(e.clamp(x, least, most), to);
}
