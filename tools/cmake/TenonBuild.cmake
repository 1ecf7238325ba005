# Compile settings shared by every target, and the functions that declare them.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_STANDARD 11)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # A precompiled header can only be cached when its definitions and
  # timestamps are ignored.
  set(launcher ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros
      ${CCACHE_PROGRAM})
  set(CMAKE_C_COMPILER_LAUNCHER ${launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${launcher})
endif()

# GCC 12 takes a linker's name only, and Debian's carries a version.
find_program(LLD_PROGRAM NAMES ld.lld-22)
if(LLD_PROGRAM AND CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  add_link_options(--ld-path=${LLD_PROGRAM})
endif()

add_compile_options(-Wall -Wextra -Werror -Wno-unused-parameter
  -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=)
if(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Xclang>
                      $<$<COMPILE_LANGUAGE:CXX>:-fno-pch-timestamp>)
endif()
if(TENON_SANITIZE)
  add_compile_options(-fsanitize=${TENON_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${TENON_SANITIZE})
endif()

# The include root is the repository's root, in the source and the build tree.
include_directories(${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR})

# tenon_share_pch(NAME): an executable reuses the precompiled header, which was
# compiled as PIC; PIE, the default, would be refused as a mismatch.
function(tenon_share_pch name)
  set_target_properties(${name} PROPERTIES POSITION_INDEPENDENT_CODE OFF)
  target_compile_options(${name} PRIVATE -fPIC)
  target_precompile_headers(${name} REUSE_FROM TenonPch)
  target_link_libraries(${name} PRIVATE TenonMLIR)
  if(TENON_SANITIZE)
    set(options ${CMAKE_SOURCE_DIR}/tools/cmake/SanitizerOptions.cpp)
    target_sources(${name} PRIVATE ${options})
    set_source_files_properties(${options} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  endif()
endfunction()

# tenon_library(NAME sources... [DEPENDS targets...])
#   A static library of one layer. Targets that DEPEND on TenonMLIR share its
#   precompiled header.
function(tenon_library name)
  cmake_parse_arguments(ARG "NO_PCH" "" "DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PUBLIC ${ARG_DEPENDS})
  if(TARGET TenonPch AND NOT ARG_NO_PCH)
    target_precompile_headers(${name} REUSE_FROM TenonPch)
    target_link_libraries(${name} PUBLIC TenonMLIR)
  endif()
endfunction()

# tenon_program(NAME sources... [DEPENDS targets...])
#   An executable of the compiler's side.
function(tenon_program name)
  cmake_parse_arguments(ARG "" "" "DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS})
  tenon_share_pch(${name})
endfunction()

# tenon_test(NAME sources... [DEPENDS targets...])
#   A GoogleTest binary, registered with CTest as one test per binary.
function(tenon_test name)
  cmake_parse_arguments(ARG "MLIR" "" "DEPENDS;LABELS" ${ARGN})
  add_executable(${name} ${ARG_UNPARSED_ARGUMENTS})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} GTest::gmock GTest::gtest_main)
  if(ARG_MLIR)
    tenon_share_pch(${name})
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "unit;${ARG_LABELS}")
endfunction()
