// What the sanitizers are told in programs that use LLVM's libraries.

extern "C" {

// LLVM's arena allocators are inline: in our code, which is instrumented, they
// mark the rest of a slab as not to be touched, and LLVM's own code, which is
// not, hands that rest out without taking the mark back.
const char *__asan_default_options() { return "allow_user_poisoning=0"; }

const char *__ubsan_default_options() { return "print_stacktrace=1"; }
}
