// Graphs that fusion makes kernels of several stages of; every backend runs
// them.

#ifndef TENON_TEST_BACKENDS_SUPPORT_FUSEDGRAPHS_H
#define TENON_TEST_BACKENDS_SUPPORT_FUSEDGRAPHS_H

namespace tenon::fusedgraphs {

/// Two products, relu and softmax.
extern const char *const multilayerPerceptron;
/// Attention with a mask, residual, layer norm.
extern const char *const encoderBlock;
/// Convolutions of two strides, a pooled output and a mean.
extern const char *const residualBlockOfPixels;
/// A gather, positions, a product and GELU.
extern const char *const embeddingsAndGelu;

} // namespace tenon::fusedgraphs

#endif // TENON_TEST_BACKENDS_SUPPORT_FUSEDGRAPHS_H
