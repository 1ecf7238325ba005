// The runtime's only container: a run of elements whose length is fixed when
// it is made. Unlike the standard's it reports a failed allocation instead of
// throwing, and needs nothing from libstdc++'s library.
#ifndef TENON_RUNTIME_CORE_ARRAY_H
#define TENON_RUNTIME_CORE_ARRAY_H

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <new>
#include <utility>

namespace tenon::rt {

/// Owns `size()` value-initialized elements. Moves, never copies.
template <typename T> class Array {
public:
  Array() = default;
  Array(const Array &) = delete;
  Array &operator=(const Array &) = delete;
  Array(Array &&other) noexcept
      : elements(std::exchange(other.elements, nullptr)),
        count(std::exchange(other.count, 0)) {}
  Array &operator=(Array &&other) noexcept {
    std::swap(elements, other.elements);
    std::swap(count, other.count);
    return *this;
  }
  ~Array() {
    for (size_t i = count; i-- > 0;)
      elements[i].~T();
    free(elements);
  }

  /// Makes `size` elements. To be called once, on an empty array. Returns
  /// false when there is no memory.
  [[nodiscard]] bool create(size_t size) {
    static_assert(alignof(T) <= alignof(max_align_t));
    if (size == 0)
      return true;
    if (size > SIZE_MAX / sizeof(T))
      return false;
    elements = static_cast<T *>(malloc(size * sizeof(T)));
    if (!elements)
      return false;
    for (; count < size; ++count)
      ::new (static_cast<void *>(elements + count)) T();
    return true;
  }

  size_t size() const { return count; }
  bool empty() const { return count == 0; }
  T *data() { return elements; }
  const T *data() const { return elements; }
  T *begin() { return elements; }
  T *end() { return elements + count; }
  const T *begin() const { return elements; }
  const T *end() const { return elements + count; }
  T &operator[](size_t i) { return elements[i]; }
  const T &operator[](size_t i) const { return elements[i]; }

private:
  T *elements = nullptr;
  size_t count = 0;
};

/// Makes a T on the heap, or returns null when there is no memory. Ends with
/// destroy().
template <typename T, typename... Args> T *make(Args &&...args) {
  static_assert(alignof(T) <= 64);
  void *memory = aligned_alloc(64, (sizeof(T) + 63) / 64 * 64);
  return memory ? ::new (memory) T(std::forward<Args>(args)...) : nullptr;
}

template <typename T> void destroy(T *object) {
  if (!object)
    return;
  object->~T();
  free(object);
}

} // namespace tenon::rt

#endif // TENON_RUNTIME_CORE_ARRAY_H
