//===- VhloBytecode.h - Types and attributes of vhlo bytecode ---*- C++ -*-===//
#ifndef TENON_COMPILER_IMPORT_STABLEHLO_VHLO_VHLOBYTECODE_H
#define TENON_COMPILER_IMPORT_STABLEHLO_VHLO_VHLOBYTECODE_H

namespace tenon::vhlo {

class VhloDialect;

/// Teaches the dialect to read its types and attributes. A code that is not
/// known, and a value that does not fit its type, end the reading with an
/// error.
void addVhloBytecode(VhloDialect &dialect);

} // namespace tenon::vhlo

#endif // TENON_COMPILER_IMPORT_STABLEHLO_VHLO_VHLOBYTECODE_H
