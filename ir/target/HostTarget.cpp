// Finds the built-in description that fits the machine the compiler runs on.

#include "ir/target/TargetDescription.h"

#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/Triple.h"

#include <thread>
#include <unistd.h>

using namespace tenon::target;

/// A cache size the operating system states, or `fallback` where it is silent.
static int64_t cacheSize(int name, int64_t fallback) {
  long size = ::sysconf(name);
  return size > 0 ? size : fallback;
}

llvm::Expected<TargetDescription> tenon::target::detectHostTarget() {
  llvm::Triple host(llvm::sys::getProcessTriple());
  llvm::StringMap<bool> hostFeatures = llvm::sys::getHostCPUFeatures();
  std::optional<TargetDescription> best;
  for (llvm::StringRef name : builtinTargetNames()) {
    llvm::Expected<TargetDescription> candidate = lookupTarget(name);
    if (!candidate)
      return candidate.takeError();
    if (candidate->kind != TargetKind::Cpu ||
        llvm::Triple(candidate->triple).getArch() != host.getArch())
      continue;
    bool fits = llvm::all_of(candidate->features, [&](const auto &feature) {
      return hostFeatures.lookup(feature);
    });
    if (fits && (!best || candidate->vectorBits > best->vectorBits))
      best = std::move(*candidate);
  }
  if (!best)
    return llvm::createStringError(
        "no built-in target fits this machine (%s, %s)",
        host.getArchName().str().c_str(),
        llvm::sys::getHostCPUName().str().c_str());
  best->tuneCpu = llvm::sys::getHostCPUName().str();
  best->cores = std::max(1u, std::thread::hardware_concurrency());
  best->l1d = cacheSize(_SC_LEVEL1_DCACHE_SIZE, best->l1d);
  best->l2 = cacheSize(_SC_LEVEL2_CACHE_SIZE, best->l2);
  best->l3 = cacheSize(_SC_LEVEL3_CACHE_SIZE, best->l3);
  return *best;
}
