// Every operation that emitters may use links on every CPU target without a
// single undefined symbol.

#include "backends/cpu/codegen/Codegen.h"
#include "backends/cpu/codegen/KernelAbi.h"
#include "backends/cpu/codegen/LowerToLLVM.h"

#include "mlir/Parser/Parser.h"
#include "llvm/Support/FormatVariadic.h"
#include "gtest/gtest.h"

using namespace tenon::cpu;

namespace {

class NoLibraryCallsTest : public testing::TestWithParam<const char *> {
protected:
  NoLibraryCallsTest() {
    mlir::DialectRegistry registry;
    registerCodegenDialects(registry);
    context.appendDialectRegistry(registry);
    context.loadAllAvailableDialects();
  }

  /// Compiles one kernel with every line of `lines`, each an op that makes
  /// %y of type `to` from %x and %z of type `from`, as vectors and as scalars.
  void check(llvm::StringRef from, llvm::StringRef to,
             llvm::ArrayRef<const char *> lines) {
    std::string body;
    for (const char *line : lines)
      for (bool isVector : {true, false})
        body += one(line, isVector, from, to);
    std::string text = llvm::formatv(
        R"(func.func @body(%a: memref<64x{0}>, %o: memref<64x{1}>,
                            %begin: index, %end: index) {{
             {2}
             return
           })",
        from, to, body);
    auto module = mlir::parseSourceString<mlir::ModuleOp>(text, &context);
    ASSERT_TRUE(bool(module)) << text;
    auto function = module->lookupSymbol<mlir::func::FuncOp>("body");
    ASSERT_TRUE(succeeded(setKernelSignature(function, {"k", 2, 0, false})));
    CodegenOptions options;
    options.target = llvm::cantFail(tenon::target::lookupTarget(GetParam()));
    EXPECT_TRUE(succeeded(compileToImage(*module, options)));
  }

  mlir::MLIRContext context;

private:
  /// One line in a region of its own; {0} stands for %x's type, {1} for %y's.
  static std::string one(const char *line, bool isVector, llvm::StringRef from,
                         llvm::StringRef to) {
    auto type = [&](llvm::StringRef element) {
      return isVector ? ("vector<8x" + element + ">").str() : element.str();
    };
    std::string load = isVector ? "vector.load" : "memref.load";
    std::string store = isVector ? "vector.store" : "memref.store";
    std::string suffix = isVector ? ", " + type(from) : "";
    std::string storeSuffix = isVector ? ", " + type(to) : "";
    return "scf.for %i = %begin to %end step %begin {\n %x = " + load +
           " %a[%begin] : memref<64x" + from.str() + ">" + suffix +
           "\n %z = " + load + " %a[%i] : memref<64x" + from.str() + ">" +
           suffix +
           "\n %y = " + llvm::formatv(line, type(from), type(to)).str() +
           "\n " + store + " %y, %o[%i] : memref<64x" + to.str() + ">" +
           storeSuffix + "\n}\n";
  }
};

TEST_P(NoLibraryCallsTest, FloatArithmetic) {
  const char *lines[] = {
      "arith.addf %x, %z : {0}",     "arith.divf %x, %z : {0}",
      "arith.maximumf %x, %z : {0}", "arith.minimumf %x, %z : {0}",
      "arith.maxnumf %x, %z : {0}",  "math.absf %x : {0}",
      "math.ceil %x : {0}",          "math.floor %x : {0}",
      "math.trunc %x : {0}",         "math.round %x : {0}",
      "math.roundeven %x : {0}",     "math.sqrt %x : {0}",
      "math.rsqrt %x : {0}",         "math.copysign %x, %z : {0}",
      "math.fma %x, %z, %z : {0}"};
  check("f32", "f32", lines);
  check("f64", "f64", lines);
}

TEST_P(NoLibraryCallsTest, ElementaryFunctions) {
  const char *lines[] = {"math.exp %x : {0}",       "math.exp2 %x : {0}",
                         "math.expm1 %x : {0}",     "math.log %x : {0}",
                         "math.log2 %x : {0}",      "math.log10 %x : {0}",
                         "math.log1p %x : {0}",     "math.tanh %x : {0}",
                         "math.erf %x : {0}",       "math.sin %x : {0}",
                         "math.cos %x : {0}",       "math.tan %x : {0}",
                         "math.sinh %x : {0}",      "math.cosh %x : {0}",
                         "math.atan %x : {0}",      "math.cbrt %x : {0}",
                         "math.asinh %x : {0}",     "math.acosh %x : {0}",
                         "math.atanh %x : {0}",     "math.powf %x, %z : {0}",
                         "math.atan2 %x, %z : {0}", "math.erfc %x : {0}",
                         "arith.remf %x, %z : {0}"};
  check("f32", "f32", lines);
  check("f32", "f32", {"math.asin %x : {0}", "math.acos %x : {0}"});
  check("f64", "f64", lines);
  check("bf16", "bf16",
        {"math.exp %x : {0}", "arith.remf %x, %z : {0}",
         "math.powf %x, %z : {0}"});
  check("f16", "f16", {"math.tanh %x : {0}", "math.erf %x : {0}"});
}

TEST_P(NoLibraryCallsTest, Conversions) {
  check("f32", "bf16", {"arith.truncf %x : {0} to {1}"});
  check("bf16", "f32", {"arith.extf %x : {0} to {1}"});
  check("f32", "f16", {"arith.truncf %x : {0} to {1}"});
  check("f16", "f32", {"arith.extf %x : {0} to {1}"});
  check("f64", "f32", {"arith.truncf %x : {0} to {1}"});
  for (const char *integer : {"i8", "i16", "i32", "i64"}) {
    check("f32", integer,
          {"arith.fptosi %x : {0} to {1}", "arith.fptoui %x : {0} to {1}"});
    check(integer, "f32",
          {"arith.sitofp %x : {0} to {1}", "arith.uitofp %x : {0} to {1}"});
  }
}

TEST_P(NoLibraryCallsTest, Integers) {
  const char *lines[] = {"arith.divsi %x, %z : {0}",
                         "arith.remsi %x, %z : {0}",
                         "arith.divui %x, %z : {0}",
                         "arith.muli %x, %z : {0}",
                         "arith.floordivsi %x, %z : {0}",
                         "arith.ceildivsi %x, %z : {0}",
                         "math.ctpop %x : {0}",
                         "math.ctlz %x : {0}",
                         "math.cttz %x : {0}",
                         "math.absi %x : {0}"};
  check("i8", "i8", lines);
  check("i32", "i32", lines);
  check("i64", "i64", lines);
}

INSTANTIATE_TEST_SUITE_P(Targets, NoLibraryCallsTest,
                         testing::Values("x86-64-v3", "x86-64-v4", "aarch64"),
                         [](const auto &info) {
                           std::string name = info.param;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

} // namespace
