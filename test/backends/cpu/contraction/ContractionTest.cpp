#include "test/backends/cpu/contraction/ContractionFixture.h"

using namespace tenon::cpu;

namespace {

TEST_F(ContractionTest, RaggedMatrices) {
  for (int64_t m : {1, 6, 53})
    for (int64_t n : {1, 15, 70})
      for (int64_t k : {1, 29}) {
        SCOPED_TRACE(testing::Message() << m << "x" << n << "x" << k);
        check(configure(makeMatrixCase(context, m, n, k, 32)));
      }
}

TEST_F(ContractionTest, RegisterTilesOfSeveralPanels) {
  for (int64_t n : {64, 70, 128})
    for (int64_t k : {5, 40}) {
      SCOPED_TRACE(testing::Message() << n << " " << k);
      ContractionCase c = configure(makeMatrixCase(context, 2, n, k, 16));
      c.config.rowTile = 1;
      c.config.columnTile = 32;
      c.config.columnBlock = 64;
      c.config.rowBlock = 2;
      c.config.prefetch = 8;
      check(c);
    }
}

TEST_F(ContractionTest, TheNextColumnsAreFetchedByAllRows) {
  // A register tile is a panel, a part of one, or several.
  for (auto [panel, tile] : {std::pair(16, 16), {32, 16}, {48, 16}, {16, 32}})
    for (int64_t k : {7, 64}) {
      SCOPED_TRACE(testing::Message() << panel << " " << tile << " " << k);
      ContractionCase c = configure(makeMatrixCase(context, 40, 100, k, panel));
      c.config.rowTile = 4;
      c.config.columnTile = tile;
      c.config.columnBlock = 96;
      c.config.rowBlock = 20;
      c.config.prefetch = 8;
      check(c);
      c.config.depthBlock = 24;
      check(c);
    }
}

TEST_F(ContractionTest, DepthBlocksAndPackedRows) {
  for (int64_t k : {20, 61})
    for (bool pack : {false, true})
      for (int64_t block : {0, 24}) {
        SCOPED_TRACE(testing::Message()
                     << "k " << k << " pack " << pack << " block " << block);
        ContractionCase c = configure(makeMatrixCase(context, 31, 37, k, 16));
        c.config.packLeft = pack;
        c.config.depthBlock = block;
        c.config.prefetch = 8;
        c.relu = true;
        check(c);
      }
}

TEST_F(ContractionTest, Convolutions) {
  for (int64_t size : {1, 7})
    for (int64_t channels : {1, 8})
      for (bool pack : {false, true}) {
        SCOPED_TRACE(testing::Message() << size << " px, " << channels);
        ContractionCase c =
            configure(makeConvolutionCase(context, size, channels, 20, 32));
        c.config.packLeft = pack;
        check(c);
        c.config.order = TileOrder::RowsOuter;
        // Less than one step of the outermost loop, and more.
        c.config.depthBlock = channels;
        check(c);
        c.config.depthBlock = 3 * channels;
        check(c);
      }
}

TEST_F(ContractionTest, RightInPlaceAndTransposed) {
  for (RightForm form : {RightForm::RowMajor, RightForm::ColumnMajor})
    for (int64_t n : {5, 16, 37})
      for (int64_t k : {4, 19}) {
        SCOPED_TRACE(testing::Message() << n << " " << k);
        ContractionCase c = makeMatrixCase(context, 9, n, k, 16);
        bool byRow = form == RightForm::RowMajor;
        c.problem.rightForm = form;
        c.problem.rightStride = (byRow ? n : k) + 3;
        // Nothing may be read past the last element.
        c.rightSize = byRow ? (k - 1) * c.problem.rightStride + n
                            : (n - 1) * c.problem.rightStride + k;
        check(configure(c));
      }
}

TEST_F(ContractionTest, DynamicRowsAndLoopEpilogue) {
  for (int64_t rows : {0, 1, 6, 11})
    for (EpilogueMode mode : {EpilogueMode::Registers, EpilogueMode::Loop}) {
      SCOPED_TRACE(testing::Message() << rows << " of 20");
      ContractionCase c = configure(makeMatrixCase(context, 20, 21, 10, 16));
      c.problem.dynamicRows = true;
      c.actualRows = rows;
      c.epilogue = mode;
      c.config.packLeft = rows == 11;
      check(c);
    }
}

TEST_F(ContractionTest, ElementTypes) {
  mlir::Builder b(&context);
  for (mlir::Type type :
       {mlir::Type(b.getF64Type()), mlir::Type(b.getF16Type()),
        mlir::Type(b.getBF16Type())})
    for (bool pack : {false, true}) {
      ContractionCase c = configure(makeMatrixCase(context, 9, 37, 21, 32));
      c.problem.leftType = c.problem.rightType = type;
      c.config.packLeft = pack;
      if (type.isF64()) {
        c.config.lanes = 4;
        c.config.columnTile = 8;
      }
      check(c);
    }
  // bf16 weights under f32 rows.
  ContractionCase c = configure(makeMatrixCase(context, 9, 37, 21, 32));
  c.problem.rightType = b.getBF16Type();
  check(c);
}

} // namespace
