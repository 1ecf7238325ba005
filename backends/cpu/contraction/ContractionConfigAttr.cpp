// Contraction configurations as attributes.

#include "backends/cpu/contraction/ContractionStrategy.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Diagnostics.h"

using namespace mlir;
using namespace tenon::cpu;

DictionaryAttr tenon::cpu::toAttribute(MLIRContext *context,
                                       const ContractionConfig &config) {
  Builder b(context);
  auto number = [&](StringRef name, int64_t value) {
    return b.getNamedAttr(name, b.getI64IntegerAttr(value));
  };
  return b.getDictionaryAttr(
      {number("lanes", config.lanes), number("row_tile", config.rowTile),
       number("column_tile", config.columnTile),
       number("unroll", config.unroll),
       number("depth_block", config.depthBlock),
       number("row_block", config.rowBlock),
       number("column_block", config.columnBlock),
       number("prefetch", config.prefetch),
       b.getNamedAttr("pack_left", b.getBoolAttr(config.packLeft)),
       b.getNamedAttr("rows_outer",
                      b.getBoolAttr(config.order == TileOrder::RowsOuter)),
       b.getNamedAttr("reasons", b.getStringAttr(config.reasons))});
}

FailureOr<ContractionConfig>
tenon::cpu::parseContractionConfig(DictionaryAttr attribute, Location loc) {
  ContractionConfig config;
  const std::pair<StringRef, int64_t *> numbers[] = {
      {"lanes", &config.lanes},
      {"row_tile", &config.rowTile},
      {"column_tile", &config.columnTile},
      {"unroll", &config.unroll},
      {"depth_block", &config.depthBlock},
      {"row_block", &config.rowBlock},
      {"column_block", &config.columnBlock},
      {"prefetch", &config.prefetch}};
  for (auto [name, field] : numbers) {
    auto value = attribute.getAs<IntegerAttr>(name);
    if (!value || !value.getType().isInteger(64))
      return emitError(loc)
             << "contraction config needs the i64 '" << name << "'";
    *field = value.getInt();
  }
  auto pack = attribute.getAs<BoolAttr>("pack_left");
  auto rowsOuter = attribute.getAs<BoolAttr>("rows_outer");
  if (!pack || !rowsOuter)
    return emitError(loc)
           << "contraction config needs 'pack_left' and 'rows_outer'";
  config.packLeft = pack.getValue();
  config.order =
      rowsOuter.getValue() ? TileOrder::RowsOuter : TileOrder::ColumnsOuter;
  if (auto reasons = attribute.getAs<StringAttr>("reasons"))
    config.reasons = reasons.str();
  return config;
}
