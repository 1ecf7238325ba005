//===- VhloOpTable.h - Which attributes a vhlo op has -----------*- C++ -*-===//
#ifndef TENON_COMPILER_IMPORT_STABLEHLO_VHLO_VHLOOPTABLE_H
#define TENON_COMPILER_IMPORT_STABLEHLO_VHLO_VHLOOPTABLE_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"

namespace tenon::vhlo {

/// Visits each op that has attributes, with its name ("slice_v1") and theirs in
/// the order of their encoding.
void forEachOp(
    llvm::function_ref<void(llvm::StringRef, llvm::ArrayRef<llvm::StringRef>)>
        visit);

/// The attributes of one op in the order of their encoding; none for an op that
/// is not in the table.
llvm::ArrayRef<llvm::StringRef> getAttributeNames(llvm::StringRef op);

} // namespace tenon::vhlo

#endif // TENON_COMPILER_IMPORT_STABLEHLO_VHLO_VHLOOPTABLE_H
