// Counts allocations, by replacing the functions that make them: whoever links
// this has a binary of its own.
#ifndef TENON_TEST_RUNTIME_SUPPORT_ALLOCATIONCOUNTER_H
#define TENON_TEST_RUNTIME_SUPPORT_ALLOCATIONCOUNTER_H

namespace tenon::test {

/// False where a sanitizer owns malloc.
bool canCountAllocations();
/// Counts from zero until stopCounting, on all threads.
void startCounting();
/// The allocations since startCounting.
int stopCounting();

} // namespace tenon::test

#endif // TENON_TEST_RUNTIME_SUPPORT_ALLOCATIONCOUNTER_H
