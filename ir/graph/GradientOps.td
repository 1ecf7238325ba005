//===- GradientOps.td - Derivatives as ops --------------------------------===//
//
// Asked for by an op, so that a module says what it wants and a pass, not the
// writer, builds the backward ops.
//
//===----------------------------------------------------------------------===//

include "ir/graph/GraphBase.td"

def Tenon_GradientOp : Tenon_InferOp<"gradient"> {
  let summary = "Derivative of a scalar with respect to values";
  let description = [{
    gradients[i] = d loss / d wrt[i]: how the loss changes with each element of
    a value that it was computed from, everything else that does not depend on
    that value being held. A value that the loss does not depend on gets zeros.

    The loss is a scalar float; `wrt` are float values of the op's own block,
    arguments or results of ops, in any order; the results have their types.
    `tenon-differentiate` replaces the op by the backward ops; no later phase
    and no interpreter knows it. What is added behind an earlier gradient may be
    differentiated again.

    Where a function has a corner, the derivative is one of those from the sides
    or between them: 0 for `abs` and for `maximum` with a constant (relu) at the
    corner, half for either side where two computed values of `maximum` or
    `minimum` are equal, 1 for `clamp` at its limits; equal largest elements of
    a `reduce` share the derivative, and a window gives all of it to its first.
    Ops whose results are constant almost everywhere (comparisons, rounding,
    conversion to integers) have a derivative of zero.

        %g:2 = tenon.gradient %loss wrt (%w, %b) : tensor<f32>,
            (tensor<64x10xf32>, tensor<10xf32>) -> (tensor<64x10xf32>, tensor<10xf32>)
  }];
  let arguments = (ins Tenon_ScalarOf<[Tenon_Float]>:$loss,
                       Variadic<Tenon_FloatTensor>:$wrt);
  let results = (outs Variadic<Tenon_FloatTensor>:$gradients);
  let assemblyFormat = [{
    $loss `wrt` `(` $wrt `)` attr-dict `:` type($loss) `,`
    functional-type($wrt, $gradients)
  }];
  let hasVerifier = 1;
}
