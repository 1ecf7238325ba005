#include "runtime/loader/WeightCheck.h"

#include "runtime/core/Array.h"
#include "runtime/core/Checksum.h"
#include "runtime/core/Parallel.h"
#include "runtime/loader/Metadata.h"

#include <algorithm>
#include <atomic>

namespace tenon::rt {

namespace {

// Below this, starting a thread takes longer than the sums.
constexpr uint64_t kBytesPerThread = uint64_t{4} << 20;

struct Range {
  uint64_t offset = 0;
  uint64_t size = 0;
  uint64_t hash = 0;
  uint32_t weight = 0;
};

struct Sums {
  const uint8_t *bytes;
  const Range *ranges;
  bool fromFile;
  // The lowest weight whose sum differs, so that the error is always the same.
  std::atomic<uint32_t> wrong{UINT32_MAX};
};

void sumOne(void *argument, uint32_t i) {
  auto &sums = *static_cast<Sums *>(argument);
  const Range &range = sums.ranges[i];
  const uint8_t *data = sums.bytes + range.offset;
  if (sums.fromFile)
    prefault(data, range.size);
  if (checksum(data, range.size) == range.hash)
    return;
  uint32_t seen = sums.wrong.load(std::memory_order_relaxed);
  while (range.weight < seen &&
         !sums.wrong.compare_exchange_weak(seen, range.weight,
                                           std::memory_order_relaxed))
    ;
}

// True when all bytes of the section that are not in a range are zero.
// `ranges` are in the order of their offsets and may overlap.
bool zerosBetween(const Array<Range> &ranges, SectionBytes section) {
  auto isZero = [](uint8_t byte) { return byte == 0; };
  uint64_t end = 0;
  for (const Range &range : ranges) {
    if (range.offset > end &&
        !std::all_of(section.data + end, section.data + range.offset, isZero))
      return false;
    end = std::max(end, range.offset + range.size);
  }
  return std::all_of(section.data + end, section.data + section.size, isZero);
}

} // namespace

Code checkWeights(const ArtifactFile &file, const fb::Artifact &artifact,
                  Diagnostic &diagnostic) {
  SectionBytes section = file.section(SectionKind::Weights);
  uint32_t count = sizeOf(artifact.weights());
  bool allStated = count != 0;
  for (uint32_t i = 0; i < count; ++i)
    allStated &= artifact.weights()->Get(i)->hash() != 0;
  if (!allStated)
    return file.checkSection(SectionKind::Weights, diagnostic);

  Array<Range> ranges;
  if (!ranges.create(count))
    return diagnostic.fail(Code::OutOfMemory, "no memory to check the weights");
  for (uint32_t i = 0; i < count; ++i) {
    const fb::Weight &w = *artifact.weights()->Get(i);
    ranges[i] = {w.offset(), w.size(), w.hash(), i};
  }
  std::sort(ranges.begin(), ranges.end(),
            [](const Range &a, const Range &b) { return a.offset < b.offset; });
  if (!zerosBetween(ranges, section))
    return diagnostic.fail(Code::Damaged,
                           "damaged: the section (weights) is not zero between "
                           "its tensors");
  // The largest first, so that no thread is left with it at the end.
  std::sort(ranges.begin(), ranges.end(),
            [](const Range &a, const Range &b) { return a.size > b.size; });
  Sums sums{section.data, ranges.data(), file.descriptor() >= 0};
  uint64_t useful = 1 + section.size / kBytesPerThread;
  int threads = static_cast<int>(
      std::min(useful, static_cast<uint64_t>(availableCpus())));
  parallelFor(threads, count, sumOne, &sums);
  uint32_t wrong = sums.wrong.load(std::memory_order_relaxed);
  if (wrong == UINT32_MAX)
    return Code::Ok;
  return diagnostic.fail(Code::Damaged,
                         "damaged: the checksum of '%s' in the section "
                         "(weights) differs",
                         artifact.weights()->Get(wrong)->name()->c_str());
}

} // namespace tenon::rt
