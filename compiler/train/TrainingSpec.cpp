//===- TrainingSpec.cpp - Read a training spec ----------------------------===//

#include "compiler/train/TrainingSpec.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "nlohmann/json.hpp"

#include <cmath>
#include <set>

namespace tenon::train {
namespace {

using Json = nlohmann::json;

struct Name {
  const char *text;
  int value;
};

constexpr Name lossNames[] = {
    {"cross_entropy", static_cast<int>(LossKind::CrossEntropy)},
    {"mse", static_cast<int>(LossKind::Mse)},
    {"bce_logits", static_cast<int>(LossKind::BceLogits)}};

constexpr Name optimizerNames[] = {
    {"sgd", static_cast<int>(OptimizerKind::Sgd)},
    {"adam", static_cast<int>(OptimizerKind::Adam)},
    {"adamw", static_cast<int>(OptimizerKind::AdamW)},
    {"rmsprop", static_cast<int>(OptimizerKind::RmsProp)},
    {"adagrad", static_cast<int>(OptimizerKind::Adagrad)}};

constexpr Name scheduleNames[] = {
    {"constant", static_cast<int>(ScheduleKind::Constant)},
    {"linear", static_cast<int>(ScheduleKind::Linear)},
    {"cosine", static_cast<int>(ScheduleKind::Cosine)},
    {"step", static_cast<int>(ScheduleKind::Step)}};

template <size_t N> std::string listNames(const Name (&names)[N]) {
  return absl::StrJoin(names, ", ", [](std::string *out, const Name &name) {
    absl::StrAppend(out, name.text);
  });
}

/// Allowed numbers, both ends included unless `open`.
struct Range {
  double low, high;
  bool openLow = false, openHigh = false;
  const char *text;
};

constexpr Range kAtLeastZero{0, HUGE_VAL, false, true, "0 or more"};
constexpr Range kPositive{0, HUGE_VAL, true, true, "more than 0"};
constexpr Range kFraction{0, 1, false, true, "at least 0 and less than 1"};

/// Reads the keys of one object, each once; what is left is unknown.
class ObjectReader {
public:
  ObjectReader(const Json &object, std::string prefix, SpecErrors &errors)
      : object(object), prefix(std::move(prefix)), errors(errors) {}

  const Json *find(const std::string &key) {
    known.insert(key);
    auto it = object.find(key);
    return it == object.end() ? nullptr : &*it;
  }
  std::string path(const std::string &key) const { return prefix + key; }

  void number(const std::string &key, const Range &range, double &value) {
    const Json *json = find(key);
    if (!json)
      return;
    if (!json->is_number())
      return errors.add(path(key), "expected a number, got " + json->dump());
    if (checkRange(path(key), json->get<double>(), range))
      value = json->get<double>();
  }

  void integer(const std::string &key, int64_t least, int64_t &value) {
    const Json *json = find(key);
    if (!json)
      return;
    if (!json->is_number_integer() || json->get<int64_t>() < least)
      return errors.add(path(key),
                        absl::StrCat("expected a whole number of ", least,
                                     " or more, got ", json->dump()));
    value = json->get<int64_t>();
  }

  void flag(const std::string &key, bool &value) {
    const Json *json = find(key);
    if (json && !json->is_boolean())
      errors.add(path(key), "expected true or false, got " + json->dump());
    else if (json)
      value = json->get<bool>();
  }

  bool text(const std::string &key, std::string &value) {
    const Json *json = find(key);
    if (!json)
      return false;
    if (!json->is_string() || json->get<std::string>().empty()) {
      errors.add(path(key), "expected a name, got " + json->dump());
      return false;
    }
    value = json->get<std::string>();
    return true;
  }

  /// A name of `names`; `what` it is called in messages.
  template <size_t N, typename Kind>
  bool kind(const std::string &key, const char *what, const Name (&names)[N],
            Kind &value) {
    std::string given;
    if (!object.contains(key)) {
      known.insert(key);
      errors.add(path(key),
                 absl::StrCat("is missing; one of ", listNames(names)));
      return false;
    }
    if (!text(key, given))
      return false;
    for (const Name &name : names)
      if (given == name.text) {
        value = static_cast<Kind>(name.value);
        return true;
      }
    errors.addUnsupported(
        path(key),
        absl::StrCat("no ", what, " '", given, "'; one of ", listNames(names)));
    return false;
  }

  bool checkRange(const std::string &where, double number, const Range &range) {
    bool below = range.openLow ? number <= range.low : number < range.low;
    bool above = range.openHigh ? number >= range.high : number > range.high;
    if (!below && !above && std::isfinite(number))
      return true;
    errors.add(where, absl::StrCat("must be ", range.text, ", got ", number));
    return false;
  }

  /// Reports the keys that nobody asked for.
  void finish() {
    for (const auto &[key, value] : object.items())
      if (!known.contains(key))
        errors.add(path(key), absl::StrCat("unknown key; known here: ",
                                           absl::StrJoin(known, ", ")));
  }

private:
  const Json &object;
  std::string prefix;
  SpecErrors &errors;
  std::set<std::string> known;
};

void readOptimizer(const Json &json, OptimizerSpec &spec, SpecErrors &errors) {
  if (!json.is_object())
    return errors.add("optimizer",
                      "expected an object with a kind, got " + json.dump());
  ObjectReader reader(json, "optimizer.", errors);
  if (!reader.kind("kind", "optimizer", optimizerNames, spec.kind))
    return; // Its keys mean nothing without it.
  switch (spec.kind) {
  case OptimizerKind::Sgd:
    reader.number("momentum", kAtLeastZero, spec.momentum);
    reader.flag("nesterov", spec.nesterov);
    if (spec.nesterov && spec.momentum == 0)
      errors.add("optimizer.nesterov", "needs a momentum");
    break;
  case OptimizerKind::AdamW:
    spec.weightDecay = 0.01;
    [[fallthrough]];
  case OptimizerKind::Adam:
    if (const Json *betas = reader.find("betas")) {
      bool valid = betas->is_array() && betas->size() == 2 &&
                   (*betas)[0].is_number() && (*betas)[1].is_number();
      if (!valid)
        errors.add("optimizer.betas",
                   "expected two numbers, got " + betas->dump());
      else if (reader.checkRange("optimizer.betas[0]",
                                 (*betas)[0].get<double>(), kFraction) &&
               reader.checkRange("optimizer.betas[1]",
                                 (*betas)[1].get<double>(), kFraction)) {
        spec.beta1 = (*betas)[0].get<double>();
        spec.beta2 = (*betas)[1].get<double>();
      }
    }
    reader.number("eps", kAtLeastZero, spec.eps);
    break;
  case OptimizerKind::RmsProp:
    reader.number("alpha", kFraction, spec.alpha);
    reader.number("eps", kAtLeastZero, spec.eps);
    reader.number("momentum", kAtLeastZero, spec.momentum);
    break;
  case OptimizerKind::Adagrad:
    spec.eps = 1e-10;
    reader.number("eps", kAtLeastZero, spec.eps);
    reader.number("initial_accumulator", kAtLeastZero, spec.initialAccumulator);
    break;
  }
  reader.number("weight_decay", kAtLeastZero, spec.weightDecay);
  reader.finish();
}

void readScheduleObject(const Json &json, int64_t steps, ScheduleSpec &spec,
                        SpecErrors &errors) {
  ObjectReader reader(json, "lr.", errors);
  bool isKnown = reader.kind("schedule", "schedule", scheduleNames, spec.kind);
  if (!json.contains("base"))
    errors.add("lr.base", "is missing: the learning rate to start from");
  reader.number("base", kAtLeastZero, spec.base);
  reader.integer("warmup", 0, spec.warmup);
  if (!isKnown)
    return;
  spec.steps = steps;
  switch (spec.kind) {
  case ScheduleKind::Linear:
  case ScheduleKind::Cosine:
    reader.number("end", kAtLeastZero, spec.end);
    reader.integer("steps", 1, spec.steps);
    if (spec.steps == 0)
      errors.add("lr.steps", "is missing: the step at which the rate has "
                             "reached its end");
    else if (spec.steps <= spec.warmup)
      errors.add("lr.warmup", absl::StrCat("must be less than the ", spec.steps,
                                           " steps, got ", spec.warmup));
    break;
  case ScheduleKind::Step:
    reader.number("gamma", kPositive, spec.gamma);
    reader.integer("every", 1, spec.every);
    if (spec.every == 0)
      errors.add("lr.every", "is missing: after how many steps the rate is "
                             "multiplied by gamma");
    break;
  default:
    break;
  }
  reader.finish();
}

void readLearningRate(const Json *json, int64_t steps, ScheduleSpec &spec,
                      SpecErrors &errors) {
  if (!json)
    return errors.add("lr", "is missing: a number, a list of one per step, or "
                            "an object with a schedule");
  if (json->is_number()) {
    spec.base = json->get<double>();
    if (!std::isfinite(spec.base) || spec.base < 0)
      errors.add("lr", absl::StrCat("must be 0 or more, got ", json->dump()));
    return;
  }
  if (json->is_object())
    return readScheduleObject(*json, steps, spec, errors);
  if (!json->is_array() || json->empty())
    return errors.add("lr", "expected a number, a list of one per step, or an "
                            "object with a schedule, got " +
                                json->dump());
  spec.kind = ScheduleKind::Table;
  for (size_t i = 0; i < json->size(); ++i) {
    const Json &rate = (*json)[i];
    if (!rate.is_number() || !std::isfinite(rate.get<double>()) ||
        rate.get<double>() < 0)
      return errors.add(
          absl::StrCat("lr[", i, "]"),
          absl::StrCat("expected a number of 0 or more, got ", rate.dump()));
    spec.table.push_back(rate.get<double>());
  }
  if (steps > static_cast<int64_t>(spec.table.size()))
    errors.add("lr", absl::StrCat("has ", spec.table.size(), " rates for ",
                                  steps, " steps"));
}

void readParameters(const Json &json, TrainingSpec &spec, SpecErrors &errors) {
  if (json == "all")
    return;
  if (!json.is_array() || json.empty())
    return errors.add("parameters", "expected \"all\" or a list of "
                                    "initializers' names, got " +
                                        json.dump());
  spec.parameters.emplace();
  std::set<std::string> seen;
  for (size_t i = 0; i < json.size(); ++i) {
    std::string where = absl::StrCat("parameters[", i, "]");
    if (!json[i].is_string()) {
      errors.add(where, "expected a name, got " + json[i].dump());
      continue;
    }
    std::string name = json[i].get<std::string>();
    if (!seen.insert(name).second)
      errors.add(where, absl::StrCat("'", name, "' was named before"));
    else
      spec.parameters->push_back(name);
  }
}

} // namespace

void SpecErrors::add(const std::string &key, const std::string &what) {
  lines.push_back(key + ": " + what);
  onlyUnsupported = false;
}

void SpecErrors::addUnsupported(const std::string &key,
                                const std::string &what) {
  lines.push_back(key + ": " + what);
}

absl::Status SpecErrors::status(const std::string &path) const {
  if (lines.empty())
    return absl::OkStatus();
  std::string text =
      lines.size() == 1
          ? absl::StrCat("'", path, "': ", lines.front())
          : absl::StrCat("'", path, "' has ", lines.size(), " errors:\n  ",
                         absl::StrJoin(lines, "\n  "));
  return onlyUnsupported ? absl::UnimplementedError(text)
                         : absl::InvalidArgumentError(text);
}

TrainingSpec parseTrainingSpec(std::string_view text, SpecErrors &errors) {
  TrainingSpec spec;
  Json json = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    errors.add("the file", json.is_discarded() ? "is not JSON"
                                               : "does not hold a JSON object");
    return spec;
  }
  ObjectReader reader(json, "", errors);
  if (const Json *parameters = reader.find("parameters"))
    readParameters(*parameters, spec, errors);
  reader.kind("loss", "loss", lossNames, spec.loss);
  reader.text("output", spec.output);
  reader.text("target", spec.target);
  if (const Json *optimizer = reader.find("optimizer"))
    readOptimizer(*optimizer, spec.optimizer, errors);
  else
    errors.add("optimizer", "is missing: an object with a kind, one of " +
                                listNames(optimizerNames));
  int64_t steps = 0;
  reader.integer("steps", 1, steps);
  const Json *rate = reader.find("lr");
  readLearningRate(rate, steps, spec.schedule, errors);
  // Beside a list it only says in words where the numbers come from.
  const Json *words = reader.find("schedule");
  if (words && !words->is_string())
    errors.add("schedule", "expected text, got " + words->dump());
  else if (words && rate && !rate->is_array())
    errors.add("schedule", "describes a list of rates, but lr is none; a "
                           "schedule is written lr: {\"schedule\": ...}");
  if (reader.find("clip_norm")) {
    double norm = 0;
    reader.number("clip_norm", kPositive, norm);
    spec.clipNorm = norm;
  }
  reader.finish();
  return spec;
}

const char *lossName(LossKind kind) {
  return lossNames[static_cast<int>(kind)].text;
}

const char *optimizerName(OptimizerKind kind) {
  return optimizerNames[static_cast<int>(kind)].text;
}

} // namespace tenon::train
