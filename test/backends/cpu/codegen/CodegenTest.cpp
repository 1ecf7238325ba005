#include "backends/cpu/codegen/Codegen.h"
#include "backends/cpu/codegen/KernelAbi.h"
#include "backends/cpu/codegen/LowerToLLVM.h"
#include "test/backends/cpu/support/LoadedImage.h"

#include "mlir/Parser/Parser.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

#ifndef __has_feature
#define __has_feature(x) 0
#endif
#if __has_feature(address_sanitizer)
#define checksAddresses 1
#else
#define checksAddresses 0
#endif

using namespace mlir;
using namespace tenon::cpu;
using testing::HasSubstr;

namespace {

/// Compiles text modules, whose function @body of `signature` is the kernel
/// "k".
class CodegenTest : public testing::Test {
protected:
  CodegenTest() {
    DialectRegistry registry;
    registerCodegenDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
    handler.emplace(&context, [this](Diagnostic &diagnostic) {
      diagnostics += diagnostic.str() + "\n";
      return success();
    });
  }

  FailureOr<CodeImage> compile(llvm::StringRef text, KernelSignature signature,
                               llvm::StringRef target = "native",
                               CodegenOptions options = {}) {
    OwningOpRef<ModuleOp> module = parseSourceString<ModuleOp>(text, &context);
    if (!module)
      return failure();
    signature.exportedName = "k";
    auto body = module->lookupSymbol<func::FuncOp>("body");
    if (failed(setKernelSignature(body, signature)))
      return failure();
    auto description = tenon::target::lookupTarget(target);
    if (!description) {
      diagnostics += llvm::toString(description.takeError());
      return failure();
    }
    options.target = *description;
    return compileToImage(*module, options);
  }

  MLIRContext context;
  std::optional<ScopedDiagnosticHandler> handler;
  std::string diagnostics;
};

constexpr llvm::StringLiteral addScaled = R"(
func.func @body(%a: memref<64xf32>, %o: memref<64xf32>, %n: index,
                %scratch: memref<64xi8>, %begin: index, %end: index) {
  %c8 = arith.constant 8 : index
  %ni = arith.index_cast %n : index to i32
  %nf = arith.sitofp %ni : i32 to f32
  %nv = vector.broadcast %nf : f32 to vector<8xf32>
  %lo = arith.muli %begin, %c8 : index
  %hi = arith.muli %end, %c8 : index
  scf.for %i = %lo to %hi step %c8 {
    %x = vector.load %a[%i] : memref<64xf32>, vector<8xf32>
    %y = arith.addf %x, %nv : vector<8xf32>
    vector.store %y, %o[%i] : memref<64xf32>, vector<8xf32>
  }
  return
})";

TEST_F(CodegenTest, KernelRunsOverItsRangeOfTiles) {
  auto image = compile(addScaled, {"", 2, 1, true});
  ASSERT_TRUE(succeeded(image)) << diagnostics;
  ASSERT_EQ(image->symbols.size(), 1u);
  EXPECT_EQ(image->symbols[0].name, "k");
  LoadedImage loaded(*image);
  KernelFunction kernel = loaded.kernel("k");
  ASSERT_TRUE(kernel) << loaded.error;
  float a[64], o[64] = {};
  for (int i = 0; i < 64; ++i)
    a[i] = i;
  void *buffers[] = {a, o};
  int64_t scalars[] = {5};
  char scratch[64];
  kernel(buffers, scalars, scratch, 2, 7);
  for (int i = 0; i < 64; ++i)
    EXPECT_EQ(o[i], i >= 16 && i < 56 ? i + 5 : 0) << i;
}

TEST_F(CodegenTest, CompilingTwiceGivesTheSameBytes) {
  auto first = compile(addScaled, {"", 2, 1, true}, "x86-64-v3");
  auto second = compile(addScaled, {"", 2, 1, true}, "x86-64-v3");
  ASSERT_TRUE(succeeded(first) && succeeded(second)) << diagnostics;
  EXPECT_EQ(first->bytes, second->bytes);
}

TEST_F(CodegenTest, EveryCpuTargetLinks) {
  for (llvm::StringRef target : {"x86-64-v3", "x86-64-v4", "aarch64"}) {
    auto image = compile(addScaled, {"", 2, 1, true}, target);
    ASSERT_TRUE(succeeded(image)) << target.str() << ": " << diagnostics;
    llvm::Error error = verifyImage(image->bytes);
    EXPECT_FALSE(bool(error)) << llvm::toString(std::move(error));
  }
}

TEST_F(CodegenTest, LoopsThatFillAndCopyStayLoops) {
  constexpr llvm::StringLiteral text = R"(
func.func @body(%a: memref<4096xf32>, %o: memref<4096xf32>,
                %begin: index, %end: index) {
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  scf.for %i = %begin to %end step %c1 {
    memref.store %zero, %a[%i] : memref<4096xf32>
  }
  scf.for %i = %begin to %end step %c1 {
    %x = memref.load %a[%i] : memref<4096xf32>
    memref.store %x, %o[%i] : memref<4096xf32>
  }
  return
})";
  for (llvm::StringRef target : {"x86-64-v3", "x86-64-v4", "aarch64"})
    EXPECT_TRUE(succeeded(compile(text, {"", 2, 0, false}, target)))
        << target.str() << ": " << diagnostics;
}

TEST_F(CodegenTest, ASingleLaneIsStoredInItsOwnWidth) {
  constexpr llvm::StringLiteral text = R"(
func.func @body(%a: memref<16xi32>, %o: memref<17xi16>, %begin: index,
                %end: index) {
  %c0 = arith.constant 0 : index
  %x = vector.load %a[%c0] : memref<16xi32>, vector<16xi32>
  %y = arith.trunci %x : vector<16xi32> to vector<16xi16>
  %one = vector.constant_mask [1] : vector<16xi1>
  vector.maskedstore %o[%c0], %one, %y : memref<17xi16>, vector<16xi1>, vector<16xi16>
  return
})";
  auto image = compile(text, {"", 2, 0, false});
  ASSERT_TRUE(succeeded(image)) << diagnostics;
  LoadedImage loaded(*image);
  KernelFunction kernel = loaded.kernel("k");
  ASSERT_TRUE(kernel) << loaded.error;
  alignas(64) int32_t a[16] = {0x12345678};
  alignas(64) int16_t o[17] = {1, 2, 3};
  void *buffers[] = {a, o};
  kernel(buffers, nullptr, nullptr, 0, 1);
  EXPECT_EQ(o[0], 0x5678);
  EXPECT_EQ(o[1], 2);
}

/// Reads and writes elements [begin, end) of buffers of 16.
constexpr llvm::StringLiteral copyRange = R"(
func.func @body(%a: memref<16xf32>, %o: memref<16xf32>, %begin: index,
                %end: index) {
  %c1 = arith.constant 1 : index
  scf.for %i = %begin to %end step %c1 {
    %x = memref.load %a[%i] : memref<16xf32>
    memref.store %x, %o[%i] : memref<16xf32>
  }
  return
})";

TEST_F(CodegenTest, CheckedKernelsImportNothing) {
  CodegenOptions options;
  options.sanitizeAddress = true;
  for (llvm::StringRef target : {"x86-64-v3", "x86-64-v4"}) {
    auto image = compile(copyRange, {"", 2, 0, false}, target, options);
    ASSERT_TRUE(succeeded(image)) << diagnostics;
    llvm::Error error = verifyImage(image->bytes);
    EXPECT_FALSE(bool(error)) << llvm::toString(std::move(error));
#if !checksAddresses
    auto plain = compile(copyRange, {"", 2, 0, false}, target);
    ASSERT_TRUE(succeeded(plain)) << diagnostics;
    EXPECT_NE(plain->bytes, image->bytes) << "nothing is checked";
#endif
  }
}

TEST_F(CodegenTest, CheckedKernelsTrapBesideABuffer) {
#if !checksAddresses
  GTEST_SKIP() << "needs a build with AddressSanitizer";
#else
  CodegenOptions options;
  options.sanitizeAddress = true;
  auto image = compile(copyRange, {"", 2, 0, false}, "native", options);
  ASSERT_TRUE(succeeded(image)) << diagnostics;
  LoadedImage loaded(*image);
  KernelFunction kernel = loaded.kernel("k");
  ASSERT_TRUE(kernel) << loaded.error;
  std::vector<float> a(16, 1), o(16);
  void *buffers[] = {a.data(), o.data()};
  kernel(buffers, nullptr, nullptr, 0, 16);
  EXPECT_EQ(o, a);
  EXPECT_DEATH(kernel(buffers, nullptr, nullptr, 16, 17), "");
  EXPECT_DEATH(kernel(buffers, nullptr, nullptr, -1, 0), "");
#endif
}

TEST_F(CodegenTest, AnUndefinedSymbolIsAnErrorThatNamesIt) {
  constexpr llvm::StringLiteral text = R"(
func.func private @missing()
func.func @body(%begin: index, %end: index) {
  func.call @missing() : () -> ()
  return
})";
  EXPECT_TRUE(failed(compile(text, {"", 0, 0, false})));
  EXPECT_THAT(diagnostics, HasSubstr("undefined symbol: missing"));
  // The linker must survive its own failure.
  EXPECT_TRUE(succeeded(compile(addScaled, {"", 2, 1, true}))) << diagnostics;
}

TEST_F(CodegenTest, TiedBuffersLoseNoalias) {
  constexpr llvm::StringLiteral text = R"(
func.func @body(%a: memref<8xf32>, %b: memref<8xf32>,
                %o: memref<8xf32> {tenon.may_alias = 0 : i64},
                %begin: index, %end: index) {
  return
})";
  CodegenOptions options;
  std::string ir;
  options.dump = [&](llvm::StringRef stage, llvm::StringRef text) {
    if (stage == "llvm-ir")
      ir = text;
  };
  ASSERT_TRUE(succeeded(compile(text, {"", 3, 0, false}, "native", options)))
      << diagnostics;
  EXPECT_THAT(ir, HasSubstr("@body(ptr %0, ptr noalias %1, ptr %2, "));
}

TEST_F(CodegenTest, SignatureMismatchesAreRefused) {
  constexpr llvm::StringLiteral text = R"(
func.func @body(%a: memref<?xf32>, %begin: index, %end: index) { return })";
  EXPECT_TRUE(failed(compile(text, {"", 1, 0, false})));
  EXPECT_THAT(diagnostics, HasSubstr("argument 0 of a kernel cannot have type "
                                     "'memref<?xf32>'"));
  EXPECT_TRUE(failed(compile(text, {"", 2, 0, false})));
  EXPECT_THAT(diagnostics, HasSubstr("needs 4 arguments"));
}

TEST_F(CodegenTest, LineTablesOnRequest) {
  CodegenOptions options;
  options.debugInfo = true;
  auto plain = compile(addScaled, {"", 2, 1, true});
  auto debug = compile(addScaled, {"", 2, 1, true}, "native", options);
  ASSERT_TRUE(succeeded(plain) && succeeded(debug)) << diagnostics;
  auto has = [](const CodeImage &image, llvm::StringRef text) {
    return llvm::StringRef(image.bytes.data(), image.bytes.size())
        .contains(text);
  };
  EXPECT_TRUE(has(*debug, ".debug_line"));
  EXPECT_FALSE(has(*plain, ".debug_line"));
}

} // namespace
