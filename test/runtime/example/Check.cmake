# Installs the runtime, builds the example against the package and with
# pkg-config, runs it, and looks at what the shared library is made of.
#   cmake -DBUILD=... -DSOURCE=... -DWORK=... -DCXX=... -DLIBDIR=...
#         -DMODEL_WRITER=... -P Check.cmake

function(run)
  cmake_parse_arguments(ARG "FAILS" "OUT" "COMMAND" ${ARGN})
  execute_process(COMMAND ${ARG_COMMAND} RESULT_VARIABLE code
    OUTPUT_VARIABLE out ERROR_VARIABLE out)
  if(ARG_FAILS AND code EQUAL 0)
    message(FATAL_ERROR "${ARG_COMMAND} did not fail:\n${out}")
  elseif(NOT ARG_FAILS AND NOT code EQUAL 0)
    message(FATAL_ERROR "${ARG_COMMAND} failed (${code}):\n${out}")
  endif()
  if(ARG_OUT)
    set(${ARG_OUT} "${out}" PARENT_SCOPE)
  endif()
endfunction()

function(expect text what)
  if(NOT text MATCHES "${what}")
    message(FATAL_ERROR "'${what}' is not in:\n${text}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})
set(prefix ${WORK}/install)
run(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${prefix} --component runtime --strip)

run(COMMAND ${CMAKE_COMMAND} -S ${SOURCE} -B ${WORK}/example
  -DCMAKE_PREFIX_PATH=${prefix} -DCMAKE_CXX_COMPILER=${CXX})
run(COMMAND ${CMAKE_COMMAND} --build ${WORK}/example)
run(COMMAND ${MODEL_WRITER} ${WORK}/model.tenon)
run(COMMAND ${WORK}/example/example ${WORK}/model.tenon table OUT out)
expect("${out}" "y: 512 numbers, their sum is 2560")
run(FAILS COMMAND ${WORK}/example/example ${WORK}/model.tenon none OUT out)
expect("${out}" "error 1021: there is no entry 'none'")

find_program(PKG_CONFIG NAMES pkg-config pkgconf)
if(PKG_CONFIG)
  set(ENV{PKG_CONFIG_PATH} ${prefix}/${LIBDIR}/pkgconfig)
  run(COMMAND ${PKG_CONFIG} --cflags --libs tenon OUT flags)
  separate_arguments(flags UNIX_COMMAND "${flags}")
  run(COMMAND ${CXX} -std=c++17 ${SOURCE}/main.cpp ${flags}
    -Wl,-rpath,${prefix}/${LIBDIR} -o ${WORK}/by-pkg-config)
  run(COMMAND ${WORK}/by-pkg-config ${WORK}/model.tenon table OUT out)
  expect("${out}" "their sum is 2560")
endif()

# The library: small, self-sufficient, and open at tn_ only.
set(library ${prefix}/${LIBDIR}/libtenon.so)
file(SIZE ${library} size)
message(STATUS "libtenon.so: ${size} bytes")
if(size GREATER_EQUAL 409600)
  message(FATAL_ERROR "libtenon.so has ${size} bytes, 400 KiB are the most")
endif()
find_program(READELF NAMES readelf llvm-readelf-22 REQUIRED)
run(COMMAND ${READELF} -dW ${library} OUT dynamic)
string(REGEX MATCHALL "NEEDED[^\n]*" needed "${dynamic}")
foreach(line IN LISTS needed)
  if(NOT line MATCHES "libc\\.so|ld-linux")
    message(FATAL_ERROR "libtenon.so needs more than libc: ${line}")
  endif()
endforeach()
find_program(NM NAMES nm llvm-nm-22 REQUIRED)
run(COMMAND ${NM} -D --defined-only ${library} OUT symbols)
string(REGEX MATCHALL "[^\n]+" lines "${symbols}")
foreach(line IN LISTS lines)
  if(NOT line MATCHES " (tn_[a-z0-9_]+|__jit_debug_[a-z_]+)$")
    message(FATAL_ERROR "libtenon.so exports more than tn_: ${line}")
  endif()
endforeach()
