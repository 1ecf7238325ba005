#include "backends/cuda/emit/NanSigns.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

using namespace mlir;

void tenon::cuda::keepNanSigns(gpu::GPUFuncOp function) {
  function.walk([](arith::BitcastOp cast) {
    auto widened = cast.getIn().getDefiningOp<arith::ExtFOp>();
    if (!widened || !widened.getIn().getType().isF16() ||
        !cast.getType().isInteger(32))
      return;
    OpBuilder b(cast->getContext());
    b.setInsertionPointAfter(cast);
    Location loc = cast.getLoc();
    auto constant = [&](int64_t bits) -> Value {
      return arith::ConstantOp::create(b, loc,
                                       b.getIntegerAttr(cast.getType(), bits));
    };
    Value narrow =
        arith::BitcastOp::create(b, loc, b.getI16Type(), widened.getIn());
    narrow = arith::ExtUIOp::create(b, loc, cast.getType(), narrow);
    narrow = arith::ShLIOp::create(b, loc, narrow, constant(16));
    Value sign = arith::AndIOp::create(b, loc, narrow, constant(INT32_MIN));
    auto rest = arith::AndIOp::create(b, loc, cast, constant(INT32_MAX));
    Value whole = arith::OrIOp::create(b, loc, rest, sign);
    cast.getResult().replaceAllUsesExcept(whole, rest);
  });
}
