// Runs a model on an emulated GPU: `gpu_emulator FOLDER`, where FOLDER/case.txt
// has lines of
//
//   model PATH        what is compiled
//   target sm_80      for which GPU
//   dim NAME SIZE     a symbolic dimension's size (any number of times)
//   train PATH        a training spec
//   entry NAME        what runs
//   steps N           how often, one run after the other
//
// and input_I.bin holds the tensors of input I for each of the runs. Writes
// output_I.bin in the same form. All runs are done twice, with the threads of
// each block in order and in reverse, and must give the same bits; state is set
// back by the entry `init` in between.

#include "test/backends/cuda/support/EmulatedDevice.h"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <sstream>

using namespace tenon;
using reference::Tensor;
using reference::Tensors;

namespace {

struct Case {
  std::string model, target = "sm_80", training, entry = "main";
  std::vector<std::pair<std::string, int64_t>> dims;
  int steps = 1;
};

Case readCase(const std::string &folder) {
  Case result;
  std::ifstream file(folder + "/case.txt");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string key, name;
    words >> key;
    if (key == "model")
      words >> result.model;
    else if (key == "target")
      words >> result.target;
    else if (key == "train")
      words >> result.training;
    else if (key == "entry")
      words >> result.entry;
    else if (key == "steps")
      words >> result.steps;
    else if (int64_t size; key == "dim" && words >> name >> size)
      result.dims.emplace_back(name, size);
  }
  return result;
}

std::string fileOf(const std::string &folder, const char *kind, size_t i) {
  return folder + "/" + kind + "_" + std::to_string(i) + ".bin";
}

/// All runs in one order of threads; the outputs' bytes, one string per output.
std::string runSteps(cuda::EmulatedModel &model, const Case &test,
                     llvm::ArrayRef<std::string> inputs, cuda::TurnOrder order,
                     std::vector<std::string> &outputs) {
  uint32_t entry = *model.findEntry(test.entry);
  Tensors in = model.makeInputs(entry), out = model.makeOutputs(entry);
  outputs.assign(out.size(), "");
  for (int step = 0; step < test.steps; ++step) {
    for (auto [i, tensor] : llvm::enumerate(in)) {
      auto size = static_cast<size_t>(tensor.getByteSize());
      std::memcpy(tensor.getMutableData(),
                  inputs[i].data() + size * static_cast<size_t>(step), size);
    }
    if (std::string wrong = model.run(test.entry, in, out, order);
        !wrong.empty())
      return "step " + std::to_string(step) + ": " + wrong;
    for (auto [i, tensor] : llvm::enumerate(out))
      outputs[i].append(static_cast<const char *>(tensor.getData()),
                        static_cast<size_t>(tensor.getByteSize()));
  }
  return "";
}

std::string run(const std::string &folder) {
  Case test = readCase(folder);
  cuda::EmulatedModel model;
  if (std::string wrong = model.compile(test.model, test.target, folder,
                                        test.dims, test.training);
      !wrong.empty())
    return wrong;
  std::optional<uint32_t> entry = model.findEntry(test.entry);
  if (!entry)
    return "there is no entry " + test.entry;
  std::vector<std::string> inputs;
  for (auto [i, tensor] : llvm::enumerate(model.makeInputs(*entry))) {
    std::ifstream file(fileOf(folder, "input", i), std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(file),
                        std::istreambuf_iterator<char>());
    if (inputs.back().size() !=
        static_cast<size_t>(tensor.getByteSize() * test.steps))
      return fileOf(folder, "input", i) + " is missing or of another size";
  }
  std::vector<std::string> forward, backward;
  std::string wrong =
      runSteps(model, test, inputs, cuda::TurnOrder::Forward, forward);
  if (wrong.empty() && model.findEntry("init"))
    wrong = model.run("init", {}, {});
  if (wrong.empty())
    wrong = runSteps(model, test, inputs, cuda::TurnOrder::Backward, backward);
  if (!wrong.empty())
    return wrong;
  if (forward != backward)
    return "threads in reverse order give other bits";
  for (auto [i, bytes] : llvm::enumerate(forward))
    std::ofstream(fileOf(folder, "output", i), std::ios::binary) << bytes;
  return "";
}

} // namespace

int main(int argc, char **argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: gpu_emulator FOLDER\n");
    return 2;
  }
  std::string wrong = run(argv[1]);
  if (!wrong.empty())
    std::fprintf(stderr, "gpu_emulator: %s\n", wrong.c_str());
  return wrong.empty() ? 0 : 1;
}
