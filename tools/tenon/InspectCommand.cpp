#include "compiler/report/Error.h"
#include "tools/tenon/Commands.h"
#include "tools/tenon/InspectJson.h"
#include "tools/tenon/ModelFlags.h"
#include "tools/tenon/TransientArtifact.h"

#include <cstdio>
#include <memory>

namespace tenon::tool {
namespace {

struct InspectFlags {
  ModelFlags model;
  bool plan = false;
  bool json = false;
};

absl::Status runInspect(const InspectFlags &flags) {
  // Without sizes, an artifact of open dimensions is shown as it is.
  auto artifact = flags.model.dims.empty()
                      ? TransientArtifact::get(flags.model)
                      : TransientArtifact::getSized(flags.model, "", {});
  if (!artifact.ok())
    return artifact.status();
  tn_diagnostic diagnostic;
  tn_load_options options = TN_LOAD_OPTIONS_INIT;
  options.inspect_only = 1;
  tn_model *model = nullptr;
  if (tn_model_load_file(artifact->path().c_str(), &options, &model,
                         &diagnostic) != TN_OK)
    return report::makeRuntimeError(diagnostic.code, diagnostic.message);
  std::unique_ptr<tn_model, decltype(&tn_model_release)> owner(
      model, tn_model_release);
  auto facts = inspectArtifact(model);
  if (!facts.ok())
    return facts.status();
  std::string text =
      flags.json ? facts->dump(2) + "\n" : inspectText(*facts, flags.plan);
  std::fputs(text.c_str(), stdout);
  return absl::OkStatus();
}

} // namespace

void addInspectCommand(CLI::App &app, ExitCode &exitCode) {
  auto flags = std::make_shared<InspectFlags>();
  CLI::App *command = app.add_subcommand(
      "inspect", "Show what is inside of an artifact, or of what a model "
                 "compiles to");
  flags->model.addModel(*command, "The artifact or the model");
  flags->model.addTarget(*command);
  flags->model.addCache(*command);
  command->add_flag("--plan", flags->plan, "List the plan's steps");
  command->add_flag("--json", flags->json, "Print everything as JSON");
  command->callback(
      [flags, &exitCode] { exitCode = reportFailure(runInspect(*flags)); });
}

} // namespace tenon::tool
