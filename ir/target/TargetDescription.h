// A machine as the compiler sees it, read from text. Strategies decide from
// these figures alone, so every target's choices can be tested on any machine.

#ifndef TENON_IR_TARGET_TARGETDESCRIPTION_H
#define TENON_IR_TARGET_TARGETDESCRIPTION_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <cstdint>
#include <optional>
#include <string>

namespace tenon::target {

enum class TargetKind { Cpu, Cuda };

/// A register tile that is known to run well: `rows` x `columns` elements of
/// `dtype` ("f32", "f64", "bf16", "i8") are accumulated in registers.
struct RegisterTileSeed {
  std::string dtype;
  int64_t rows = 0;
  int64_t columns = 0;
};

/// One target. Sizes are bytes unless a name says otherwise; a size of 0 means
/// that the target has no such thing.
struct TargetDescription {
  /// What `--target-cpu` and the artifact call it, for instance "x86-64-v3".
  std::string name;
  TargetKind kind = TargetKind::Cpu;
  /// LLVM target triple.
  std::string triple;
  /// LLVM processor name that bounds the instructions used.
  std::string cpu;
  /// LLVM processor name that code is scheduled for; `cpu` where empty.
  std::string tuneCpu;
  /// LLVM feature names the code relies on, without sign. The loader compares
  /// these with the machine it runs on.
  llvm::SmallVector<std::string> features;
  int64_t cacheLine = 64;

  // CPU.
  /// Width of one vector register in bits.
  int64_t vectorBits = 0;
  /// Architectural vector registers.
  int64_t vectorRegisters = 0;
  /// Whether loads and stores can be masked per lane at no cost.
  bool masks = false;
  /// Vector FMA instructions that can start per cycle.
  int64_t fmaPorts = 0;
  /// Cycles from an FMA's start to its result.
  int64_t fmaLatency = 4;
  int64_t cores = 1;
  /// Data caches; l1d and l2 per core, l3 shared.
  int64_t l1d = 0;
  int64_t l2 = 0;
  int64_t l3 = 0;
  /// Register tiles, best first per dtype.
  llvm::SmallVector<RegisterTileSeed> contraction;

  // CUDA.
  /// Streaming multiprocessors.
  int64_t sms = 0;
  /// Shared memory that one block may use.
  int64_t sharedMemory = 0;
  /// 32-bit registers of one SM.
  int64_t smRegisters = 0;
  /// PTX version as LLVM's feature name, for instance "ptx83".
  std::string ptx;

  /// Lanes of `elementBits` wide elements in one vector register.
  int64_t lanes(int64_t elementBits) const { return vectorBits / elementBits; }
  bool hasFeature(llvm::StringRef feature) const;
};

/// Parses `key = value` lines; '#' starts a comment. An error is one line:
/// "FILE:LINE: reason".
llvm::Expected<TargetDescription>
parseTargetDescription(llvm::StringRef text, llvm::StringRef fileName);

/// The text that parses to `description` again.
std::string printTargetDescription(const TargetDescription &description);

/// Names of the descriptions built into the program, sorted.
llvm::SmallVector<llvm::StringRef> builtinTargetNames();

/// A built-in description, or the host's for "native". An unknown name is an
/// error that lists the known ones.
llvm::Expected<TargetDescription> lookupTarget(llvm::StringRef name);

/// The description whose features the host has all of, widest vectors first,
/// with the host's caches and cores, and tuned for its processor. An error
/// when no built-in description fits.
llvm::Expected<TargetDescription> detectHostTarget();

} // namespace tenon::target

#endif // TENON_IR_TARGET_TARGETDESCRIPTION_H
