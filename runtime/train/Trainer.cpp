#include "runtime/train/Trainer.h"

#include "runtime/train/Shuffle.h"

#include <cstring>

namespace tenon::training {
namespace {

constexpr char kSeedKey[] = "tenon.seed", kShuffleKey[] = "tenon.shuffle",
               kExamplesKey[] = "tenon.examples";

/// Copies example `from` of a column to place `to` of a batch.
void copyExample(const Column &column, size_t from, uint8_t *data, size_t to,
                 size_t bytes) {
  memcpy(data + to * bytes, column.data + from * bytes, bytes);
}

Problem findLoss(const BoundEntry &entry, int &output) {
  output = entry.findOutput("loss");
  if (output < 0 || !entry.outputs()[static_cast<size_t>(output)].shape.empty())
    return {TN_NOT_TRAINABLE, "train_step gives no scalar called loss"};
  return {};
}

} // namespace

Problem Trainer::matchAll(BoundEntry &entry, const Dataset &data,
                          std::vector<Column> &matched) {
  for (const Wanted &wanted : entry.inputs()) {
    Column column;
    if (Problem problem = matchColumn(data, wanted, /*stacked=*/false, column);
        problem.code != TN_OK)
      return problem;
    if (batch == 0)
      batch = wanted.shape[0];
    if (wanted.shape[0] != batch)
      return {TN_DATA_MISMATCH, "input '" + wanted.name + "' takes " +
                                    std::to_string(wanted.shape[0]) +
                                    " examples, others " +
                                    std::to_string(batch)};
    matched.push_back(std::move(column));
  }
  return {};
}

Problem Trainer::create(TrainingSession &session, const Dataset &data,
                        const Dataset *validation,
                        const TrainerOptions &options,
                        std::unique_ptr<Trainer> &trainer) {
  std::unique_ptr<Trainer> made(new Trainer(session, options));
  Problem problem = session.bind("train_step", false, made->trainStep);
  if (problem.code == TN_OK)
    problem = findLoss(*made->trainStep, made->lossOutput);
  if (problem.code == TN_OK)
    problem = made->matchAll(*made->trainStep, data, made->columns);
  if (problem.code != TN_OK)
    return problem;
  made->examples = data.examples();
  if (made->batch == 0 || made->examples < made->batch)
    return {TN_DATA_MISMATCH, "the data hold " +
                                  std::to_string(made->examples) +
                                  " examples, fewer than a batch of " +
                                  std::to_string(made->batch)};
  if (made->examples > UINT32_MAX)
    return {TN_NOT_SUPPORTED, "more than 2^32 examples"};
  made->order.resize(static_cast<size_t>(made->examples));
  std::iota(made->order.begin(), made->order.end(), 0U);
  if (validation) {
    problem = session.bind("eval", true, made->eval);
    if (problem.code == TN_OK && !made->eval)
      problem = {TN_NOT_TRAINABLE, "the artifact has no entry eval"};
    if (problem.code == TN_OK)
      problem =
          made->matchAll(*made->eval, *validation, made->validationColumns);
    if (problem.code != TN_OK)
      return problem;
    made->validationExamples = validation->examples();
    if (made->validationExamples == 0)
      return {TN_DATA_MISMATCH, "the validation data hold no examples"};
  }
  trainer = std::move(made);
  return {};
}

void Trainer::fillBatch(int64_t index) {
  for (size_t c = 0; c < columns.size(); ++c) {
    size_t bytes = trainStep->inputBytes(c) / static_cast<size_t>(batch);
    for (int64_t i = 0; i < batch; ++i)
      copyExample(columns[c], order[static_cast<size_t>(index * batch + i)],
                  trainStep->input(c), static_cast<size_t>(i), bytes);
  }
}

Problem Trainer::evaluate(Evaluation &result) {
  int loss = eval->findOutput("loss"), accuracy = eval->findOutput("accuracy"),
      lossOf = eval->findOutput("example_loss"),
      accuracyOf = eval->findOutput("example_accuracy");
  if (loss < 0 || (lossOf < 0 && validationExamples % batch != 0))
    return {TN_NOT_TRAINABLE,
            "eval gives no loss of each example, which the last, incomplete "
            "batch needs"};
  double lossSum = 0, accuracySum = 0;
  for (int64_t first = 0; first < validationExamples; first += batch) {
    int64_t count = std::min(batch, validationExamples - first);
    for (size_t c = 0; c < validationColumns.size(); ++c) {
      size_t bytes = eval->inputBytes(c) / static_cast<size_t>(batch);
      // What fills the last batch up is not counted.
      for (int64_t i = 0; i < batch; ++i)
        copyExample(validationColumns[c],
                    static_cast<size_t>(first + std::min(i, count - 1)),
                    eval->input(c), static_cast<size_t>(i), bytes);
    }
    if (Problem problem = session.run(*eval); problem.code != TN_OK)
      return problem;
    auto addUp = [&](int each, int mean) {
      if (count == batch || each < 0)
        return eval->scalar(static_cast<size_t>(mean)) *
               static_cast<double>(count);
      double sum = 0;
      const uint8_t *values = eval->output(static_cast<size_t>(each));
      bool isWide = eval->outputs()[static_cast<size_t>(each)].dtype == TN_F64;
      for (int64_t i = 0; i < count; ++i) {
        if (isWide) {
          double value;
          memcpy(&value, values + i * 8, 8);
          sum += value;
        } else {
          float value;
          memcpy(&value, values + i * 4, 4);
          sum += value;
        }
      }
      return sum;
    };
    lossSum += addUp(lossOf, loss);
    if (accuracy >= 0)
      accuracySum += addUp(accuracyOf, accuracy);
  }
  auto total = static_cast<double>(validationExamples);
  result.loss = lossSum / total;
  if (accuracy >= 0)
    result.accuracy = accuracySum / total;
  return {};
}

Problem Trainer::resume(int64_t &step) {
  CheckpointFolder folder(options.checkpointFolder);
  std::optional<int64_t> latest = folder.latest();
  if (!latest)
    return {}; // Nothing was written yet: start.
  std::string path = folder.file(*latest);
  Metadata metadata = {{kSeedKey, ""}, {kShuffleKey, ""}, {kExamplesKey, ""}};
  StateTarget target{session.variables(), [&](size_t i, const void *data) {
                       return session.write(i, data);
                     }};
  if (Problem problem = readCheckpoint(path, target, metadata);
      problem.code != TN_OK)
    return problem;
  // Another order of examples would be another run.
  std::string now[] = {std::to_string(options.seed),
                       options.shuffle ? "1" : "0", std::to_string(examples)};
  for (size_t i = 0; i < metadata.size(); ++i)
    if (metadata[i].second != now[i])
      return {TN_CHECKPOINT_MISMATCH,
              path + ": was made with " + metadata[i].first + " = " +
                  metadata[i].second + ", this run has " + now[i]};
  return session.readStep(step);
}

Problem Trainer::checkpoint(int64_t step, Observer &observer) {
  CheckpointFolder folder(options.checkpointFolder);
  std::string path = folder.file(step);
  Problem problem = writeCheckpoint(session, path,
                                    {{kSeedKey, std::to_string(options.seed)},
                                     {kShuffleKey, options.shuffle ? "1" : "0"},
                                     {kExamplesKey, std::to_string(examples)}});
  if (problem.code != TN_OK)
    return problem;
  folder.keep(options.checkpointsKept);
  observer.afterCheckpoint(path);
  return {};
}

Problem Trainer::run(Observer &observer, const std::atomic<bool> *stop) {
  int64_t step = 0, perEpoch = stepsPerEpoch();
  bool keeps = !options.checkpointFolder.empty();
  Problem problem;
  if (keeps)
    problem = CheckpointFolder(options.checkpointFolder).create();
  if (problem.code == TN_OK && options.resume)
    problem = resume(step);
  if (problem.code != TN_OK)
    return problem;
  int64_t last = options.steps > 0 ? options.steps : options.epochs * perEpoch;
  observer.begin(step, last, perEpoch);

  double lossSum = 0;
  int64_t lossCount = 0, shuffled = -1;
  bool stopped = false;
  while (step < last && !stopped) {
    int64_t epoch = step / perEpoch;
    if (options.shuffle && shuffled != epoch) {
      shuffleEpoch(options.seed, static_cast<uint64_t>(epoch), order);
      shuffled = epoch;
    }
    fillBatch(step % perEpoch);
    if (problem = session.run(*trainStep); problem.code != TN_OK)
      return problem;
    double loss = trainStep->scalar(static_cast<size_t>(lossOutput));
    lossSum += loss;
    ++lossCount;
    observer.afterStep(step, loss);
    ++step;
    bool endsEpoch = step % perEpoch == 0;
    if (endsEpoch || step == last) {
      std::optional<Evaluation> validation;
      if (eval) {
        validation.emplace();
        if (problem = evaluate(*validation); problem.code != TN_OK)
          return problem;
      }
      observer.afterEpoch(epoch, lossSum / static_cast<double>(lossCount),
                          validation);
      lossSum = 0;
      lossCount = 0;
    }
    stopped = stop && stop->load(std::memory_order_relaxed);
    bool due = options.checkpointEvery > 0 ? step % options.checkpointEvery == 0
                                           : endsEpoch;
    if (keeps && (due || stopped || step == last))
      if (problem = checkpoint(step, observer); problem.code != TN_OK)
        return problem;
  }
  return {};
}

Problem trainOnBatches(TrainingSession &session, const Dataset &batches,
                       Observer &observer, std::vector<float> &losses) {
  std::unique_ptr<BoundEntry> entry;
  int lossOutput = 0;
  Problem problem = session.bind("train_step", false, entry);
  if (problem.code == TN_OK)
    problem = findLoss(*entry, lossOutput);
  std::vector<Column> columns;
  for (size_t i = 0; problem.code == TN_OK && i < entry->inputs().size(); ++i) {
    columns.emplace_back();
    problem = matchColumn(batches, entry->inputs()[i], /*stacked=*/true,
                          columns.back());
  }
  if (problem.code != TN_OK)
    return problem;
  int64_t steps = columns.empty() ? 0 : columns.front().examples();
  observer.begin(0, steps, steps);
  losses.reserve(static_cast<size_t>(steps));
  for (int64_t step = 0; step < steps; ++step) {
    for (size_t c = 0; c < columns.size(); ++c)
      copyExample(columns[c], static_cast<size_t>(step), entry->input(c), 0,
                  entry->inputBytes(c));
    if (problem = session.run(*entry); problem.code != TN_OK)
      return problem;
    double loss = entry->scalar(static_cast<size_t>(lossOutput));
    losses.push_back(static_cast<float>(loss));
    observer.afterStep(step, loss);
  }
  return {};
}

} // namespace tenon::training
