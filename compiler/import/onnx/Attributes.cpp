//===- Attributes.cpp - typed access to a node's attributes ---------------===//
#include "compiler/import/onnx/Attributes.h"

#include "compiler/import/onnx/ModelReader.h"

#include "absl/strings/str_cat.h"

using namespace tenon::onnx;

const AttributeProto *Attributes::find(absl::string_view name) const {
  for (const AttributeProto &attribute : node->attribute()) {
    if (attribute.name() != name)
      continue;
    if (attribute.ref_attr_name().empty())
      return &attribute;
    if (outer)
      if (const AttributeProto *given = outer->find(attribute.ref_attr_name()))
        return given;
    if (function)
      for (const AttributeProto &byDefault : function->attribute_proto())
        if (byDefault.name() == attribute.ref_attr_name())
          return &byDefault;
    return nullptr;
  }
  return nullptr;
}

const AttributeProto *
Attributes::typed(absl::string_view name,
                  AttributeProto::AttributeType type) const {
  const AttributeProto *attribute = find(name);
  if (!attribute || attribute->type() == type)
    return attribute;
  // Files of IR version 1 leave the type out.
  if (attribute->type() == AttributeProto::UNDEFINED)
    return attribute;
  if (error.ok())
    error = absl::InvalidArgumentError(
        absl::StrCat("attribute ", quoteName(name), " has type ",
                     AttributeProto::AttributeType_Name(attribute->type()),
                     ", not ", AttributeProto::AttributeType_Name(type)));
  return nullptr;
}

int64_t Attributes::getInt(absl::string_view name, int64_t otherwise) const {
  const AttributeProto *attribute = typed(name, AttributeProto::INT);
  return attribute ? attribute->i() : otherwise;
}

float Attributes::getFloat(absl::string_view name, float otherwise) const {
  const AttributeProto *attribute = typed(name, AttributeProto::FLOAT);
  return attribute ? attribute->f() : otherwise;
}

std::string Attributes::getString(absl::string_view name,
                                  absl::string_view otherwise) const {
  const AttributeProto *attribute = typed(name, AttributeProto::STRING);
  return attribute ? attribute->s() : std::string(otherwise);
}

std::optional<std::vector<int64_t>>
Attributes::getInts(absl::string_view name) const {
  const AttributeProto *attribute = typed(name, AttributeProto::INTS);
  if (!attribute)
    return std::nullopt;
  return std::vector<int64_t>(attribute->ints().begin(),
                              attribute->ints().end());
}

std::optional<std::vector<float>>
Attributes::getFloats(absl::string_view name) const {
  const AttributeProto *attribute = typed(name, AttributeProto::FLOATS);
  if (!attribute)
    return std::nullopt;
  return std::vector<float>(attribute->floats().begin(),
                            attribute->floats().end());
}

const TensorProto *Attributes::getTensor(absl::string_view name) const {
  const AttributeProto *attribute = typed(name, AttributeProto::TENSOR);
  return attribute && attribute->has_t() ? &attribute->t() : nullptr;
}

const GraphProto *Attributes::getGraph(absl::string_view name) const {
  const AttributeProto *attribute = typed(name, AttributeProto::GRAPH);
  return attribute && attribute->has_g() ? &attribute->g() : nullptr;
}
