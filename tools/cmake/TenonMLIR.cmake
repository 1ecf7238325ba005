# LLVM, MLIR and LLD 22, linked as shared libraries (LLD has static ones only).

find_package(MLIR 22.1 REQUIRED CONFIG HINTS /usr/lib/llvm-22/lib/cmake/mlir)
find_package(LLD REQUIRED CONFIG HINTS /usr/lib/llvm-22/lib/cmake/lld)
message(STATUS "LLVM ${LLVM_PACKAGE_VERSION} from ${LLVM_INSTALL_PREFIX}")

# AddLLVM would otherwise hook its own settings into every target.
set(LLVM_ENABLE_WARNINGS OFF)
list(APPEND CMAKE_MODULE_PATH ${MLIR_CMAKE_DIR} ${LLVM_CMAKE_DIR})
include(TableGen)
include(AddLLVM)
include(AddMLIR)

# What every target that sees MLIR links and includes.
add_library(TenonMLIR INTERFACE)
target_include_directories(TenonMLIR SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})
target_link_libraries(TenonMLIR INTERFACE MLIR LLVM)
include_directories(SYSTEM ${LLVM_INCLUDE_DIRS} ${MLIR_INCLUDE_DIRS})

# The precompiled header: a translation unit that includes MLIR takes 3 s with
# it and 12 s without.
file(WRITE ${CMAKE_BINARY_DIR}/TenonPch.cpp.tmp "// Holds the precompiled header that others reuse.\n")
configure_file(${CMAKE_BINARY_DIR}/TenonPch.cpp.tmp ${CMAKE_BINARY_DIR}/TenonPch.cpp COPYONLY)
add_library(TenonPch STATIC ${CMAKE_BINARY_DIR}/TenonPch.cpp)
target_precompile_headers(TenonPch PRIVATE
  <mlir/IR/BuiltinOps.h>
  <mlir/IR/Builders.h>
  <mlir/IR/OpImplementation.h>
  <mlir/IR/DialectImplementation.h>
  <mlir/IR/PatternMatch.h>
  <mlir/Interfaces/SideEffectInterfaces.h>
  <mlir/Interfaces/InferTypeOpInterface.h>
  <mlir/Interfaces/FunctionInterfaces.h>
  <mlir/Pass/Pass.h>
  <llvm/ADT/TypeSwitch.h>)
target_link_libraries(TenonPch PUBLIC TenonMLIR)

# tenon_tablegen(TARGET td GEN output [GEN output]...)
#   Runs mlir-tblgen on one .td, once per generator, and names the target that
#   others depend on for the generated headers.
function(tenon_tablegen target td)
  set(LLVM_TARGET_DEFINITIONS ${td})
  set(args ${ARGN})
  while(args)
    list(POP_FRONT args generator output)
    string(REPLACE " " ";" generator "${generator}")
    mlir_tablegen(${output} ${generator} -I ${CMAKE_SOURCE_DIR})
  endwhile()
  add_public_tablegen_target(${target})
  set_property(GLOBAL APPEND PROPERTY TENON_TABLEGEN_TARGETS ${target})
endfunction()
