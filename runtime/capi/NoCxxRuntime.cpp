// The one function of the C++ library that the compiler refers to for
// abstract classes. The shared library brings its own, so that it links
// without libstdc++.

#include <cstdlib>

extern "C" __attribute__((visibility("hidden"))) void __cxa_pure_virtual() {
  abort();
}
