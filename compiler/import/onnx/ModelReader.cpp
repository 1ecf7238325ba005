//===- ModelReader.cpp - an ONNX file without its payloads ----------------===//
//
// The messages that lead to tensors (model, graph, node, attribute, tensor,
// function) are walked field by field; payloads are noted as file ranges and
// every other field goes to the protobuf parser as it is.
//
//===----------------------------------------------------------------------===//
#include "compiler/import/onnx/ModelReader.h"

#include "compiler/import/StatusMacros.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"
#include "google/protobuf/wire_format_lite.h"

#include <climits>

using namespace tenon;
using namespace tenon::onnx;
using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;
using google::protobuf::io::CodedOutputStream;
using google::protobuf::io::StringOutputStream;

/// Graphs inside of attributes inside of graphs: deeper than any exporter
/// writes, shallow enough for the stack.
static constexpr int kMaxGraphDepth = 32;

/// The tag of a field that carries a length.
static constexpr uint32_t lengthDelimited(int field) {
  return static_cast<uint32_t>(field) << 3 | 2;
}

namespace tenon::onnx {

/// One pass over the file. Each method reads fields up to the current limit
/// and returns false when the bytes are not a message of its type.
class WireWalker {
  enum class Step { Done, Other, Failed };

public:
  WireWalker(Model &model, CodedInputStream &input)
      : model(model), input(input) {}

  bool walkModel(ModelProto &message) {
    return walk(message, [&](uint32_t tag) -> Step {
      switch (tag) {
      case lengthDelimited(ModelProto::kGraphFieldNumber):
        return nested([&] { return walkGraph(*message.mutable_graph()); });
      case lengthDelimited(ModelProto::kFunctionsFieldNumber):
        return nested([&] { return walkFunction(*message.add_functions()); });
      }
      return Step::Other;
    });
  }

  /// Why walking failed, where it is not merely malformed.
  const std::string &reason() const { return why; }

private:
  /// Reads the fields of `message`: those that `step` consumes, and all others
  /// through the parser.
  template <typename Message, typename StepFn>
  bool walk(Message &message, StepFn step) {
    std::string others;
    {
      StringOutputStream stream(&others);
      CodedOutputStream output(&stream);
      while (uint32_t tag = input.ReadTag()) {
        switch (step(tag)) {
        case Step::Done:
          break;
        case Step::Failed:
          return false;
        case Step::Other:
          if (!WireFormatLite::SkipField(&input, tag, &output))
            return false;
        }
      }
    }
    // A zero tag ends the loop as well as the limit does.
    if (!input.ConsumedEntireMessage())
      return false;
    return message.MergeFromString(others);
  }

  /// Reads a length and runs `body` with the input limited to it.
  template <typename Body> Step nested(Body body) {
    int length;
    if (!input.ReadVarintSizeAsInt(&length))
      return Step::Failed;
    CodedInputStream::Limit limit = input.PushLimit(length);
    // PushLimit keeps an outer limit that is closer; then the length lies.
    if (input.BytesUntilLimit() != length)
      return Step::Failed;
    bool ok = body();
    input.PopLimit(limit);
    return ok ? Step::Done : Step::Failed;
  }

  bool walkGraph(GraphProto &message) {
    if (++depth > kMaxGraphDepth) {
      why = absl::StrCat("graphs nested more than ", kMaxGraphDepth, " deep");
      return false;
    }
    bool ok = walk(message, [&](uint32_t tag) -> Step {
      switch (tag) {
      case lengthDelimited(GraphProto::kNodeFieldNumber):
        return nested([&] { return walkNode(*message.add_node()); });
      case lengthDelimited(GraphProto::kInitializerFieldNumber):
        return nested([&] { return walkTensor(*message.add_initializer()); });
      }
      return Step::Other;
    });
    --depth;
    return ok;
  }

  bool walkFunction(FunctionProto &message) {
    return walk(message, [&](uint32_t tag) -> Step {
      switch (tag) {
      case lengthDelimited(FunctionProto::kNodeFieldNumber):
        return nested([&] { return walkNode(*message.add_node()); });
      case lengthDelimited(FunctionProto::kAttributeProtoFieldNumber):
        return nested(
            [&] { return walkAttribute(*message.add_attribute_proto()); });
      }
      return Step::Other;
    });
  }

  bool walkNode(NodeProto &message) {
    return walk(message, [&](uint32_t tag) -> Step {
      if (tag == lengthDelimited(NodeProto::kAttributeFieldNumber))
        return nested([&] { return walkAttribute(*message.add_attribute()); });
      return Step::Other;
    });
  }

  bool walkAttribute(AttributeProto &message) {
    return walk(message, [&](uint32_t tag) -> Step {
      switch (tag) {
      case lengthDelimited(AttributeProto::kTFieldNumber):
        return nested([&] { return walkTensor(*message.mutable_t()); });
      case lengthDelimited(AttributeProto::kTensorsFieldNumber):
        return nested([&] { return walkTensor(*message.add_tensors()); });
      case lengthDelimited(AttributeProto::kGFieldNumber):
        return nested([&] { return walkGraph(*message.mutable_g()); });
      case lengthDelimited(AttributeProto::kGraphsFieldNumber):
        return nested([&] { return walkGraph(*message.add_graphs()); });
      }
      return Step::Other;
    });
  }

  bool walkTensor(TensorProto &message) {
    return walk(message, [&](uint32_t tag) -> Step {
      switch (tag) {
      case lengthDelimited(TensorProto::kRawDataFieldNumber):
        return payload(message, Model::Payload::Raw);
      // Packed floats lie in the file exactly as in memory.
      case lengthDelimited(TensorProto::kFloatDataFieldNumber):
        return payload(message, Model::Payload::FloatData);
      case lengthDelimited(TensorProto::kDoubleDataFieldNumber):
        return payload(message, Model::Payload::DoubleData);
      }
      return Step::Other;
    });
  }

  Step payload(const TensorProto &message, Model::Payload::Kind kind) {
    int length;
    if (!input.ReadVarintSizeAsInt(&length))
      return Step::Failed;
    auto offset = static_cast<uint64_t>(input.CurrentPosition());
    if (input.BytesUntilLimit() < length || !input.Skip(length))
      return Step::Failed;
    auto [it, inserted] = model.payloads.try_emplace(
        &message, Model::Payload{kind, offset, static_cast<uint64_t>(length)});
    // An empty field beside the one in use is how some writers say 'absent'.
    if (inserted || length == 0)
      return Step::Done;
    if (it->second.length != 0) {
      why = "a tensor with its data in several pieces";
      return Step::Failed;
    }
    it->second = {kind, offset, static_cast<uint64_t>(length)};
    return Step::Done;
  }

  Model &model;
  CodedInputStream &input;
  std::string why;
  int depth = 0;
};

} // namespace tenon::onnx

absl::StatusOr<std::unique_ptr<Model>> Model::read(const std::string &path) {
  std::unique_ptr<Model> model(new Model());
  TENON_ASSIGN_OR_RETURN(model->file, MappedFile::open(path));
  absl::string_view bytes = model->file->bytes();
  if (bytes.empty())
    return absl::InvalidArgumentError(absl::StrCat("'", path, "' is empty"));
  if (bytes.size() > INT_MAX)
    return absl::InvalidArgumentError(
        absl::StrCat("'", path, "' is larger than 2 GiB, which no ONNX file ",
                     "can be; store its weights as external data"));

  google::protobuf::io::ArrayInputStream array(bytes.data(),
                                               static_cast<int>(bytes.size()));
  CodedInputStream input(&array);
  input.SetTotalBytesLimit(INT_MAX);
  // A limit even at the top, so that nested lengths can be checked against it.
  input.PushLimit(static_cast<int>(bytes.size()));
  WireWalker walker(*model, input);
  if (!walker.walkModel(model->message)) {
    std::string reason = walker.reason().empty()
                             ? absl::StrCat("malformed or truncated at byte ",
                                            input.CurrentPosition())
                             : walker.reason();
    return absl::InvalidArgumentError(
        absl::StrCat("'", path, "' is not a readable ONNX model: ", reason));
  }
  if (!model->message.has_graph())
    return absl::InvalidArgumentError(
        absl::StrCat("'", path, "' is not an ONNX model: it holds no graph"));
  return model;
}

std::string tenon::onnx::quoteName(absl::string_view name) {
  constexpr size_t kLongest = 160;
  bool cut = name.size() > kLongest;
  return absl::StrCat("'", absl::Utf8SafeCEscape(name.substr(0, kLongest)),
                      cut ? "..." : "", "'");
}

std::string tenon::onnx::typeName(int type) {
  if (!TensorProto::DataType_IsValid(type))
    return absl::StrCat("type ", type);
  return absl::AsciiStrToLower(
      TensorProto::DataType_Name(static_cast<TensorProto::DataType>(type)));
}
