// Builds whole kernels around the contraction emitter, for tests and benches:
//   C[i, j] = epilogue(sum over k of A[...] * B[k, j] + bias[j])
// with buffers A, B, bias, C in this order.

#ifndef TENON_TEST_BACKENDS_CPU_SUPPORT_CONTRACTIONKERNEL_H
#define TENON_TEST_BACKENDS_CPU_SUPPORT_CONTRACTIONKERNEL_H

#include "backends/cpu/codegen/Codegen.h"
#include "backends/cpu/contraction/ContractionTile.h"

#include "mlir/IR/MLIRContext.h"

#include <vector>

namespace tenon::cpu {

/// A contraction in memory. The defaults describe nothing; see the makers.
struct ContractionCase {
  ContractionProblem problem;
  ContractionConfig config;
  EpilogueMode epilogue = EpilogueMode::Registers;
  bool relu = false;
  /// Elements of A and B.
  int64_t leftSize = 0;
  int64_t rightSize = 0;
  /// Row i begins at i * rowStride; for a convolution (imageWidth > 0), at
  /// pixel (i / imageWidth, i % imageWidth) of rows `imageStride` apart.
  int64_t imageWidth = 0;
  int64_t imageStride = 0;
  /// Where problem.dynamicRows: how many rows there are; 0 for all.
  int64_t actualRows = 0;
};

/// A is [m][k], B in panels of `panelWidth` columns.
ContractionCase makeMatrixCase(mlir::MLIRContext &context, int64_t m, int64_t n,
                               int64_t k, int64_t panelWidth);

/// A 3x3 convolution with stride 1 of a [size + 2][size + 2][channels] image,
/// halo included, to [size][size][filters].
ContractionCase makeConvolutionCase(mlir::MLIRContext &context, int64_t size,
                                    int64_t channels, int64_t filters,
                                    int64_t panelWidth);

/// Compiles the case as kernel "contraction", its tiles those of tileGrid.
mlir::FailureOr<CodeImage> compileContraction(mlir::MLIRContext &context,
                                              const ContractionCase &c,
                                              const CodegenOptions &options);

/// B, given as [K][N] values, in the problem's form.
std::vector<float> arrangeRight(const ContractionCase &c,
                                const std::vector<float> &values);

/// `values` as an array of `type`, each rounded to it.
std::vector<char> encode(mlir::Type type, const std::vector<float> &values);

/// Element `i` of an array of `type`.
double decode(mlir::Type type, const std::vector<char> &bytes, int64_t i);

/// The element of A for row i, step k.
int64_t leftElement(const ContractionCase &c, int64_t i, int64_t k);

/// Prepares a context for compileContraction.
void prepareContext(mlir::MLIRContext &context);

} // namespace tenon::cpu

#endif // TENON_TEST_BACKENDS_CPU_SUPPORT_CONTRACTIONKERNEL_H
