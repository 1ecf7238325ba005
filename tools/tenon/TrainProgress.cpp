#include "tools/tenon/TrainProgress.h"

#include <cmath>
#include <cstdio>
#include <unistd.h>

namespace tenon::tool {
namespace {

std::string format(const char *pattern, double number) {
  char text[64];
  snprintf(text, sizeof(text), pattern, number);
  return text;
}

/// "1:02:03" or "2:03".
std::string formatTime(double seconds) {
  auto whole = static_cast<long long>(std::ceil(seconds));
  char text[64];
  if (whole >= 3600)
    snprintf(text, sizeof(text), "%lld:%02lld:%02lld", whole / 3600,
             whole / 60 % 60, whole % 60);
  else
    snprintf(text, sizeof(text), "%lld:%02lld", whole / 60, whole % 60);
  return text;
}

} // namespace

TrainProgress::TrainProgress(bool quiet, training::EventLog *log)
    : quiet(quiet), live(!quiet && isatty(STDERR_FILENO)), log(log) {}

TrainProgress::~TrainProgress() { wipe(); }

void TrainProgress::wipe() {
  if (live && drawn != Clock::time_point())
    std::fputs("\r\033[K", stderr);
}

void TrainProgress::begin(int64_t firstStep, int64_t lastStep,
                          int64_t stepsPerEpoch) {
  first = done = firstStep;
  last = std::max(firstStep, lastStep);
  perEpoch = std::max<int64_t>(stepsPerEpoch, 1);
  start = Clock::now();
  if (first > 0 && !quiet)
    std::fprintf(stderr, "going on from step %lld\n",
                 static_cast<long long>(first));
}

void TrainProgress::draw(int64_t step, double loss, Clock::time_point now) {
  constexpr int kWidth = 24;
  auto total = static_cast<double>(last - first);
  auto count = static_cast<double>(step + 1 - first);
  int filled = static_cast<int>(kWidth * count / std::max(total, 1.0));
  double elapsed = std::chrono::duration<double>(now - start).count();
  double rate = count / std::max(elapsed, 1e-9);
  std::string bar(static_cast<size_t>(filled), '=');
  bar.resize(kWidth, ' ');
  std::fprintf(stderr,
               "\r\033[Kepoch %lld/%lld [%s] %3.0f %%  loss %.4f  %.0f steps/s"
               "  %s left",
               static_cast<long long>(step / perEpoch + 1),
               static_cast<long long>((last + perEpoch - 1) / perEpoch),
               bar.c_str(), 100 * count / std::max(total, 1.0), loss, rate,
               formatTime((total - count) / rate).c_str());
  std::fflush(stderr);
}

void TrainProgress::afterStep(int64_t step, double loss) {
  if (!sawLoss)
    firstLoss = loss;
  sawLoss = true;
  lastLoss = loss;
  done = step + 1;
  if (log)
    log->scalar("loss", step, loss);
  if (!std::isfinite(loss) && !warned) {
    wipe();
    warned = true;
    std::fprintf(stderr,
                 "tenon: warning: the loss of step %lld is %g: the learning "
                 "rate may be too high, or a target out of range\n",
                 static_cast<long long>(step), loss);
  }
  if (!live)
    return;
  Clock::time_point now = Clock::now();
  if (now - drawn < std::chrono::milliseconds(100))
    return;
  drawn = now;
  draw(step, loss, now);
}

void TrainProgress::afterEpoch(int64_t epoch, double loss,
                               const std::optional<training::Evaluation> &v) {
  nlohmann::ordered_json figures = {{"epoch", epoch + 1}, {"loss", loss}};
  std::string line =
      "epoch " + std::to_string(epoch + 1) + ": loss " + format("%.4f", loss);
  if (log)
    log->scalar("epoch_loss", done, loss);
  if (v) {
    figures["validation_loss"] = v->loss;
    line += ", validation loss " + format("%.4f", v->loss);
    if (log)
      log->scalar("validation_loss", done, v->loss);
  }
  if (v && v->accuracy) {
    figures["validation_accuracy"] = *v->accuracy;
    line += ", accuracy " + format("%.2f %%", 100 * *v->accuracy);
    if (log)
      log->scalar("validation_accuracy", done, *v->accuracy);
  }
  if (log)
    log->flush();
  epochs.push_back(figures);
  if (quiet)
    return;
  wipe();
  std::fprintf(stderr, "%s\n", line.c_str());
}

void TrainProgress::afterCheckpoint(const std::string &path) {
  checkpoint = path;
}

nlohmann::ordered_json TrainProgress::figures() const {
  nlohmann::ordered_json json = {
      {"first_step", first}, {"steps", done - first}, {"seconds", seconds()}};
  if (sawLoss)
    json["first_loss"] = firstLoss, json["last_loss"] = lastLoss;
  json["epochs"] = epochs;
  if (!checkpoint.empty())
    json["checkpoint"] = checkpoint;
  return json;
}

std::string TrainProgress::summary() const {
  double time = seconds();
  auto count = static_cast<double>(done - first);
  std::string text = std::to_string(done - first) + " steps in " +
                     format("%.2f s", time) +
                     format(" (%.0f steps/s)", count / std::max(time, 1e-9));
  if (sawLoss)
    text += format(", loss %.4f", firstLoss) + format(" -> %.4f", lastLoss);
  text += "\n";
  if (!checkpoint.empty())
    text += "checkpoint: " + checkpoint + "\n";
  return text;
}

} // namespace tenon::tool
