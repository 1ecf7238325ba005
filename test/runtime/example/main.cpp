// Runs an entry of a compiled model once: example MODEL ENTRY
// Every input is filled with ones; the first output's numbers are summed up.

#include <tenon/tenon.hpp>

#include <cstdio>
#include <numeric>

int main(int argc, char **argv) {
  if (argc != 3)
    return std::fprintf(stderr, "usage: example MODEL ENTRY\n"), 2;
  try {
    tenon::Model model(argv[1]);
    tenon::Session session(model);
    uint32_t entry = model.entry(argv[2]);

    tn_tensor_info in = model.inputInfo(entry, 0);
    std::vector<float> x(in.byte_size / sizeof(float), 1.0f);
    session.bindInput(entry, 0, x.data(), {in.shape, in.shape + in.rank});

    tn_tensor_info out = model.outputInfo(entry, 0);
    std::vector<float> y(out.byte_size / sizeof(float));
    session.bindOutput(entry, 0, y.data(), y.size());

    session.run(entry);
    std::printf("%s: %zu numbers, their sum is %g\n", out.name, y.size(),
                std::accumulate(y.begin(), y.end(), 0.0));
  } catch (const tenon::Error &error) {
    std::fprintf(stderr, "error %d: %s\n", error.code(), error.what());
    return 1;
  }
}
